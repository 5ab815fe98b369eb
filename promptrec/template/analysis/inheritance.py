"""Template inheritance: the syntax trees of a template, of the files it extends, and of those it includes."""

from dataclasses import dataclass
from functools import cached_property

from jinja2 import nodes

from promptrec.errors import TemplateError
from promptrec.template.front_matter import split_header
from promptrec.template.sandbox.environment import environment, with_line_ends, without_marks
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
