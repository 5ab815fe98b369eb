// The page's own behaviour; what the server says comes as HTML through htmx.
import htmx from "htmx.org";
import { Editor } from "./editor.js";
import { draftsElsewhere, keepDraft, restoreDraft } from "./draft.js";
import { tabs } from "./tabs.js";

window.htmx = htmx;
const byId = (id) => document.getElementById(id);

function start() {
  const form = byId("studio-form");
  if (!form) return;
  const source = byId("source");
  const { nonce, label, fields, unsaved } = byId("editor").dataset;
  restoreDraft(form);
  // Work that this tab asks for ends what it asked for before, also after a reload; other tabs' work goes on.
  byId("tab").value = sessionStorage["promptrec tab"] ??= crypto.randomUUID();
  const editor = new Editor({
    parent: byId("editor"),
    text: source.value,
    settings: form.elements.name.value.endsWith(".yaml"),
    label,
    nonce,
    fields: fields.split(" ").filter(Boolean),
    changed(text) {
      source.value = text;
      edited();
    },
  });

  let complete = true; // the draft was stored, and all of it
  function keep() {
    complete = keepDraft(form);
    const says = complete ? "" : byId("not-stored").dataset.says;
    if (byId("not-stored").textContent !== says) byId("not-stored").textContent = says; // said once, not at each key
  }

  function edited() {
    keep();
    mark();
    htmx.trigger(form, "edited");
  }

  function mark() {
    const typed = source.value !== source.defaultValue;
    byId("unsaved").textContent = typed ? unsaved : "";
    byId("typed").value = typed ? "yes" : "no";
  }
  mark();

  const elsewhere = draftsElsewhere(form);
  for (const name of elsewhere) {
    const { open } = document.querySelector("form.opening").elements;
    const option = [...open.options].find(({ value }) => value === name) ?? new Option(name, name);
    option.text += ` · ● ${unsaved}`;
    if (!option.isConnected) open.add(option); // its file is gone, and what was typed is not
  }

  tabs(byId("tabs"));

  form.addEventListener("submit", (event) => event.preventDefault());
  byId("person").addEventListener("input", (event) => {
    if (event.target.id === "words") return; // a search says nothing of the person
    keep();
    htmx.trigger(form, "person-changed");
    if (byId("following").checked && document.querySelector("#result-run [data-ranked]")) htmx.trigger(form, "person-changed-again");
  });

  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (event.key === "s") press(event, "save");
    if (event.key === "Enter") {
      byId("tabs").dispatchEvent(new CustomEvent("choose", { detail: "tab-ranking" }));
      press(event, "run");
    }
  }, true);

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-line],[data-close],[data-add],[data-drops]");
    if (!target) return;
    if (target.dataset.drops !== undefined) {
      drop();
      leaving = true;
    }
    if (target.dataset.close !== undefined) target.closest("dialog").close();
    if (target.dataset.add !== undefined) add(target.dataset.add);
    if (target.dataset.line && target.tagName === "BUTTON") editor.goTo(Number(target.dataset.line));
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    byId("status").className = "visually-hidden"; // the studio answers, or does so again
    if (event.target.id === "findings") showFindings(editor);
    if (event.target.id !== "saving") return;
    const saved = event.target.querySelector("[data-saved]");
    if (saved) afterSaving(saved);
  });

  // A dialog is shown once its buttons work, which is a moment after it is put into the page.
  document.addEventListener("htmx:load", (event) => {
    if (!event.target.matches("dialog")) return;
    event.target.showModal();
    event.target.querySelector("[autofocus]").focus();
  });

  // A dialog that is closed gives the focus back to where it was; one that is only taken out of the page does not.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id === "saving" && detail.shouldSwap) document.querySelector("dialog[open]")?.close();
  });

  // A verdict on what was asked before must not stand under what is asked now, nor under why that is refused.
  document.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (target.dataset.clears) byId(target.dataset.clears).replaceChildren();
  });

  // What was not agreed to is gone, and is not sent along with what follows.
  document.addEventListener("close", (event) => event.target.remove(), true);

  // A studio that was ended or started anew is said, not met with silence.
  for (const lost of ["htmx:sendError", "htmx:responseError"])
    document.addEventListener(lost, () => {
      byId("status").textContent = byId("status").dataset.gone;
      byId("status").className = "problem";
      for (const job of document.querySelectorAll(".job")) {
        job.querySelector("progress")?.remove();
        job.querySelector("p").textContent = job.dataset.unknown;
      }
      // Before an open dialog the page is dim.
      if (byId("not-saved")) byId("not-saved").textContent = byId("status").dataset.gone;
    });

  // To open another template or language is to leave the page; what was typed stays as a draft.
  let leaving = false;
  for (const link of document.querySelectorAll("a[data-keeps]")) link.addEventListener("click", () => (leaving = true));
  document.querySelector("form.opening").addEventListener("submit", () => (leaving = true));
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => (leaving ||= detail.xhr.getResponseHeader("HX-Redirect") !== null));
  // For other templates' drafts it is not asked where nobody touched this page, as when going back through several. The
  // pointer leaves the page on its way to the cross of the tab.
  let touched = false;
  for (const sign of ["keydown", "pointerdown", "mouseleave"])
    document.documentElement.addEventListener(sign, () => (touched = true), { once: true });
  window.addEventListener("beforeunload", (event) => {
    const loses = source.value !== source.defaultValue || (touched && elsewhere.length > 0);
    if (loses && !(leaving && complete)) event.preventDefault();
  });

  function afterSaving(saved) {
    source.defaultValue = source.value;
    byId("opened").value = saved.dataset.saved;
    byId("owned").textContent = saved.dataset.owned;
    saved.remove();
    byId("gone")?.remove();
    edited();
  }

  function drop() {
    source.value = source.defaultValue;
    keep();
  }

  function press(event, id) {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) byId(id).click();
  }

  function add(title) {
    const lines = byId("candidates").value.split("\n").filter((line) => line.trim());
    if (!lines.includes(title)) lines.push(title);
    byId("candidates").value = lines.join("\n");
    byId("candidates").dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function showFindings(editor) {
  const here = [...document.querySelectorAll("#findings [data-here]")];
  editor.show(here.map((item) => ({
    line: Number(item.dataset.here),
    severity: item.dataset.severity,
    text: item.querySelector(".what").textContent.replace(/\s+/g, " ").trim(),
  })));
}

start();
