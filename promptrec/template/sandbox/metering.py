"""Add calls to a template's syntax tree that charge its cost to the budget of the rendering.

Each straight-line part (a block, an included file, the body of a loop) is charged as a whole when it is entered, as in
the metering of WebAssembly. Operations whose cost grows with texts and lists (`~`, comparisons, list literals, slices)
are charged individually.
"""

from collections.abc import Iterable
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer

from promptrec.template.sandbox.budget import budget_of, to_text

# Names of filters that no template can write.
PAY, ENTER, WEIGH, SLICE, CONCATENATE = "_pay", "_enter", "_weighed", "_cut", "_put_together"
# Steps of nodes that cost more than a name lookup; all others cost one.
OUTPUT_STEPS = 20
COSTS: dict[type[nodes.Node], int] = {nodes.For: 5, nodes.Filter: 5, nodes.Test: 5, nodes.Include: 60, nodes.Block: 10}


def add_metering(tree: nodes.Template) -> nodes.Template:
    """Insert the calls that charge the budget in the context; the tree is changed in place."""
    _Metering().visit(tree)
    return tree


@jinja2.pass_context
def pay(context: Context, value: Any, steps: int, characters: int) -> Any:  # noqa: ANN401
    """Charge the body of a loop, or the condition of a loop."""
    budget_of(context).spend(steps, characters)
    return value


@jinja2.pass_context
def enter(context: Context, value: Any, steps: int, characters: int) -> Any:  # noqa: ANN401
    """Charge a block or an included file, which gets a copy of all names in scope."""
    budget_of(context).spend(steps + len(context.parent), characters)
    return value


@jinja2.pass_context
def weigh(context: Context, value: Any) -> Any:  # noqa: ANN401
    """Charge an operand of a comparison, or an entry of a list literal."""
    budget_of(context).weigh(value)
    return value


@jinja2.pass_context
def slice_copy(context: Context, value: Any) -> Any:  # noqa: ANN401
    """Charge a slice, which is a copy."""
    budget_of(context).copy_of(value)
    return value


@jinja2.pass_context
def concatenate(context: Context, values: list[Any]) -> str:
    """Join the operands of `~`, and charge their length."""
    texts = [to_text(value) for value in values]
    budget_of(context).spend(0, sum(map(len, texts)))
    return "".join(texts)


METERING_FILTERS = {PAY: pay, ENTER: enter, WEIGH: weigh, SLICE: slice_copy, CONCATENATE: concatenate}


class _Metering(NodeTransformer):
    """Tree transformer with Jinja's visitor names; each returns the replacement of its node."""

    def visit_Template(self, node: nodes.Template | nodes.Block) -> nodes.Node:  # noqa: N802
        return self._with_head(node, ENTER)

    visit_Block = visit_Template  # noqa: N815

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if isinstance(node.test, nodes.Expr):
            steps, characters = _cost(node.test)
            # A turn that the condition skips is also charged.
            node.test = _call(PAY, node.test, steps + COSTS[nodes.For], characters)
        return self._with_head(node, PAY)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call(CONCATENATE, nodes.List(node.nodes, lineno=node.lineno))

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        node.expr = _weigh(node.expr)
        for operand in node.ops:
            operand.expr = _weigh(operand.expr)
        return node

    def visit_List(self, node: nodes.List | nodes.Dict) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call(WEIGH, node)

    visit_Dict = visit_List  # noqa: N815

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call(WEIGH, node) if node.ctx == "load" else node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _call(SLICE, node) if isinstance(node.arg, nodes.Slice) else node

    def _with_head(self, node: Any, name: str) -> nodes.Node:  # noqa: ANN401 - one with a body
        self.generic_visit(node)
        steps, characters = _sum(node.body)
        head = _call(name, nodes.Const(None, lineno=node.lineno), steps + COSTS[nodes.For], characters)
        node.body.insert(0, nodes.ExprStmt(head, lineno=node.lineno))
        return node  # type: ignore[no-any-return]


def _call(name: str, value: nodes.Expr, *args: int) -> nodes.Filter:
    arguments = [nodes.Const(arg, lineno=value.lineno) for arg in args]
    return nodes.Filter(value, name, arguments, [], None, None, lineno=value.lineno)


def _weigh(node: nodes.Expr) -> nodes.Expr:
    return node if isinstance(node, nodes.Const) else _call(WEIGH, node)


def _cost(node: nodes.Node) -> tuple[int, int]:
    """Steps and characters of a node with its children, except parts that are charged when entered.

    Only one branch of a condition runs: the one with the longest text is counted.
    """
    if isinstance(node, nodes.TemplateData):
        return 1, len(node.data)
    if isinstance(node, nodes.Block):
        return COSTS[nodes.Block], 0
    if isinstance(node, nodes.If):
        branches = [_sum(node.body), _sum(node.elif_), _sum(node.else_)]
        steps = sum(branch[0] for branch in branches) + _cost(node.test)[0]
        return steps + 1, max(branch[1] for branch in branches)
    apart = ("body", "test") if isinstance(node, nodes.For) else ()
    steps, characters = _sum(node.iter_child_nodes(exclude=apart))
    if isinstance(node, nodes.Output):
        steps += OUTPUT_STEPS * sum(not isinstance(part, nodes.TemplateData) for part in node.nodes)
    return steps + COSTS.get(type(node), 1), characters


def _sum(some: Iterable[nodes.Node]) -> tuple[int, int]:
    costs = [_cost(node) for node in some]
    return sum(cost[0] for cost in costs), sum(cost[1] for cost in costs)
