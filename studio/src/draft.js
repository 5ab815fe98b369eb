// What was typed and not saved, kept in this tab so that a change of language or a reload does not lose it.
const PERSON = ["preferences", "history", "context", "attributes", "candidates"];
const key = (desk) => `promptrec draft of ${desk.elements.name.value}`;

export function keepDraft(desk) {
  const { source, opened } = desk.elements;
  const kept = Object.fromEntries(PERSON.map((name) => [name, desk.elements[name].value]));
  if (source.value !== source.defaultValue) Object.assign(kept, { source: source.value, opened: opened.value });
  sessionStorage.setItem(key(desk), JSON.stringify(kept));
}

export function restoreDraft(desk) {
  const kept = JSON.parse(sessionStorage.getItem(key(desk)) ?? "{}");
  // `opened` comes along: a draft of a file that was changed meanwhile is not saved over it unasked.
  for (const [name, value] of Object.entries(kept)) desk.elements[name].value = value;
}
