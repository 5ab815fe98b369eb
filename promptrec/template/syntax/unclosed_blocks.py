"""Line and cause of an unclosed block or brace. Jinja's own errors give the line at which parsing stopped."""

import re

import jinja2

from promptrec.messages import Message, message, recognise

# An unknown tag is an error of its own line, even if a block is open.
_OPEN = re.compile(r"(?:unknown tag 'end\w+'|Unexpected end).*needs to be closed is '(\w+)'", re.DOTALL)
# Errors of Jinja after it has read past an expression.
_READ_ON = re.compile(r"expected token|unexpected '[}%]'|Expected an expression|unexpected end of")
_OPENING = re.compile(r"\{[{%]")
_SIGN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\{[{%]|%\}|\}\}|[{}]")
_CLOSED_WITH = {"{{": "}}", "{%": "%}"}


def fault(text: str, error: jinja2.TemplateSyntaxError) -> tuple[int, Message]:
    """Line (from 1) and message of an unclosed block or brace; for other errors Jinja's line and an explanation."""
    words = error.message or ""
    explained = recognise("jinja", words)
    if found := _OPEN.search(words):
        return _command(without_comments(text), found[1], error.lineno), explained
    braces = _braces(without_comments(text), error.lineno) if _READ_ON.match(words) else None
    return braces or (error.lineno, explained)


def without_comments(text: str) -> str:
    """The text with comments replaced by spaces. A pattern would take quadratic time for unclosed comments."""
    parts, place = [], 0
    while (start := text.find("{#", place)) >= 0 and (end := text.find("#}", start + 2)) >= 0:
        parts += [text[place:start], re.sub(r"[^\n]", " ", text[start : end + 2])]
        place = end + 2
    return "".join(parts) + text[place:]


def _command(text: str, name: str, last: int) -> int:
    """Line of the last tag of a name without an end tag before the line `last`."""
    begun: list[int] = []
    for tag in re.finditer(rf"\{{%[-+]?\s*(end)?{name}\b", text):
        line = text[: tag.start()].count("\n") + 1
        if line > last:
            break
        if not tag[1]:
            begun.append(line)
        elif begun:
            begun.pop()
    return begun[-1] if begun else last


def _braces(text: str, last: int) -> tuple[int, Message] | None:
    """Line and message of the first braces up to a line that are not closed by their own kind; None if all are."""
    line, place = 1, 0
    while found := _OPENING.search(text, place):
        line += text.count("\n", place, found.start())
        closing, place = _end(text, found.end())
        opened, right = found[0], _CLOSED_WITH[found[0]]
        further = text.count("\n", found.start(), place)
        if line > last:
            return None
        if closing == right:
            line += further
            continue
        if not closing or further or closing == "{%":
            return line, message("never-closed", open=opened, close=right)
        if closing == "}":
            return line, message("brace-missing", sign=right[0], open=opened)
        # Nested braces, which Jinja reports itself.
        if closing == "{{":
            return None
        return line, message("closed-otherwise", open=opened, close=closing, right=right)
    return None


def _end(text: str, begin: int) -> tuple[str, int]:
    """The closing sign after a position, and the position after it. Quotes and dictionaries are skipped."""
    depth = 0
    for sign in _SIGN.finditer(text, begin):
        if sign[0] == "{":
            depth += 1
        elif sign[0].startswith("}") and depth:
            depth = max(0, depth - len(sign[0]))
        elif sign[0][0] not in "\"'":
            return sign[0], sign.end()
    return "", len(text)
