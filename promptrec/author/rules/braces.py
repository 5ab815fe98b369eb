"""Names in braces that a model would read as they stand."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.template.outline import Typed

NAMES = ("item", "query", "candidate", "candidates", "instruction")
_SINGLE = re.compile(r"[{｛]{1,2}\s*(?P<inside>(?P<name>\w+)\s*(?:[.\[|．][^{}｛｝\n]*)?)[}｝]{1,2}")
_UNOPENED = re.compile(r"(?<![\w.])(?P<inside>(?P<name>\w+)\.\w+)\s*\}\}")
_LOOP = re.compile(r"\{%[-+]?\s*for\s+(\w+(?:\s*,\s*\w+)*)\s+in\b")


def single_braces(draft: Draft) -> Iterator[Finding]:
    """A name in single or in wide braces is not replaced by what it names."""
    known = {*NAMES, *_of_loops(draft)}
    for piece in draft.pieces():
        if not isinstance(piece, Typed):
            continue
        # What no brace opens is sought where none is opened.
        rest = _SINGLE.sub(lambda found: " " * len(found[0]), piece.text)
        for found in (*_SINGLE.finditer(piece.text), *_UNOPENED.finditer(rest)):
            if found["name"] in known:
                right = f"{{{{ {found['inside'].strip().replace('．', '.')} }}}}"
                yield fault("single-brace", piece.at(found.start()), written=found[0], right=right)


def _of_loops(draft: Draft) -> Iterator[str]:
    """The names that the template's own loops give to what they go through."""
    for loop in _LOOP.finditer(draft.template.source):
        yield from re.split(r"\s*,\s*", loop[1])
