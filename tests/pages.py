"""Examples of a page of the documentation: its blocks, and whether an answer is what the page shows of it."""

import re

SKIPPED = "…"
"""Stands on a page for what is left out."""


def blocks(page):
    """Language ("" where none is named) and text of each block of code, in the order of the page."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def arguments(command):
    """The words of a command; those in quotation marks are one."""
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', command)]


def shows(answer, shown):
    """The first line shown that is not among the lines of an answer, after those before it; None if all are."""
    lines = iter(map(_printed, answer.splitlines()))
    for line in filter(None, map(_printed, shown.splitlines())):
        like = re.compile(".*".join(map(re.escape, line.split(SKIPPED))))
        if line != SKIPPED and not any(like.fullmatch(said) for said in lines):
            return line
    return None


def _printed(line):
    """A line without what the width of the screen decides: spaces, rules, the ends of tables."""
    return " ".join(line.strip(" ─").split())
