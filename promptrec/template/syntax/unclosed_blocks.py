"""Where what is opened never ends, and what it lacks: Jinja names the line in which it gave up looking."""

import re

import jinja2

from promptrec.messages import Message, message, recognise

# A command that nobody knows is a fault of its own line, whatever else is open.
_OPEN = re.compile(r"(?:unknown tag 'end\w+'|Unexpected end).*needs to be closed is '(\w+)'", re.DOTALL)
# What Jinja says when it has read past the end of what it was to read.
_READ_ON = re.compile(r"expected token|unexpected '[}%]'|Expected an expression|unexpected end of")
_OPENING = re.compile(r"\{[{%]")
_SIGN = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|\{[{%]|%\}|\}\}|[{}]")
_CLOSED_WITH = {"{{": "}}", "{%": "%}"}


def fault(text: str, error: jinja2.TemplateSyntaxError) -> tuple[int, Message]:
    """The line, from 1, of what is not ended, and what is wrong there; else Jinja's line and words, explained."""
    words = error.message or ""
    explained = recognise("jinja", words)
    if found := _OPEN.search(words):
        return _command(without_comments(text), found[1], error.lineno), explained
    braces = _braces(without_comments(text), error.lineno) if _READ_ON.match(words) else None
    return braces or (error.lineno, explained)


def without_comments(text: str) -> str:
    """The text with spaces for its remarks. A pattern would search anew from each that is never closed."""
    parts, place = [], 0
    while (start := text.find("{#", place)) >= 0 and (end := text.find("#}", start + 2)) >= 0:
        parts += [text[place:start], re.sub(r"[^\n]", " ", text[start : end + 2])]
        place = end + 2
    return "".join(parts) + text[place:]


def _command(text: str, name: str, last: int) -> int:
    """The line of the last command of a name that has no end up to a line."""
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
    """The first braces up to a line that are not closed as they are opened, and what is wrong with them."""
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
        # Braces within braces, which Jinja tells.
        if closing == "{{":
            return None
        return line, message("closed-otherwise", open=opened, close=closing, right=right)
    return None


def _end(text: str, begin: int) -> tuple[str, int]:
    """The sign that ends what is opened before a place, and the place behind it; quotes and dictionaries count not."""
    depth = 0
    for sign in _SIGN.finditer(text, begin):
        if sign[0] == "{":
            depth += 1
        elif sign[0].startswith("}") and depth:
            depth = max(0, depth - len(sign[0]))
        elif sign[0][0] not in "\"'":
            return sign[0], sign.end()
    return "", len(text)
