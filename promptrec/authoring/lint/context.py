"""`LintContext`: a template that is being checked, with all that a rule may want to know of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from promptrec.authoring.lint.diagnostic import Diagnostic, Severity
from promptrec.authoring.sample_request import own_catalog
from promptrec.data.catalog import Catalog
from promptrec.data.clean import clean_text
from promptrec.messages import Message, Slot
from promptrec.prompt import Tokenizer
from promptrec.template.analysis.references import Piece, Place, Typed, Use, read_references
from promptrec.template.pack import SETTINGS
from promptrec.template.syntax.yaml_loader import places
from promptrec.template.template import Template

GAP = "…"
"""Stands in the author's text for what the template puts in."""
CONTEXT = ("system", "user")
_LOOP = re.compile(r"\{%[-+]?\s*for\s+(\w+(?:\s*,\s*\w+)*)\s+in\b")


@dataclass(frozen=True)
class Line:
    """A line of what the author typed."""

    text: str
    place: Place


class LintContext:
    """A template that can be read.

    `tokenizer` is None where nobody gave one, `own_catalog` where the template's pack has none.

    Raises:
        InputError: the pack's own catalogue cannot be read.
    """

    def __init__(
        self, template: Template, tokenizer: Tokenizer | None, catalog: Catalog | None, context_length: int
    ) -> None:
        self.template = template
        self.header = template.header
        self.kind = template.kind
        self.tokenizer = tokenizer
        self.own_catalog = own_catalog(template)
        self.catalog = catalog or self.own_catalog
        self.context_length = context_length
        self.blocks = read_references(template)

    def pieces(self, *blocks: str) -> list[Piece]:
        """What stands in these blocks, in this order; in all of them if none is named."""
        return [piece for block in blocks or self.blocks for piece in self.blocks[block]]

    def uses(self, *blocks: str) -> list[Use]:
        """The names used in these blocks."""
        return [piece for piece in self.pieces(*blocks) if isinstance(piece, Use)]

    def printed(self, what: str, *blocks: str) -> list[Use]:
        """Where these blocks put in the "query" or the "item"; not those of examples."""
        return [u for u in self.uses(*blocks) if u.printed and u.names[0] == what and not u.of_example]

    def lines(self, *blocks: str) -> list[Line]:
        """What the author typed, line by line, with a mark where something is put in; without empty lines."""
        return [line for block in blocks or self.blocks for line in _lines(self.blocks[block])]

    @property
    def listwise(self) -> bool:
        """Whether its prompts show all candidates at once."""
        return self.kind.lists_candidates

    @property
    def slot(self) -> Literal["reply", "user"]:
        """The block behind which the answer stands."""
        typed = (piece.text.strip() for piece in self.blocks["reply"] if isinstance(piece, Typed))
        return "reply" if any(typed) or any(u.printed for u in self.uses("reply")) else "user"

    def end(self, block: str) -> Place:
        """The last line of a block that says something."""
        pieces = [p for p in self.blocks[block] if not isinstance(p, Typed) or p.text.strip()]
        if not pieces:
            return Place(self.template.path, 1)
        last = pieces[-1]
        return last.at(len(last.text.rstrip())) if isinstance(last, Typed) else last.place

    def place(self, field: str, *within: str) -> Place:
        """Where the header, or else pack.yaml, says something: ("fields", "cast") or ("tests", "2")."""
        keys = (field, *within)
        for path, lines in self._places:
            for n in range(len(keys), 0, -1):
                if keys[:n] in lines:
                    return Place(path, lines[keys[:n]])
        return Place(self.template.path, 1)

    def is_own(self, field: str, *within: str) -> bool:
        """Whether the template's own header says it."""
        return (field, *within) in self._places[0][1]

    @cached_property
    def files(self) -> dict[str, str]:
        """The text of the template and of each part that its blocks use, by path."""
        parts = {piece.place.path for piece in self.pieces()} - {self.template.path}
        return {self.template.path: self.template.source} | {
            path: self.template.pack.read(Path(path).name) for path in sorted(parts)
        }

    @cached_property
    def loop_names(self) -> set[str]:
        """The names that its loops give to what they go through."""
        loops = (loop for text in self.files.values() for loop in _LOOP.findall(text))
        return {name for names in loops for name in re.split(r"\s*,\s*", names)}

    @cached_property
    def headers(self) -> dict[str, str]:
        """The YAML of the template, and of pack.yaml, by path; its lines are counted as in the file."""
        out = {self.template.path: self.template.source.split("\n---", 1)[0].removeprefix("---")}
        folder = self.template.pack.folder
        if folder is not None and (folder / SETTINGS).is_file():
            out[str(Path(folder) / SETTINGS)] = self.template.pack.read(SETTINGS)
        return out

    def written(self, place: Place) -> str:
        """A line of a header."""
        return self.headers.get(place.path, "").split("\n")[place.line - 1 :][0]

    @cached_property
    def _places(self) -> list[tuple[str, dict[tuple[str, ...], int]]]:
        return [(path, _also_cleaned(places(text))) for path, text in self.headers.items()]


def _also_cleaned(lines: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Places by what leads to them as it is written, and as titles are once they are read."""
    return {tuple(clean_text(key).strip() for key in keys): line for keys, line in lines.items()} | lines


def fault(name: str, place: Place, severity: Severity = "error", /, **slots: Slot) -> Diagnostic:
    """A diagnostic at a place: `name` is the code of its message, which begins with its rule ("rule/which")."""
    rule = name.partition("/")[0]
    return Diagnostic.from_message(Message(name, slots), place.path, place.line, rule=rule, severity=severity)


def _lines(pieces: Sequence[Piece]) -> Iterator[Line]:
    text, place = "", Place("", 1)
    for piece in pieces:
        if isinstance(piece, Use):
            text, place = (text + GAP, place if text else piece.place) if piece.printed else (text, place)
            continue
        first, *others = piece.text.split("\n")
        text, place = text + first, place if text else piece.place
        for number, other in enumerate(others, 1):
            yield from [Line(text, place)] if text.strip() else []
            text, place = other, Place(piece.place.path, piece.place.line + number)
    yield from [Line(text, place)] if text.strip() else []
