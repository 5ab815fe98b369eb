"""Where a command begins that never ends: Jinja names the line in which it gave up looking."""

import re

import jinja2

# A command that nobody knows is a fault of its own line, whatever else is open.
_OPEN = re.compile(r"(?:unknown tag 'end\w+'|Unexpected end).*needs to be closed is '(\w+)'", re.DOTALL)
_REMARK = re.compile(r"\{#.*?#\}", re.DOTALL)


def line_of(text: str, error: jinja2.TemplateSyntaxError) -> int:
    """The line, from 1, of the command that is not ended; where the fault is another, the line that Jinja names."""
    found = _OPEN.search(error.message or "")
    if found is None:
        return error.lineno
    plain = _REMARK.sub(lambda remark: re.sub(r"[^\n]", " ", remark[0]), text)
    begun: list[int] = []
    for tag in re.finditer(rf"\{{%[-+]?\s*(end)?{found[1]}\b", plain):
        line = plain[: tag.start()].count("\n") + 1
        if line > error.lineno:
            break
        if not tag[1]:
            begun.append(line)
        elif begun:
            begun.pop()
    return begun[-1] if begun else error.lineno
