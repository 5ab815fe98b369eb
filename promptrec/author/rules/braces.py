"""Names in braces that a model would read as they stand."""

import re
from collections.abc import Iterator

from jinja2 import nodes

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.template.outline import Typed

NAMES = ("item", "query", "candidate", "candidates", "instruction")
_SINGLE = re.compile(r"[{｛]{1,2}\s*(?P<inside>(?P<name>\w+)(?:\s*[.\[|．][^{}｛｝\n]*)?)\s*[}｝]{1,2}")


def single_braces(draft: Draft) -> Iterator[Finding]:
    """A name in single or in wide braces is not replaced by what it names."""
    loops = [node.target for node in draft.template.tree.find_all(nodes.For)]
    own = {name.name for target in loops for name in (target, *target.find_all(nodes.Name)) if _is_name(name)}
    for piece in draft.pieces():
        for found in _SINGLE.finditer(piece.text) if isinstance(piece, Typed) else ():
            if found["name"] in {*NAMES, *own}:
                right = f"{{{{ {found['inside'].strip().replace('．', '.')} }}}}"
                yield fault("single-brace", piece.at(found.start()), written=found[0], right=right)


def _is_name(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name)
