"""The Jinja body of a template, with the parts of its pack that it extends or includes."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import jinja2
from jinja2 import nodes

from promptrec.errors import TemplateError
from promptrec.template.pack import PART, Pack
from promptrec.template.sandbox.allowlist import MOST_NODES, check_blocks, check_tree
from promptrec.template.sandbox.environment import BLOCKS, environment, known_filters, with_line_ends, without_marks
from promptrec.template.syntax.unclosed_blocks import fault

# Of a body with its parts: to read and compile more would take longer than to render it.
LONGEST_BODY = 50_000
MOST_PARTS = 50


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
        self._read_so_far: set[tuple[str, bool]] = set()
        self._characters = self._nodes = 0
        prepared = self._read(text, path, first_line, ())
        self._env.loader = jinja2.DictLoader({name: _prepared(part) for name, part in self.parts.items()})
        self.tree = self._trees[path]
        self._first_line = first_line
        self._template = self._compiled(path, first_line, lambda: self._env.from_string(prepared))
        # All parts now, so that none fails, or takes long, in the middle of a ranking.
        compiled = {name: self._compiled(name, 0, partial(self._env.get_template, name)) for name in self.parts}
        self._ancestors = [compiled[name] for name in self._lineage(self.tree)]

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

    def place(self, error: Exception) -> str:
        """The file and line in which rendering failed, as "FILE:LINE"; the file alone where no line is known."""
        path, trace = self._path, error.__traceback__
        while trace is not None:
            template = trace.tb_frame.f_globals.get("__jinja_template__")
            if isinstance(template, jinja2.Template):
                line = template.get_corresponding_lineno(trace.tb_lineno)
                part = template.name and self._part_path(template.name)
                path = f"{part}:{line}" if part else f"{self._path}:{self._first_line + line}"
            trace = trace.tb_next
        return path

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
        self._characters += len(prepared)
        if self._characters > LONGEST_BODY:
            raise TemplateError(f"{path}:{first_line + 1}: longer than {LONGEST_BODY:,} characters, with its parts")
        tree = self._parsed(prepared, path, first_line)
        self._nodes += check_tree(tree, path, first_line, known_filters(self._env))
        if self._nodes > MOST_NODES:
            raise TemplateError(f"{path}:{first_line + 1}: its parts have more than {MOST_NODES:,} words within braces")
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
        included = isinstance(node, nodes.Include)
        # Once: parts that use parts twice, which use others twice, would be read without end.
        if (name, included) in self._read_so_far:
            return
        if name not in self.parts and len(self.parts) == MOST_PARTS:
            raise TemplateError(f"{place}: a template may use up to {MOST_PARTS} parts")
        self.parts[name] = self._pack.read(name)
        if self.parts[name].startswith("---\n"):
            raise TemplateError(f"{self._part_path(name)}:1: a part has no header: the model would read it")
        self._read(self.parts[name], self._part_path(name), 0, (*within, name), included)
        self._read_so_far.add((name, included))

    def _part_path(self, name: str) -> str:
        return str(self._pack.folder / name) if self._pack.folder else name

    def _lineage(self, tree: nodes.Template) -> list[str]:
        """The parts that a tree extends, nearest first."""
        out: list[str] = []
        while (parent := next(tree.find_all(nodes.Extends), None)) is not None:
            out.append(parent.template.value)  # type: ignore[attr-defined]
            tree = self._trees[out[-1]]
        return out

    def _parsed(self, prepared: str, path: str, first_line: int) -> nodes.Template:
        try:
            return self._env.parse(prepared)
        except jinja2.TemplateSyntaxError as error:
            line, said = fault(prepared, error)
            raise TemplateError(f"{path}:{first_line + line}: {said}") from None
        except RecursionError:
            raise TemplateError(f"{path}:{first_line + 1}: nested too deeply") from None
        except ValueError as error:
            raise TemplateError(f"{path}:{first_line + 1}: a number that is too long: {error}") from None

    def _compiled(self, path: str, first_line: int, compiled: Callable[[], jinja2.Template]) -> jinja2.Template:
        try:
            return compiled()
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(f"{path}:{first_line + error.lineno}: {error.message}") from None
        except jinja2.UndefinedError as error:  # what is constant is worked out as it is compiled
            raise TemplateError(f"{path}: {error.message}") from None
        except (RecursionError, SyntaxError, MemoryError):
            raise TemplateError(f"{path}: nested too deeply: use fewer loops and conditions within another") from None


def _prepared(text: str) -> str:
    return with_line_ends(without_marks(text))
