"""`Template`: a file that turns a query and items into the text of a prompt."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import nodes

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InvalidValue, PromptrecError, TemplateError
from promptrec.messages import Message, message, recognise
from promptrec.template.body import Body
from promptrec.template.context import NO_LIMITS, Limits, item_view, query_view
from promptrec.template.few_shot import Example, item_and_answer, read_examples, rotate_items
from promptrec.template.filters import SHORTEN, Shorten
from promptrec.template.front_matter import split_header
from promptrec.template.kinds import KINDS, TemplateKind
from promptrec.template.pack import LONGEST_FILE, SETTINGS, Pack, file_text
from promptrec.template.sandbox.budget import BUDGET, Budget
from promptrec.template.sandbox.environment import LONGEST_OUTPUT, Trusted, spans, stripped
from promptrec.template.spans import Span


@dataclass(frozen=True)
class Rendered:
    """The three rendered blocks of a prompt, each as spans without white space at its ends."""

    system: tuple[Span, ...]
    user: tuple[Span, ...]
    reply: tuple[Span, ...]


class Template:
    """One template file. `sha256` covers its text and all that it uses of its pack, independent of line ends.

    Args:
        name: its name, such as "films/en/yes-no".
        source: text of the file.
        path: the file, for errors and to find its pack.

    Raises:
        TemplateError: an invalid header or body, with file and line.
    """

    def __init__(self, name: str, source: str, path: str | Path = "<text>") -> None:
        self.name = name
        self.path = str(path)
        self.source = _readable(source, self.path)
        self.pack = Pack.of(path)
        shared = self.pack.shared()
        self.header, body, first_line = split_header(self.source, self.path, shared)
        self._body = Body(body, self.path, first_line, self.header.language, self.pack)
        self.examples = self._read_examples()
        self.sha256 = self._sha256(shared)
        self._item_view = lru_cache(100_000)(lambda key: item_view(key.item, self.header))
        needed = ("user", "reply") if self.kind.scores else ("user",)
        for block in needed:
            if block not in self._body.blocks:
                raise TemplateError("missing-block", path=self.path, kind=self.header.kind, block=block)

    @classmethod
    def from_file(cls, path: str | Path, name: str | None = None) -> "Template":
        """Read a template file."""
        path = Path(path)
        try:
            return cls(name or path.stem, file_text(path), path)
        except OSError as error:
            raise TemplateError("cannot-be-read", path=path, why=error.strerror or str(error)) from None

    @cached_property
    def cue(self) -> str:
        """Literal text of the reply block, directly before the answer."""
        return self._body.literal("reply")

    @property
    def kind(self) -> TemplateKind:
        """Record of the header's `kind`."""
        return KINDS[self.header.kind]

    @property
    def tree(self) -> nodes.Template:
        """Syntax tree of its own body; lines are counted from the end of the header."""
        return self._body.tree

    def render(
        self,
        query: Query,
        candidates: Sequence[Item],
        labels: Sequence[str] = (),
        *,
        instruction: str = "",
        limits: Limits = NO_LIMITS,
        shorten: Shorten | None = None,
    ) -> Rendered:
        """Render the blocks for a query and items; a template that shows one item gets one.

        Args:
            query: the query, which may be empty.
            candidates: the items shown, in the order shown; a profile template shows none.
            labels: one label for each candidate, for kinds that list candidates.
            instruction: the required form of the answer, as trusted text for the model.
            limits: greatest lengths of the header's `truncate` entries, in characters (query.history: entries).
            shorten: shortens a text to a number of tokens, for the filter `shorten`; None leaves texts unchanged.

        Raises:
            TemplateError: an unknown name in the template, or too much output.
        """
        values: dict[str, Any] = {
            "query": query_view(query, self.header.language, limits),
            "instruction": Trusted(instruction),
            "examples": [self._example_view(turn, example) for turn, example in enumerate(self.examples)],
            SHORTEN: shorten,
            BUDGET: Budget(),
        }
        if self.kind.lists_candidates:
            values["candidates"] = [
                item_view(item, self.header, limits, label) for item, label in zip(candidates, labels, strict=True)
            ]
        elif self.kind.ranks:
            (item,) = candidates
            values["item"] = item_view(item, self.header, limits) if limits else self._item_view(_Identity(item))
        return Rendered(*(self._block(name, values) for name in ("system", "user", "reply")))

    def _block(self, name: str, values: dict[str, Any]) -> tuple[Span, ...]:
        size, parts = 0, []
        try:
            for part in self._body.write(name, values):
                size += len(part)
                if size > LONGEST_OUTPUT:
                    raise InvalidValue("too-many-characters-written", characters=LONGEST_OUTPUT)
                parts.append(part)
        except PromptrecError:
            raise
        except Exception as error:  # a stranger's template can raise anything
            path, line = self._body.place(error)
            raise TemplateError(self._explained(error), path=path, line=line, block=name) from error
        return stripped(spans("".join(parts)))

    def _read_examples(self) -> tuple[Example, ...]:
        name = self.header.examples
        if name is None:
            return ()
        return read_examples(self.pack.read(name), str(Path(self.path).parent / name))

    def _example_view(self, turn: int, example: Example) -> dict[str, object]:
        """Value of one example in a template: query, answer, and the item or the candidates with their order."""
        header = self.header
        view: dict[str, object] = {"query": query_view(example.query, header.language)}
        if self.kind.lists_candidates:
            items = rotate_items(example, turn)
            labels = [chr(ord("A") + n) for n in range(len(items))]
            by_title = {item.title: label for item, label in zip(items, labels, strict=True)}
            order = [by_title[item.title] for item in example.ordered()]
            shown = [item_view(item, header, label=label) for item, label in zip(items, labels, strict=True)]
            return view | {"candidates": shown, "answer": order[0], "order": order}
        good, bad = self.kind.words.best_and_worst(header.answers) if self.kind.words else ("", "")
        item, word = item_and_answer(example, turn, good, bad)
        return view | {"item": item_view(item, header), "answer": word}

    def _sha256(self, shared: Mapping[str, Any]) -> str:
        """SHA-256 of the source and of the settings, parts and examples that it uses; tests do not change prompts."""
        values: dict[str, object] = {SETTINGS: {k: v for k, v in shared.items() if k != "tests"}} if shared else {}
        values |= self._body.parts
        values |= {"examples": [example.model_dump(mode="json") for example in self.examples]} if self.examples else {}
        text = self.source + (json.dumps(values, sort_keys=True) if values else "")
        return hashlib.sha256(text.encode()).hexdigest()

    def _explained(self, error: Exception) -> Message:
        """Message for an error of rendering."""
        there = ("title", "item_id", "label", "facts", "others", *self.header.fields)
        if isinstance(error, InvalidValue):
            return Message(error.code, {"there": there, **error.slots})
        words = str(error) or type(error).__name__
        if not isinstance(error, jinja2.UndefinedError):
            return recognise("python", words)
        if "sequence was empty" in words:
            return message("no-entry")
        return message("undefined-name-rendered", words=words, there=there)


def _readable(source: str, path: str) -> str:
    """Source with Unix line ends, without a byte order mark."""
    if len(source) > LONGEST_FILE:
        raise TemplateError("template-too-long", path=path, most=LONGEST_FILE)
    try:
        source.encode()
    except UnicodeEncodeError:
        raise TemplateError("file-with-half-character", path=path) from None
    return source.removeprefix("\ufeff").replace("\r\n", "\n")


@dataclass(frozen=True, eq=False)
class _Identity:
    """Cache key of an item by identity: items are frozen, so the same object has the same view."""

    item: Item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.item is self.item
