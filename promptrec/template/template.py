"""`Template`: a file that turns a person and items into the text of a prompt."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import TemplateError
from promptrec.template.header import LIKELIHOODS, split_header
from promptrec.template.sandbox import (
    LONGEST_OUTPUT,
    Trusted,
    compiled,
    spans,
    stripped,
    with_line_ends,
    without_marks,
)
from promptrec.template.spans import Span
from promptrec.template.views import NO_LIMITS, Limits, item_view, query_view


@dataclass(frozen=True)
class Rendered:
    """The three blocks of a prompt, each as spans without white space at its ends."""

    system: tuple[Span, ...]
    user: tuple[Span, ...]
    reply: tuple[Span, ...]


class Template:
    """One template file. `sha256` is that of its text, whatever the line ends.

    Raises:
        TemplateError: a header or body that cannot be used, with file and line.
    """

    def __init__(self, name: str, source: str, path: str | Path = "<text>") -> None:
        self.name = name
        self.path = str(path)
        self.source = source.removeprefix("\ufeff").replace("\r\n", "\n")
        self.sha256 = hashlib.sha256(self.source.encode()).hexdigest()
        self.header, body, first_line = split_header(self.source, self.path)
        body = with_line_ends(without_marks(body))
        self._tree, self._compiled = compiled(body, self.path, first_line)
        self._item_view = lru_cache(100_000)(lambda key: item_view(key.item, self.header))
        needed = ("user", "reply") if self.header.kind in LIKELIHOODS else ("user",)
        for block in needed:
            if block not in self._compiled.blocks:
                raise TemplateError(f"{self.path}: a {self.header.kind} template needs a block named {block}")

    @classmethod
    def from_file(cls, path: str | Path, name: str | None = None) -> "Template":
        """Read a template file."""
        path = Path(path)
        try:
            return cls(name or path.stem, path.read_text(encoding="utf-8"), path)
        except OSError as error:
            raise TemplateError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise TemplateError(f"{path}: not UTF-8: save the file as UTF-8") from None

    @cached_property
    def cue(self) -> str:
        """The last words its author put before the answer: where a label's token will stand."""
        texts = [
            node.data
            for block in self._tree.find_all(nodes.Block)
            if block.name == "reply"
            for node in block.find_all(nodes.TemplateData)
        ]
        return "".join(texts).strip()

    def render(
        self,
        query: Query,
        candidates: Sequence[Item],
        labels: Sequence[str] = (),
        *,
        instruction: str = "",
        limits: Limits = NO_LIMITS,
    ) -> Rendered:
        """The blocks for a person and items; a template for pairs is given one item.

        Args:
            query: what is known of the person; all of it may be empty.
            candidates: the items shown, in the order shown; a profile template shows none.
            labels: a label for each candidate, for listwise templates.
            instruction: what the model is told about the form of its answer. It is trusted.
            limits: characters (entries, for query.history) left of what the header says may be cut.

        Raises:
            TemplateError: a name the template uses and nobody knows, or output beyond all measure.
        """
        told: dict[str, Any] = {
            "query": query_view(query, self.header.language, limits),
            "instruction": Trusted(instruction),
        }
        if self.header.kind.startswith("listwise"):
            told["candidates"] = [
                item_view(item, self.header, limits, label) for item, label in zip(candidates, labels, strict=True)
            ]
        elif self.header.kind != "profile":
            (item,) = candidates
            told["item"] = item_view(item, self.header, limits) if limits else self._item_view(_ById(item))
        return Rendered(*(self._block(name, told) for name in ("system", "user", "reply")))

    def _block(self, name: str, told: dict[str, Any]) -> tuple[Span, ...]:
        block = self._compiled.blocks.get(name)
        if block is None:
            return ()
        size, parts = 0, []
        try:
            for part in block(self._compiled.new_context(told)):
                size += len(part)
                if size > LONGEST_OUTPUT:
                    raise TemplateError(f"{self.path}: block {name} writes more than {LONGEST_OUTPUT:,} characters")
                parts.append(part)
        except jinja2.UndefinedError as error:
            raise TemplateError(self._unknown_name(name, error)) from None
        except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise TemplateError(f"{self.path}: block {name}: {error}") from None
        return stripped(spans("".join(parts)))

    def _unknown_name(self, block: str, error: jinja2.UndefinedError) -> str:
        known = "title, item_id, label, facts" + "".join(f", {name}" for name in self.header.fields)
        said = str(error.message).replace("'dict object' has no attribute", "unknown name")
        return (
            f"{self.path}: block {block}: {said}; of an item: {known} (declare more under `fields:`); "
            "of query: preferences, history, context, attributes"
        )


@dataclass(frozen=True, eq=False)
class _ById:
    """An item as a cache key: items are frozen, so the same object always looks the same."""

    item: Item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.item is self.item
