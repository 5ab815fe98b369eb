"""Where somebody slipped in YAML, and how: its own errors name the place where it could read no further."""

import re

import yaml

_TAB = re.compile(r" *\t")
_CURLY = re.compile("[“”‘’„＂]")
# A colon with nothing behind it but the value.
_GLUED = re.compile(r"\s*(?:- )?[\w-]+:[^\s:/]")
_WIDE_COLON = re.compile(r"\s*(?:- ?)?[\w-]+：")
_GLUED_ENTRY = re.compile(r"\s*-[\w\"']")
_BEGUN = re.compile(r"\s*(?:- )?[\w-]+:\s+[\[{\"']")
_VALUE_WITH_COLON = re.compile(r"\s*(?:- )?[\w-]+:\s+[^\s\[{\"'].*:(?:\s|$)")
WIDE_COLON = "the colon is a wide one; type a plain colon and a space"


def wide_colon(text: str) -> int | None:
    """The first line, from 1, of a text that names a value with one; None where none does."""
    return next((n for n, line in enumerate(text.split("\n"), 1) if _WIDE_COLON.match(line)), None)


def slip(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """The line, from 1, and what is wrong there and to be done; in YAML's own words where the slip is a rare one."""
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if isinstance(error, yaml.reader.ReaderError):
        return text[: error.position].count("\n") + 1, "a sign that cannot be seen"
    if mark is None:
        return 1, str(error)
    lines = [*text.split("\n"), ""]
    at, begun = min(mark.line, len(lines) - 1), context.line if context else mark.line
    problem = str(getattr(error, "problem", error))
    return (
        _of_signs(lines, begun, at)
        or _of_pairs(text, error, begun)
        or _of_places(lines, begun, at, mark.column, problem)
        or (at + 1, problem)
    )


def _of_signs(lines: list[str], begun: int, at: int) -> tuple[int, str] | None:
    """Signs that look right: tabs, curly quotes, wide colons, a colon or a dash without its space."""
    near = sorted({begun, max(at - 1, 0), at})
    for n in near:
        if _TAB.match(lines[n]):
            return n + 1, "the line begins with a tab; use spaces"
    for n in near:
        if _WIDE_COLON.match(lines[n]):
            return n + 1, WIDE_COLON
        if _GLUED.match(lines[n]):
            return n + 1, "a space is missing behind :"
        if _GLUED_ENTRY.match(lines[n]):
            return n + 1, "a space is missing behind -"
    found = next((n for n in (begun, at) if _CURLY.search(lines[n])), None)
    return None if found is None else (found + 1, "the quotes are curly ones; type straight ones")


def _of_pairs(text: str, error: yaml.YAMLError, begun: int) -> tuple[int, str] | None:
    """A quote or bracket that is opened and never closed: at the line where it is opened."""
    context = str(getattr(error, "context", ""))
    if "quoted scalar" in context:
        return begun + 1, "a quote is opened here and never closed"
    # One that is not closed swallows lines until the next quote, which was to open another.
    swallowed = _last_long_quote(text[: error.problem_mark.index])  # type: ignore[attr-defined]
    if swallowed is not None:
        return swallowed + 1, "a quote is opened here and not closed in its line"
    if "flow" in context:
        return begun + 1, "a bracket is opened here and not closed, or a comma or quote is missing within it"
    return None


def _last_long_quote(text: str) -> int | None:
    """The first line of the last quoted value of a text that is read no further, if it takes in several lines."""
    last = None
    try:
        for token in yaml.scan(text, Loader=yaml.BaseLoader):
            if isinstance(token, yaml.ScalarToken) and token.style in ("'", '"'):
                last = token
    except yaml.YAMLError:
        pass
    if last is None or last.start_mark.line == last.end_mark.line:
        return None
    return int(last.start_mark.line)


def _of_places(lines: list[str], begun: int, at: int, column: int, problem: str) -> tuple[int, str] | None:
    """Lines that begin too far left or right, or have no colon."""
    if "could not find expected ':'" in problem:
        return begun + 1, "the line has no colon; write `name: value`, or `- ` before an entry of a list"
    if "mapping values are not allowed" in problem:
        if _VALUE_WITH_COLON.match(lines[at][: column + 1] + " "):
            return at + 1, f"{problem}, a second colon in a text"
        return at + 1, "the line begins too far to the right"
    if "<scalar>" in problem and _BEGUN.match(lines[at]):
        return at + 1, "the text goes on behind its quote or bracket"
    if "<block mapping start>" in problem or "<block sequence start>" in problem:
        return at + 1, "the line begins too far to the right or left"
    if "anchor" in problem or "expected alphabetic" in problem:
        return at + 1, "a value that starts with & or * or ! is a sign to the computer; put it in double quotes"
    return None
