"""Hints for mistakes in YAML. PyYAML's own errors give the position at which parsing stopped."""

import re

import yaml

from promptrec.messages import Message, Slot, message, recognise

_TAB = re.compile(r" *\t")
_CURLY = re.compile("[“”‘’„＂]")
# A colon without a space before the value.
_GLUED = re.compile(r"\s*(?:- )?[\w-]+:[^\s:/]")
_WIDE_COLON = re.compile(r"\s*(?:- ?)?[\w-]+：")
_GLUED_ENTRY = re.compile(r"\s*-[\w\"']")
_BEGUN = re.compile(r"\s*(?:- )?[\w-]+:\s+[\[{\"']")
_VALUE_WITH_COLON = re.compile(r"\s*(?:- )?[\w-]+:\s+[^\s\[{\"'].*:(?:\s|$)")
_FENCE = re.compile(r"\s*```")
# A space that is not plain, where YAML needs a plain one: before the first word, after - or after a name.
_SPACE = re.compile(r" *(?:- *)?(?:[\w-]+: *)?(?P<space>[\u00a0\u2000-\u200a\u202f\u3000])")
MARK = re.compile(r"\s*(?P<mark>[\u2010-\u2015−－﹣•·●▪◦○]|\*(?=\s))")
WIDE_SPACE = "\u3000"


class Disallowed(yaml.MarkedYAMLError):
    """Valid YAML that headers may not use."""

    def __init__(self, code: str, mark: yaml.Mark, **slots: Slot) -> None:
        super().__init__(problem=code, problem_mark=mark)
        self.message = message(code, **slots)


def wide_colon(text: str) -> int | None:
    """First line (from 1) with a wide colon after a name; None if there is none."""
    return next((n for n, line in enumerate(text.split("\n"), 1) if _WIDE_COLON.match(line)), None)


def find_misread(value: object) -> tuple[str, Message] | None:
    """Find a mistake that YAML parsed without an error.

    Args:
        value: a parsed text, or a list or mapping of texts.

    Returns:
        The text that shows the mistake and the message for it; None if there is none.
    """
    for name in [value] if isinstance(value, str) else value if isinstance(value, dict | list) else ():
        if isinstance(name, str):
            found = message("yaml-wide-colon") if _WIDE_COLON.match(name) else _look_alike(name)
            if found:
                return name, found
    return None


def _look_alike(line: str) -> Message | None:
    """Message for a line that begins with a character that only resembles YAML's; else None."""
    if _FENCE.match(line):
        return message("code-fence")
    if mark := MARK.match(line):
        return message("yaml-list-mark", sign=mark["mark"])
    if space := _SPACE.match(line):
        return message("yaml-wide-space" if space["space"] == WIDE_SPACE else "yaml-no-break-space")
    return None


def explain_error(text: str, error: yaml.YAMLError) -> tuple[int, Message]:
    """Line (from 1) of a YAML error and a message with its correction; PyYAML's own words for rare errors."""
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if isinstance(error, yaml.reader.ReaderError):
        return text[: error.position].count("\n") + 1, message("yaml-unseen-sign")
    if mark is None:
        return 1, recognise("yaml", str(error))
    if isinstance(error, Disallowed):
        return mark.line + 1, error.message
    lines = [*text.split("\n"), ""]
    at, begun = min(mark.line, len(lines) - 1), context.line if context else mark.line
    problem = str(getattr(error, "problem", error))
    return (
        _of_signs(lines, begun, at)
        or _of_pairs(text, error, begun)
        or _of_places(lines, begun, at, mark.column, problem)
        or (at + 1, recognise("yaml", problem))
    )


def _of_signs(lines: list[str], begun: int, at: int) -> tuple[int, Message] | None:
    """Mistakes of characters: other dashes, spaces, quotes and colons, tabs, a colon or dash without space."""
    near = sorted({begun, max(at - 1, 0), at})
    for n in near:
        if found := _look_alike(lines[n]):
            return n + 1, found
    for n in near:
        if _TAB.match(lines[n]):
            return n + 1, message("yaml-tab")
    for n in near:
        if _WIDE_COLON.match(lines[n]):
            return n + 1, message("yaml-wide-colon")
        if _GLUED.match(lines[n]):
            return n + 1, message("yaml-space-missing", sign=":")
        if _GLUED_ENTRY.match(lines[n]):
            return n + 1, message("yaml-space-missing", sign="-")
    curly = next((n for n in (begun, at) if _CURLY.search(lines[n])), None)
    return None if curly is None else (curly + 1, message("yaml-curly-quotes"))


def _of_pairs(text: str, error: yaml.YAMLError, begun: int) -> tuple[int, Message] | None:
    """An unclosed quote or bracket, at the line where it is opened."""
    context = str(getattr(error, "context", ""))
    if "quoted scalar" in context:
        return begun + 1, message("yaml-open-quote")
    # An unclosed quote extends to the next quote, which should open another text.
    unclosed = _last_long_quote(text[: error.problem_mark.index])  # type: ignore[attr-defined]
    if unclosed is not None:
        return unclosed + 1, message("yaml-open-quote")
    if "flow" in context and re.search("[】］]", text.split("\n")[begun]):
        return begun + 1, message("yaml-wide-brackets")
    if "flow" in context:
        return begun + 1, message("yaml-open-bracket")
    return None


def _last_long_quote(text: str) -> int | None:
    """First line of the last quoted value of an incomplete text, if that value has several lines; else None."""
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


def _of_places(lines: list[str], begun: int, at: int, column: int, problem: str) -> tuple[int, Message] | None:
    """Mistakes of structure: wrong indentation, a missing or second colon."""
    if "could not find expected ':'" in problem:
        return begun + 1, message("yaml-no-colon")
    if "mapping values are not allowed" in problem:
        if _VALUE_WITH_COLON.match(lines[at][: column + 1] + " "):
            return at + 1, message("yaml-second-colon", words=problem)
        return at + 1, message("yaml-indent-right")
    if "<scalar>" in problem and _BEGUN.match(lines[at]):
        return at + 1, message("yaml-text-behind-quote")
    if "<block mapping start>" in problem or "<block sequence start>" in problem:
        return at + 1, message("yaml-indent")
    if "anchor" in problem or "expected alphabetic" in problem:
        return at + 1, message("yaml-special-value")
    return None
