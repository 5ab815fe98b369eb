// @codemirror/lang-jinja takes what is around the tags for HTML, with CSS and JavaScript; a prompt is plain text.
import { LanguageSupport, StreamLanguage } from "@codemirror/language";

const text = StreamLanguage.define({
  name: "text",
  token(stream) {
    stream.skipToEnd();
    return null;
  },
});
export const html = () => new LanguageSupport(text);
