"""Diagnostics for what promptrec refuses to load or to render."""

from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.jinja_hints import likely_slip
from promptrec.errors import PromptrecError, TemplateError
from promptrec.messages import entry, message


def diagnostic_of(error: PromptrecError, path: str) -> Diagnostic:
    """The diagnostic of an error; `path` is the template's, for errors that name no file."""
    found, rule = error.message, entry(error.code).get("rule")
    if rule is None:  # of a catalogue of items, or another file that is no template's own
        found, rule = message("catalogue-unreadable", why=error.message), "catalogue"
    return Diagnostic.from_message(found, error.path or path, max(error.line or 1, 1), rule=rule)


def one_line(error: TemplateError) -> str:
    """The error as `check` words it, where it names a line of a template; else its own text."""
    return str(error) if error.line is None else str(likely_slip(diagnostic_of(error, ""), "", None))
