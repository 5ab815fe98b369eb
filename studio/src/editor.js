// The editor: Jinja under a YAML header, with what is wrong shown under its line.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { jinjaCompletionSource, jinjaLanguage } from "@codemirror/lang-jinja";
import { yaml, yamlFrontmatter } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, EditorView, WidgetType, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { chinese } from "./chinese.js";

const QUERY = ["preferences", "context", "history", "attributes"];
const ITEM = ["title", "item_id", "facts", "others", "label"];

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.definitionKeyword], color: "var(--code-word)", fontWeight: "600" },
  { tag: [tags.variableName, tags.propertyName], color: "var(--code-name)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-text)" },
  { tag: [tags.comment, tags.blockComment, tags.lineComment], color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.bracket, tags.brace, tags.meta, tags.punctuation, tags.operator, tags.separator], color: "var(--code-sign)" },
]);

class UnderLine extends WidgetType {
  constructor(finding) {
    super();
    this.finding = finding;
  }

  eq(other) {
    return other.finding.text === this.finding.text && other.finding.severity === this.finding.severity;
  }

  toDOM() {
    const box = document.createElement("div");
    box.className = `under ${this.finding.severity}`;
    box.textContent = this.finding.text;
    return box;
  }
}

const found = StateEffect.define();
const underLines = StateField.define({
  create: () => Decoration.none,
  update(shown, change) {
    shown = shown.map(change.changes);
    for (const effect of change.effects) if (effect.is(found)) shown = effect.value;
    return shown;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export class Editor {
  // `settings`: it is YAML and no template. `changed` is called with the text after each edit; `nonce` lets the editor bring its style sheet.
  constructor({ parent, text, settings, label, nonce, fields, changed }) {
    const properties = (path) => {
      const names = path[0] === "query" ? QUERY : ["item", "candidate"].includes(path[0]) ? [...ITEM, ...fields] : [];
      return names.map((name) => ({ label: name, type: "property" }));
    };
    const variables = ["query", "item", "candidates", "instruction", "examples"].map((name) => ({
      label: name,
      type: "variable",
    }));
    const completion = jinjaLanguage.data.of({ autocomplete: jinjaCompletionSource({ variables, properties }) });
    this.view = new EditorView({
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorView.cspNonce.of(nonce),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
          EditorState.phrases.of(document.documentElement.lang === "zh-CN" ? chinese : {}),
          EditorView.lineWrapping,
          lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(), autocompletion(),
          highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(),
          settings ? yaml() : yamlFrontmatter({ content: jinjaLanguage }), completion, syntaxHighlighting(colours), underLines,
          // Tab is left alone, so that the keyboard can leave the editor.
          keymap.of([
            ...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
        ],
      }),
    });
  }

  get text() {
    return this.view.state.doc.toString();
  }

  // Findings are {line, severity, text}, of this file.
  show(findings) {
    const { doc } = this.view.state;
    const placed = findings.map((finding) => ({ ...finding, at: doc.line(Math.min(Math.max(finding.line, 1), doc.lines)) }));
    const widgets = placed.map((finding) =>
      Decoration.widget({ widget: new UnderLine(finding), block: true, side: 1 }).range(finding.at.to),
    );
    const diagnostics = placed.map(({ at, severity, text }) => {
      const indent = at.text.length - at.text.trimStart().length;
      return { from: at.from + indent, to: at.to, severity, message: text };
    });
    this.view.dispatch({ effects: found.of(Decoration.set(widgets, true)) });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  goTo(line) {
    const { doc } = this.view.state;
    const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
    this.view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
    this.view.focus();
  }

  replace(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }
}
