// What was typed and not saved, kept in this tab so that a change of language or a reload does not lose it.
const FIELDS = ["source", "preferences", "history", "context", "candidates"];
const key = (desk) => `promptrec draft of ${desk.elements.name.value}`;

export function keepDraft(desk) {
  const told = Object.fromEntries(FIELDS.map((name) => [name, desk.elements[name].value]));
  sessionStorage.setItem(key(desk), JSON.stringify({ ...told, opened: desk.elements.opened.value }));
}

export function restoreDraft(desk) {
  const kept = JSON.parse(sessionStorage.getItem(key(desk)) ?? "null");
  // One that was begun from another state of the file would undo what was saved meanwhile.
  if (kept === null || kept.opened !== desk.elements.opened.value) return;
  for (const name of FIELDS) desk.elements[name].value = kept[name];
}

export function forgetDraft(desk) {
  sessionStorage.removeItem(key(desk));
}
