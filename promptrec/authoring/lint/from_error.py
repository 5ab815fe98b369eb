"""What promptrec refuses to load or to render, said as findings."""

import re
from functools import cache
from typing import Any, NamedTuple

from rapidfuzz import process

from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.jinja_hints import likely_slip
from promptrec.authoring.messages import Message, Slot, message, read
from promptrec.errors import PromptrecError

_PLACE = re.compile(r"(?P<path>.*?):(?P<line>\d+): (?P<said>.*)", re.DOTALL)
# A file as a whole: of the template's pack, perhaps, and not the template.
_FILE = re.compile(r"(?P<path>(?:[A-Za-z]:)?[^:]*\.(?:jinja|yaml|jsonl)): (?P<said>.*)", re.DOTALL)
NEAR = 70
# Groups that name several things.
LISTS = ("known", "listed", "there", "blocks", "cut")


class Refusal(NamedTuple):
    """The rule that a message is about, and the message and its mend in both languages."""

    rule: str
    said: Message
    mend: Message


def refused(error: PromptrecError, path: str) -> Diagnostic:
    """The finding that an error amounts to; `path` is the template's, for messages that name no line."""
    said = str(error)
    place = _PLACE.fullmatch(said) or (None if said.startswith(f"{path}: ") else _FILE.fullmatch(said))
    where, text = (place["path"], place["said"]) if place else (path, said.removeprefix(f"{path}: "))
    line = int(place.groupdict().get("line") or 1) if place else 1
    found = explained(text)
    return Diagnostic.saying(found.rule, where, max(line, 1), found.said, found.mend)


def plainly(error: PromptrecError) -> str:
    """An error in the words that `check` has for it, where it names a line of a template; else its own."""
    if _PLACE.fullmatch(str(error)) is None:
        return str(error)
    return str(likely_slip(refused(error, ""), "", None))


def explained(text: str) -> Refusal:
    """A message, without its file and line, in the words of refusals.yaml."""
    row, match = next((row, found) for row in _rows() if (found := re.search(row["when"], text, re.DOTALL)))
    slots: dict[str, Slot] = {
        name: tuple(told.split(", ")) if told and name in LISTS else told or ""
        for name, told in match.groupdict().items()
    }
    slots |= {"message": text, "meant": _meant(match)}
    if "index" in slots:  # authors count from 1
        slots["number"] = int(match["index"]) + 1
    return Refusal(row["rule"], Message({"en": "$message"} | row["said"], slots), Message(row["mend"], slots))


def _meant(match: re.Match[str]) -> Slot:
    """The nearest of the names there are, where a message lists them."""
    told = match.groupdict()
    if "known" not in told:
        return ""
    nearest = process.extractOne(
        told["wrong"].strip("'\""), told["known"].split(", "), score_cutoff=NEAR, processor=str.casefold
    )
    return message("did-you-mean", near=repr(nearest[0])) if nearest else ""


@cache
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = read("refusals.yaml")
    return rows
