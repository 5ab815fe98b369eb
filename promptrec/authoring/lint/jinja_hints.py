"""Diagnostics of what promptrec refuses to load, and what was likely meant: usual slips of those who do not program."""

import re
from pathlib import Path

from promptrec.authoring.lint.context import fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.errors import PromptrecError, TemplateError
from promptrec.messages import entry, message
from promptrec.template.analysis.references import Place
from promptrec.template.filters import language_filters
from promptrec.template.sandbox.environment import FILTERS, can_be_read

_NUMBER = re.compile(r"\|\s*(\w+)[ :]+(\d+)\s*(?=[|}])")
_SPACED = re.compile(r"(?<![\w.])([^\W\d]\w*)\.(\w+(?: +\w+)+)\s*(?=[|}])")
_PUT_IN = re.compile(r"\{\{([^{}|\"'\[\]]*)(?=\||\}\})")
# What stands in expressions and seldom in the name of a column.
_EXPRESSION = re.compile(r"[?&=<>!,:;+*~]|\.$")
_PART = re.compile(r"\{%[-+]?\s*(include|extends)\s+(_[\w.-]*|[\w-]+\.jinja)\s*[-+]?%\}")
_WIDE = re.compile(r"[{｛]\s?％|｛\s?%|[%％]\s?｝|％\s?\}")
_THREE = re.compile(r"\{{3}([^{}]+)\}{2,3}")
_BARE = re.compile(r"(?<![\w.])([^\W\d]\w*)\[([^\W\d]\w*(?: +\w+)+)\]")
_COMMAND = re.compile(
    r"\{\{[-+%]?\s*((?:if|elif|for|include|extends|block|set)\b[^{}]*?|else|end\w+)\s*[-+%]?\}\}", re.IGNORECASE
)
_NO_DOT = re.compile(r"(?<![\w.])(item|query|candidate)\s*(?:[:：/]|->|→|\s)\s*([^\W\d]\w*)\s*(?=[|}])")
# Some of these patterns take the square of a line's length; nobody's slip is that far to the right.
LONGEST = 1000
# Words that join names in Jinja itself.
_JINJA = {"if", "else", "is", "in", "and", "or", "not"}


def likely_slip(found: Diagnostic, path: str, source: str | None) -> Diagnostic:
    """The finding in plainer words where its line has a usual slip in it; else as it is.

    Args:
        found: what Jinja says.
        path: of the template.
        source: its text where it is not saved yet.
    """
    if found.rule not in ("jinja", "unsafe"):
        return found
    try:
        unsaved = source if found.path == path else None
        text = Path(found.path).read_text(encoding="utf-8") if unsaved is None else unsaved
    except (OSError, ValueError):
        return found
    lines = text.split("\n")
    line = lines[found.line - 1][:LONGEST] if found.line <= len(lines) else ""
    place, slip = Place(found.path, found.line), _of_parts(line)
    if slip is None and found.rule == "jinja":
        wide = _WIDE.search(text)
        if wide:  # Jinja passes over the command, and stumbles over the next
            place, slip = Place(found.path, text[: wide.start()].count("\n") + 1), ("slip/wide", wide[0], "{% … %}")
        else:
            slip = _find_slip(line) or _of_signs(line)
    if slip is None:
        return found
    which, written, right = slip
    return fault(which, place, written=written, right=right).model_copy(update={"rule": found.rule})


def _of_parts(line: str) -> tuple[str, str, str] | None:
    """The name of a part without its quotes."""
    part = _PART.search(line)
    return ("slip/quotes", part[0], f'{{% {part[1]} "{part[2]}" %}}') if part else None


def _of_signs(line: str) -> tuple[str, str, str] | None:
    """A column whose name has signs in it, such as price (EUR)."""
    for found in _PUT_IN.finditer(line):
        written = found[1].strip()
        owner, dot, name = written.rpartition(".") if "." not in written else written.partition(".")
        if (
            not name[:1].isalnum()
            or _EXPRESSION.search(name)
            or _JINJA & set(name.lower().split())
            or can_be_read(written)
        ):
            continue
        last = name.split()[-1]
        if " " in name and last.partition("(")[0] in FILTERS | language_filters("en").keys():
            return "slip/bar", written, f"{owner}{dot}{name.removesuffix(last).rstrip()} | {last}"
        return "slip/brackets", written, f'{owner or "item"}["{name}"]'
    return None


def _find_slip(line: str) -> tuple[str, str, str] | None:
    if three := _THREE.search(line):
        return "slip/braces", three[0], f"{{{{ {three[1].strip()} }}}}"
    if command := _COMMAND.search(line):
        return "slip/command", command[0], f"{{% {command[1].strip(' %')} %}}"
    dot = _NO_DOT.search(line)
    if dot and dot[2] not in _JINJA:
        return "slip/dot", dot[0].strip(), f"{dot[1]}.{dot[2]}"
    if number := _NUMBER.search(line):
        return "slip/number", number[0].strip(), f"| {number[1]}({number[2]})"
    for spaced in (*_SPACED.finditer(line), *_BARE.finditer(line)):
        owner, words = spaced[1], spaced[2].split()
        if _JINJA & {word.lower() for word in words}:
            continue
        if words[-1] in language_filters("en"):
            before = " ".join(words[:-1])
            name = f".{before}" if before.isidentifier() else f'["{before}"]'
            return "slip/bar", spaced[0].strip(), f"{owner}{name} | {words[-1]}"
        return "slip/brackets", spaced[0].strip(), f'{owner}["{" ".join(words)}"]'
    return None


def diagnostic_of(error: PromptrecError, path: str) -> Diagnostic:
    """The diagnostic of an error; `path` is the template's, for errors that name no file."""
    found, rule = error.message, entry(error.code).get("rule")
    if rule is None:  # of a catalogue of items, or another file that is no template's own
        found, rule = message("catalogue-unreadable", why=error.message), "catalogue"
    return Diagnostic.from_message(found, error.path or path, max(error.line or 1, 1), rule=rule)


def one_line(error: TemplateError) -> str:
    """The error as `check` words it, where it names a line of a template; else its own text."""
    return str(error) if error.line is None else str(likely_slip(diagnostic_of(error, ""), "", None))
