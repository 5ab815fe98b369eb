"""The Jinja body of a template, with the parts of its pack that it extends or includes."""

from collections.abc import Iterator, Mapping
from typing import Any

import jinja2
from jinja2 import nodes

from promptrec.errors import TemplateError
from promptrec.template.pack import PART, Pack
from promptrec.template.sandbox import (
    BLOCKS,
    check_blocks,
    check_tree,
    environment,
    with_line_ends,
    without_marks,
)


class Body:
    """A body that is checked and ready to render. `parts` holds the text of each part it uses, by file name.

    Raises:
        TemplateError: what it may not do, or cannot be read, with its line.
    """

    def __init__(self, text: str, path: str, first_line: int, language: str, pack: Pack) -> None:
        self.parts: dict[str, str] = {}
        self._pack = pack
        self._path = path
        self._env = environment(language)
        self._trees: dict[str, nodes.Template] = {}
        prepared = self._read(text, path, first_line, ())
        self._env.loader = jinja2.DictLoader({name: _prepared(part) for name, part in self.parts.items()})
        self.tree = self._trees[path]
        self._template = self._compiled(prepared)
        self._ancestors = [self._env.get_template(name) for name in self._lineage(self.tree)]

    @property
    def blocks(self) -> set[str]:
        """The names of its blocks, those it inherits among them."""
        return set(self._template.blocks).union(*(t.blocks for t in self._ancestors))

    def write(self, block: str, told: Mapping[str, Any]) -> Iterator[str]:
        """The pieces of a block as they are rendered; none if it has no such block."""
        context = self._template.new_context(dict(told))
        for ancestor in self._ancestors:
            for name, write in ancestor.blocks.items():
                context.blocks.setdefault(name, []).append(write)
        if block in context.blocks:
            yield from context.blocks[block][0](context)

    def literal(self, block: str) -> str:
        """What its author typed in a block, without what expressions emit."""
        for tree in (self.tree, *(self._trees[name] for name in self._lineage(self.tree))):
            for found in tree.find_all(nodes.Block):
                if found.name == block:
                    return "".join(node.data for node in found.find_all(nodes.TemplateData)).strip()
        return ""

    def _read(self, text: str, path: str, first_line: int, within: tuple[str, ...], included: bool = False) -> str:
        """Check a file and the parts it names, deepest last; its text as Jinja gets it."""
        prepared = _prepared(text)
        try:
            tree = self._env.parse(prepared)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"{path}:{first_line + error.lineno}: {error.message}") from None
        except RecursionError:
            raise TemplateError(f"{path}:{first_line + 1}: nested too deeply") from None
        check_tree(tree, path, first_line, self._env.filters)
        self._trees[within[-1] if within else path] = tree
        uses: list[nodes.Extends | nodes.Include] = [*tree.find_all(nodes.Extends), *tree.find_all(nodes.Include)]
        for node in uses:
            self._read_part(node, f"{path}:{first_line + node.lineno}", within)
        if not included:
            inherited = {b.name for part in self._lineage(tree) for b in self._trees[part].find_all(nodes.Block)}
            check_blocks(tree, path, first_line, [*BLOCKS, *sorted(inherited - set(BLOCKS))])
        return prepared

    def _read_part(self, node: nodes.Extends | nodes.Include, place: str, within: tuple[str, ...]) -> None:
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        known = self._pack.part_names()
        if not isinstance(name, str) or name not in known:
            there = ", ".join(known) or f"none yet: its name starts with {PART} and ends with .jinja"
            said = repr(name) if name is not None else "a name that is worked out"
            raise TemplateError(f"{place}: {said} is no part of this pack; there are: {there}")
        if name in within:
            raise TemplateError(f"{place}: {name} uses itself: {' > '.join([*within, name])}")
        self.parts[name] = self._pack.read(name)
        path = str(self._pack.folder / name) if self._pack.folder else name
        self._read(self.parts[name], path, 0, (*within, name), isinstance(node, nodes.Include))

    def _lineage(self, tree: nodes.Template) -> list[str]:
        """The parts that a tree extends, nearest first."""
        out: list[str] = []
        while (parent := next(tree.find_all(nodes.Extends), None)) is not None:
            out.append(parent.template.value)  # type: ignore[attr-defined]
            tree = self._trees[out[-1]]
        return out

    def _compiled(self, prepared: str) -> jinja2.Template:
        try:
            return self._env.from_string(prepared)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"{self._path}: {error.message}") from None


def _prepared(text: str) -> str:
    return with_line_ends(without_marks(text))
