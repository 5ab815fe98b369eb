// What was typed and not saved, stored in this tab so that a change of language or a reload does not lose it.
const PERSON = ["preferences", "history", "context", "attributes", "candidates"];
const DRAFT = "promptrec draft of ";
const key = (form) => DRAFT + form.elements.name.value;

// Whether all of it was stored. A browser keeps only so much: before the template's own text, a person's is left out.
export function keepDraft(form) {
  const { source, opened } = form.elements;
  const text = source.value === source.defaultValue ? {} : { source: source.value, opened: opened.value };
  const person = Object.fromEntries(PERSON.map((name) => [name, form.elements[name].value]));
  if (put(form, { ...person, ...text })) return true;
  put(form, text);
  return false;
}

export function restoreDraft(form) {
  const stored = JSON.parse(sessionStorage.getItem(key(form)) ?? "{}");
  // `opened` comes along: a draft of a file that was changed meanwhile is not saved over it unasked.
  for (const [name, value] of Object.entries(stored)) form.elements[name].value = value;
}

// The other templates whose text was changed in this tab and not saved, by name.
export function draftsElsewhere(form) {
  const others = Object.keys(sessionStorage).filter((each) => each.startsWith(DRAFT) && each !== key(form));
  const changed = others.filter((each) => "source" in JSON.parse(sessionStorage.getItem(each)));
  return changed.map((each) => each.slice(DRAFT.length));
}

function put(form, stored) {
  try {
    sessionStorage.setItem(key(form), JSON.stringify(stored));
    return true;
  } catch (error) {
    if (error.name !== "QuotaExceededError") throw error;
    return false;
  }
}
