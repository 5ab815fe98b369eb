"""Allowlist of the syntax, tests and names of templates. New features of Jinja are refused by default."""

import re
import unicodedata
from collections.abc import Collection, Iterator

from jinja2 import nodes

from promptrec.errors import TemplateError
from promptrec.messages import Message, message

ALLOWED = frozenset(
    {
        *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Block, nodes.Extends, nodes.Include),
        *(nodes.If, nodes.For, nodes.With, nodes.Assign, nodes.AssignBlock, nodes.CondExpr, nodes.FilterBlock),
        *(nodes.Name, nodes.Const, nodes.Tuple, nodes.List, nodes.Dict, nodes.Pair, nodes.Keyword),
        *(nodes.Filter, nodes.Test, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Concat),
        *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not),
        *(nodes.Add, nodes.Sub, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos),
    }
)
# Names of refused syntax, for messages.
REFUSED: dict[type[nodes.Node], str] = {
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.CallBlock: "call blocks",
    nodes.Macro: "macros",
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Call: "calls",
    nodes.NSRef: "names with a dot on the left of =",
    nodes.Scope: "autoescape",
    nodes.Continue: "continue",
    nodes.Break: "break",
}
TESTS = frozenset("defined undefined none string number sequence mapping even odd in eq ne lt le gt ge".split())
# Unknown tests that authors use to ask for the presence of a value.
PRESENCE = frozenset("empty blank null missing present there given set exists".split())
BLOCK_FILTER = "sentences"
"""The only filter allowed as a block: it does not change the marks in its text."""
# Far above any readable template.
DEEPEST = 50
MOST_NODES = 5_000
# Time to compile a loop, in other nodes.
LOOP_NODES = 10
LARGEST_NUMBER = 10**18
_SURROGATES = re.compile("[\ud800-\udfff]")


def check_tree(tree: nodes.Template, path: str, first_line: int, filters: Collection[str]) -> int:
    """Check a syntax tree against the allowlist, and count its nodes (a loop as `LOOP_NODES`).

    Args:
        tree: the tree.
        path: its file, for errors.
        first_line: number of lines before the body.
        filters: names of known filters.

    Raises:
        TemplateError: forbidden syntax, too many nodes, or too deep nesting; with the line.
    """
    line, count = first_line + 1, 0
    for node, depth in _walk(tree):
        count += LOOP_NODES if isinstance(node, nodes.For) else 1
        # The right operand of a comparison has no line.
        line = first_line + node.lineno if getattr(node, "lineno", None) else line
        fault = _fault(node, filters)
        if depth > DEEPEST:
            fault = message("nested-too-deeply")
        elif count > MOST_NODES:
            fault = message("too-much-in-braces", most=MOST_NODES)
        if fault:
            raise TemplateError(fault, path=path, line=line)
    return count


def check_blocks(tree: nodes.Template, path: str, first_line: int, known: Collection[str]) -> None:
    """Refuse text outside blocks, which would not be rendered, and unknown blocks.

    Raises:
        TemplateError: such text or block, with the line.
    """
    for node in tree.body:
        line = first_line + node.lineno
        if isinstance(node, nodes.Block) and node.name not in known:
            raise TemplateError("unknown-block", path=path, line=line, name=node.name, known=tuple(known))
        blank = isinstance(node, nodes.Output) and all(
            isinstance(part, nodes.TemplateData) and not part.data.strip() for part in node.nodes
        )
        typed = str(getattr(next(node.find_all(nodes.TemplateData), None), "data", ""))
        if isinstance(node, nodes.Output) and typed.lstrip().startswith("```"):
            line += typed[: typed.index("`")].count("\n")
            raise TemplateError("code-fence", path=path, line=line)
        if not (blank or isinstance(node, nodes.Block | nodes.Extends)):
            raise TemplateError("text-outside-blocks", path=path, line=line, blocks=tuple(known))


def _walk(tree: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    """All nodes with their depths, in the order of the text. Not recursive, because trees may be deep."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(list(node.iter_child_nodes()))]


def _fault(node: nodes.Node, filters: Collection[str]) -> Message | None:
    """Message for a forbidden node, without its children; None if it is allowed."""
    if type(node) not in ALLOWED:
        what = REFUSED.get(type(node), type(node).__name__.lower())
        return message(f"no-{what}") if what in ("calls", "import") else message("not-allowed", what=what)
    # Jinja looks up filters and tests in conditions only when it renders them.
    for kind, known in ((nodes.Filter, filters), (nodes.Test, TESTS)):
        if isinstance(node, kind):
            if node.name not in known:
                return _unknown(node.name, known, is_test=kind is nodes.Test)
            if node.dyn_args is not None or node.dyn_kwargs is not None:
                return message("not-allowed", what="* or ** within brackets")
    # Other filters would get the marks of untrusted text and could move them.
    if isinstance(node, nodes.FilterBlock) and (node.filter.name, node.filter.node) != (BLOCK_FILTER, None):
        return message("not-allowed", what=f"filter blocks but {{% filter {BLOCK_FILTER} %}}")
    if isinstance(node, nodes.For) and node.recursive:
        return message("not-allowed", what="recursive loops")
    if isinstance(node, nodes.Include) and not node.with_context:
        return message("not-allowed", what="include without context")
    if isinstance(node, nodes.Const):
        return _constant_fault(node.value)
    return _name_fault(node)


def _unknown(name: str, known: Collection[str], *, is_test: bool) -> Message:
    """Message for an unknown filter or test."""
    code = "unknown-test" if is_test else "unknown-filter"
    if is_test and name in PRESENCE:
        code = "test-of-presence"
    elif not is_test and name == "safe":
        code = "filter-safe"
    return message(code, name=name, known=tuple(sorted(known)))


def _constant_fault(value: object) -> Message | None:
    if isinstance(value, int | float) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        return message("number-too-large", most=LARGEST_NUMBER)
    if isinstance(value, str) and _SURROGATES.search(value):
        return message("half-character")
    return None


def _name_fault(node: nodes.Node) -> Message | None:
    """Message for a private name, or one that Python would normalise (NFKC) to another; else None."""
    for field in ("attr", "name", "key"):
        name = getattr(node, field, None)
        if isinstance(name, str):
            if name.startswith("_"):
                return message("private-name", name=name)
            if unicodedata.normalize("NFKC", name) != name:
                return message("letters-of-another-width", name=name)
    return None
