"""`Body`: the Jinja body of a template, with the parts that it extends or includes."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import jinja2
from jinja2 import nodes

from promptrec.errors import TemplateError
from promptrec.messages import recognise
from promptrec.template.pack import Pack
from promptrec.template.sandbox.allowlist import MOST_NODES, check_blocks, check_tree
from promptrec.template.sandbox.environment import BLOCKS, environment, known_filters, with_line_ends, without_marks
from promptrec.template.syntax.unclosed_blocks import fault

# Limits of a body with its parts: a longer one would take longer to compile than to render.
LONGEST_BODY = 50_000
MOST_PARTS = 50


class Body:
    """A checked and compiled body. `parts` has the text of each part that it uses, by file name.

    Args:
        text: the body.
        path: its file, for errors.
        first_line: number of lines before the body.
        language: "en" or "zh", for the filters.
        pack: the pack that has its parts.

    Raises:
        TemplateError: forbidden or invalid syntax, with its line.
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
        # All parts are compiled now, so that no ranking fails or waits for one.
        compiled = {name: self._compiled(name, 0, partial(self._env.get_template, name)) for name in self.parts}
        self._ancestors = [compiled[name] for name in self._lineage(self.tree)]

    @property
    def blocks(self) -> set[str]:
        """Names of its blocks, with inherited ones."""
        return set(self._template.blocks).union(*(t.blocks for t in self._ancestors))

    def write(self, block: str, values: Mapping[str, Any]) -> Iterator[str]:
        """Render a block in pieces; none if the body has no such block."""
        context = self._template.new_context(dict(values))
        for ancestor in self._ancestors:
            for name, write in ancestor.blocks.items():
                context.blocks.setdefault(name, []).append(write)
        if block in context.blocks:
            yield from context.blocks[block][0](context)

    def place(self, error: Exception) -> tuple[str, int | None]:
        """File and line at which rendering failed; the line is None if it is not known."""
        path, line, trace = self._path, None, error.__traceback__
        while trace is not None:
            template = trace.tb_frame.f_globals.get("__jinja_template__")
            if isinstance(template, jinja2.Template):
                line = template.get_corresponding_lineno(trace.tb_lineno)
                path = self._part_path(template.name) if template.name else self._path
                line += 0 if template.name else self._first_line
            trace = trace.tb_next
        return path, line

    def literal(self, block: str) -> str:
        """Literal text of a block, without the output of expressions."""
        for tree in (self.tree, *(self._trees[name] for name in self._lineage(self.tree))):
            for found in tree.find_all(nodes.Block):
                if found.name == block:
                    return "".join(node.data for node in found.find_all(nodes.TemplateData)).strip()
        return ""

    def _read(self, text: str, path: str, first_line: int, within: tuple[str, ...], included: bool = False) -> str:
        """Check a file and the parts that it names, and return its text in the form that Jinja parses."""
        prepared = _prepared(text)
        self._characters += len(prepared)
        if self._characters > LONGEST_BODY:
            raise TemplateError("template-too-long", path=path, line=first_line + 1, most=LONGEST_BODY)
        tree = self._parsed(prepared, path, first_line)
        self._nodes += check_tree(tree, path, first_line, known_filters(self._env))
        if self._nodes > MOST_NODES:
            raise TemplateError("too-much-in-braces", path=path, line=first_line + 1, most=MOST_NODES)
        self._trees[within[-1] if within else path] = tree
        uses: list[nodes.Extends | nodes.Include] = [*tree.find_all(nodes.Extends), *tree.find_all(nodes.Include)]
        for node in uses:
            self._read_part(node, path, first_line + node.lineno, within)
        if not included:
            inherited = {b.name for part in self._lineage(tree) for b in self._trees[part].find_all(nodes.Block)}
            check_blocks(tree, path, first_line, [*BLOCKS, *sorted(inherited - set(BLOCKS))])
        return prepared

    def _read_part(self, node: nodes.Extends | nodes.Include, path: str, line: int, within: tuple[str, ...]) -> None:
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        known = tuple(self._pack.part_names())
        if name is None:
            raise TemplateError("computed-part", path=path, line=line, known=known)
        if name not in known:
            code = "unknown-part" if known else "no-parts"
            raise TemplateError(code, path=path, line=line, name=name, known=known)
        if name in within:
            chain = " > ".join([*within, name])
            raise TemplateError("part-uses-itself", path=path, line=line, name=name, chain=chain)
        included = isinstance(node, nodes.Include)
        # Each part once: nested parts that are used twice each would take exponential time.
        if (name, included) in self._read_so_far:
            return
        if name not in self.parts and len(self.parts) == MOST_PARTS:
            raise TemplateError("too-many-parts", path=path, line=line, most=MOST_PARTS)
        self.parts[name] = self._pack.read(name)
        if self.parts[name].startswith("---\n"):
            raise TemplateError("part-with-header", path=self._part_path(name), line=1)
        self._read(self.parts[name], self._part_path(name), 0, (*within, name), included)
        self._read_so_far.add((name, included))

    def _part_path(self, name: str) -> str:
        return str(self._pack.folder / name) if self._pack.folder else name

    def _lineage(self, tree: nodes.Template) -> list[str]:
        """Names of the parts that a tree extends, nearest first."""
        out: list[str] = []
        while (parent := next(tree.find_all(nodes.Extends), None)) is not None:
            out.append(parent.template.value)  # type: ignore[attr-defined]
            tree = self._trees[out[-1]]
        return out

    def _parsed(self, prepared: str, path: str, first_line: int) -> nodes.Template:
        try:
            return self._env.parse(prepared)
        except jinja2.TemplateSyntaxError as error:
            line, found = fault(prepared, error)
            raise TemplateError(found, path=path, line=first_line + line) from None
        except RecursionError:
            raise TemplateError("nested-too-deeply", path=path, line=first_line + 1) from None
        except ValueError as error:
            raise TemplateError("number-too-long", path=path, line=first_line + 1, why=str(error)) from None

    def _compiled(self, path: str, first_line: int, compiled: Callable[[], jinja2.Template]) -> jinja2.Template:
        try:
            return compiled()
        except jinja2.TemplateSyntaxError as error:
            found = recognise("jinja", error.message or "")
            raise TemplateError(found, path=path, line=first_line + error.lineno) from None
        except jinja2.UndefinedError as error:  # constants are evaluated when compiled
            raise TemplateError(recognise("jinja", error.message or ""), path=path) from None
        except (RecursionError, SyntaxError, MemoryError):
            raise TemplateError("nested-too-deeply", path=path) from None


def _prepared(text: str) -> str:
    return with_line_ends(without_marks(text))
