// What was typed and not saved, kept in this tab so that a change of language or a reload does not lose it.
const PERSON = ["preferences", "history", "context", "attributes", "candidates"];
const DRAFT = "promptrec draft of ";
const key = (desk) => DRAFT + desk.elements.name.value;

// Whether all of it was kept. A browser keeps only so much: before the template's own text, a person's is left out.
export function keepDraft(desk) {
  const { source, opened } = desk.elements;
  const text = source.value === source.defaultValue ? {} : { source: source.value, opened: opened.value };
  const person = Object.fromEntries(PERSON.map((name) => [name, desk.elements[name].value]));
  if (put(desk, { ...person, ...text })) return true;
  put(desk, text);
  return false;
}

export function restoreDraft(desk) {
  const kept = JSON.parse(sessionStorage.getItem(key(desk)) ?? "{}");
  // `opened` comes along: a draft of a file that was changed meanwhile is not saved over it unasked.
  for (const [name, value] of Object.entries(kept)) desk.elements[name].value = value;
}

// The other templates whose text was changed in this tab and not saved, by name.
export function draftsElsewhere(desk) {
  const others = Object.keys(sessionStorage).filter((each) => each.startsWith(DRAFT) && each !== key(desk));
  const changed = others.filter((each) => "source" in JSON.parse(sessionStorage.getItem(each)));
  return changed.map((each) => each.slice(DRAFT.length));
}

function put(desk, kept) {
  try {
    sessionStorage.setItem(key(desk), JSON.stringify(kept));
    return true;
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw error;
    return false;
  }
}
