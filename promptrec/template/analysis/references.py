"""The text and the names in each block of a template, in the order of the prompt, with file and line.

The template is read, not a rendering: both branches of a condition appear, and the body of a loop appears once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice

from jinja2 import nodes

from promptrec.errors import TemplateError
from promptrec.template.front_matter import split_header
from promptrec.template.sandbox.environment import BLOCKS, environment, with_line_ends, without_marks
from promptrec.template.template import Template

# Nested parts that are used twice each grow exponentially.
MOST_PARTS = 1_000


@dataclass(frozen=True, eq=False)
class File:
    """Syntax tree of a file, and the number of lines before its body."""

    tree: nodes.Template
    path: str
    before: int

    @cached_property
    def blocks(self) -> dict[str, nodes.Block]:
        """Blocks by name, also nested ones."""
        return {block.name: block for block in self.tree.find_all(nodes.Block)}


Lineage = tuple[File, ...]
"""A template or an included part, and the files it extends, nearest first."""


class Parts:
    """Lineage of a template, and of each part that it includes.

    Raises:
        TemplateError: parts that use one another too often.
    """

    def __init__(self, template: Template) -> None:
        self._pack, self._path = template.pack, template.path
        self._env = environment(template.header.language)
        self._read = 0
        before = split_header(template.source, template.path, template.pack.shared())[2]
        self.own = self._with_ancestors(File(template.tree, template.path, before))

    def lineage(self, use: nodes.Extends | nodes.Include) -> Lineage:
        """Lineage of the part that a statement names."""
        self._read += 1
        if self._read > MOST_PARTS:
            raise TemplateError("parts-used-too-often", path=self._path, most=MOST_PARTS)
        name = str(use.template.value)  # type: ignore[attr-defined]  # the body was checked: it is a plain name
        tree = self._env.parse(with_line_ends(without_marks(self._pack.read(name))))
        return self._with_ancestors(File(tree, str(self._pack.folder / name) if self._pack.folder else name, 0))

    def _with_ancestors(self, file: File) -> Lineage:
        parent = next(file.tree.find_all(nodes.Extends), None)
        return (file, *self.lineage(parent)) if parent else (file,)


Names = tuple[str, ...]
EACH = "*"
"""Path element of a list entry: the loop variable of `query.history` is ("query", "history", "*")."""
OWN = ("",)
"""Path of a name that the author defined, such as a counter."""
# Limit of names that are composed of other composed names, which can grow without end.
MOST_MADE = 20


@dataclass(frozen=True)
class Place:
    """A line of a file, counted from 1."""

    path: str
    line: int


@dataclass(frozen=True)
class Typed:
    """Literal text of the template, beginning at `place`."""

    text: str
    place: Place

    def at(self, offset: int) -> Place:
        """Line of the character at an offset."""
        return Place(self.place.path, self.place.line + self.text[:offset].count("\n"))


@dataclass(frozen=True)
class Use:
    """A name in an expression."""

    names: Names
    """Its path, with loop variables resolved: ("item", "title") for `candidate.title` too."""
    written: str
    """As the author wrote it."""
    place: Place
    printed: bool
    """Whether its value is printed, and not only tested."""
    filters: Names = ()
    of_example: bool = False
    """Whether it belongs to a few-shot example, which is the same in all prompts."""
    of_candidates: bool = False
    """Whether it belongs to one of the candidates, in a loop over them or by index."""


Piece = Typed | Use


def read_references(template: Template) -> dict[str, tuple[Piece, ...]]:
    """Texts and names of each block, with included and extended files resolved; an absent block has none.

    Raises:
        TemplateError: parts that use one another too often.
    """
    reader = _Reader(template)
    return {block: tuple(reader.block(block)) for block in BLOCKS}


@dataclass(frozen=True)
class _Scope:
    """The current file, its lineage, and the paths of the names that the author defined.

    Attributes:
        made: paths that a name combines, as in `set line = item.title ~ item.year`.
    """

    file: File
    lineage: Lineage
    bound: dict[str, Names] = field(default_factory=dict)
    made: dict[str, tuple[Use, ...]] = field(default_factory=dict)

    def place(self, node: nodes.Node) -> Place:
        return Place(self.file.path, self.file.before + node.lineno)

    def binding(self, target: nodes.Node, names: Names) -> "_Scope":
        """A copy in which a target name, or each of several, has the paths `names`."""
        targets = target.items if isinstance(target, nodes.Tuple) else [target]
        return replace(self, bound=self.bound | {t.name: names for t in targets if isinstance(t, nodes.Name)})

    def setting(self, target: nodes.Node, value: nodes.Node) -> "_Scope":
        """A copy in which a target name has the value of an expression."""
        names = _names(value, self) or OWN
        made = {use.names: use for use in _uses(value, self, printed=True) if use.printed} if names == OWN else {}
        new = {target.name: tuple(islice(made.values(), MOST_MADE))} if isinstance(target, nodes.Name) else {}
        return replace(self.binding(target, names), made=self.made | new)


class _Reader:
    def __init__(self, template: Template) -> None:
        self._parts = Parts(template)
        self._lineage = self._parts.own

    def block(self, name: str, lineage: Lineage = ()) -> Iterator[Piece]:
        """Pieces of a block in the nearest file of a lineage that has it; by default the template's lineage."""
        lineage = lineage or self._lineage
        for file in lineage:
            if name in file.blocks:
                yield from self._inside(file.blocks[name].body, _Scope(file, lineage))
                return

    def _inside(self, body: Sequence[nodes.Node], scope: _Scope) -> Iterator[Piece]:
        for node in body:
            if isinstance(node, nodes.Assign):
                yield from _uses(node.node, scope, printed=False)
                scope = scope.setting(node.target, node.node)
            elif isinstance(node, nodes.AssignBlock):
                yield from self._inside(node.body, scope)
                scope = scope.binding(node.target, OWN)
            else:
                yield from self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: _Scope) -> Iterator[Piece]:
        if isinstance(node, nodes.Output):
            for part in node.nodes:
                if isinstance(part, nodes.TemplateData):
                    yield Typed(part.data, scope.place(part))
                else:
                    yield from _uses(part, scope, printed=True)
        elif isinstance(node, nodes.FilterBlock):
            yield from self._inside(node.body, scope)
        elif isinstance(node, nodes.Block):
            yield from self.block(node.name, scope.lineage)
        elif isinstance(node, nodes.Include):
            lineage = self._parts.lineage(node)
            yield from self._inside(lineage[-1].tree.body, _Scope(lineage[-1], lineage, scope.bound))
        elif isinstance(node, nodes.For):
            yield from _uses(node.iter, scope, printed=False)
            inner = scope.binding(node.target, (*(_names(node.iter, scope) or OWN), EACH))
            inner = inner.binding(nodes.Name("loop", "store"), OWN)
            yield from self._inside([*node.body, *node.else_], inner)
        elif isinstance(node, nodes.If):
            yield from _uses(node.test, scope, printed=False)
            yield from self._inside([*node.body, *node.elif_, *node.else_], scope)
        else:
            yield from self._with(node, scope)

    def _with(self, node: nodes.Node, scope: _Scope) -> Iterator[Piece]:
        """Pieces of a `with`, which defines names; other statements have none."""
        if isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=True):
                yield from _uses(value, scope, printed=False)
                scope = scope.setting(target, value)
            yield from self._inside(node.body, scope)


def _uses(node: nodes.Node, scope: _Scope, printed: bool, filters: Names = ()) -> Iterator[Use]:
    """Names in an expression."""
    names = _names(node, scope)
    children: list[nodes.Node] = []
    if isinstance(node, nodes.Filter):
        children = [*node.args, *(pair.value for pair in node.kwargs)]
        if node.node is not None and _names(node.node, scope) != names:  # a list of one of its fields
            yield _use(names or OWN, node, scope, printed, filters)
        elif node.node is not None:
            yield from _uses(node.node, scope, printed, (node.name, *filters))
    elif isinstance(node, nodes.CondExpr):
        yield from _uses(node.test, scope, printed=False)
        children = [node.expr1, *([node.expr2] if node.expr2 else [])]
        filters = ()
    elif printed and names == OWN and isinstance(node, nodes.Name) and scope.made.get(node.name):
        yield from (replace(u, place=scope.place(node), filters=(*u.filters, *filters)) for u in scope.made[node.name])
    elif names is not None:
        yield _use(names, node, scope, printed, filters)
        children, printed = ([node.arg] if isinstance(node, nodes.Getitem) else []), False
    else:
        children = list(node.iter_child_nodes())
    for child in children:
        yield from _uses(child, scope, printed and not isinstance(node, nodes.Test | nodes.Compare), filters)


def _use(names: Names, node: nodes.Node, scope: _Scope, printed: bool, filters: Names) -> Use:
    of_example = names[:2] == ("examples", EACH)
    names = names[2:] if of_example else names
    of_candidates = names[:2] == ("candidates", EACH)
    names = ("item", *names[2:]) if of_candidates else names
    return Use(names, _written(node), scope.place(node), printed, filters, of_example, of_candidates)


def _names(node: nodes.Node, scope: _Scope) -> Names | None:
    """Paths of an expression; None if it is not a name, or part of a name's value."""
    if isinstance(node, nodes.Name):
        return scope.bound.get(node.name, (node.name,))
    if not isinstance(node, nodes.Filter | nodes.Getattr | nodes.Getitem) or node.node is None:
        return None
    owner = _names(node.node, scope)
    if owner is None:
        return None
    if isinstance(node, nodes.Filter):
        of_each = next((pair.value for pair in node.kwargs if node.name == "map" and pair.key == "attribute"), None)
        field_name = (str(of_each.value),) if isinstance(of_each, nodes.Const) else ()
        return (*owner, EACH, *field_name) if field_name or node.name in ("first", "last") else owner
    if isinstance(node, nodes.Getattr):
        return (*owner, node.attr)
    if isinstance(node.arg, nodes.Slice):
        return owner
    known = isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str)
    return (*owner, str(node.arg.value) if known else EACH)  # type: ignore[attr-defined]


def _written(node: nodes.Node) -> str:
    """An expression as its author wrote it."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        key = repr(node.arg.value) if isinstance(node.arg, nodes.Const) else EACH
        return f"{_written(node.node)}[{key}]"
    return _written(node.node) if isinstance(node, nodes.Filter) and node.node is not None else "…"
