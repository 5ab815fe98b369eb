"""`Query`: a person's words, history, context and attributes. `RankRequest`: a query and its candidates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from promptrec.data.clean import clean_text
from promptrec.data.identifiers import identifier
from promptrec.data.intent import Intent
from promptrec.data.item import Item
from promptrec.data.mojibake import LOST, mended, without_runs
from promptrec.data.record import Record
from promptrec.errors import InputError

MAX_CHARACTERS = 20_000
# Above the share in text of any language that lost all accented letters; files that are not text have more.
MAX_DAMAGED_SHARE = 1 / 3


def readable(text: str, *, is_title: bool = False) -> str:
    """Clean a text of a query, which may be empty.

    Args:
        text: the text.
        is_title: whether it is a title, which may be signs alone, such as "÷" or "???".

    Raises:
        InputError: text that no model can read; with the reason.
    """
    text = without_runs(text)
    if len(text) > MAX_CHARACTERS:
        raise InputError("text-too-long", count=len(text), max_characters=MAX_CHARACTERS)
    text = mended(text)
    damaged = sum(1 for c in text if c == LOST or "\udc80" <= c <= "\udcff" or (c < " " and c not in "\t\n\r\f\v"))
    if damaged > MAX_DAMAGED_SHARE * len(text):
        raise InputError("text-damaged", damaged=f"{damaged / len(text):.0%}")
    cleaned = clean_text(text).strip()
    if text.strip() and not (cleaned if is_title else any(c.isalnum() for c in cleaned)):
        raise InputError("text-without-letters")
    return cleaned


Words = Annotated[str, AfterValidator(readable)]


class Query(Record):
    """A person's words, history, context and attributes. Each may be empty; if all are, rankers abstain or fall back.

    `history` has item IDs or titles, most recent last, and so has `disliked`. Text is cleaned; IDs may be numbers.

    Raises:
        InputError: text that is too long (over 20,000 characters; a run of lost characters is one), only lost
            characters, or without a letter or digit (a title may be signs alone); an invalid ID.
    """

    preferences: Words = ""
    history: tuple[str, ...] = ()
    context: Words = ""
    attributes: Mapping[str, str] = Field(default_factory=dict)
    disliked: tuple[str, ...] = ()
    """Items that they know and did not like: they are not recommended, and what is like them falls behind."""
    query_id: Annotated[str, BeforeValidator(identifier)] = "query"
    intent: Intent | Literal[False] | None = None
    """What the preferences want, refuse and require. None: to be read; False: not to be read, the words as they are."""

    @field_validator("history", "disliked", mode="before")
    @classmethod
    def _entries_as_text(cls, history: object) -> object:
        """Convert numeric IDs to text; pydantic refuses other types."""
        if not isinstance(history, list | tuple):
            return history
        return tuple(identifier(e) if isinstance(e, int | float) else e for e in history)

    @field_validator("history", "disliked", mode="after")
    @classmethod
    def _readable_history(cls, history: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(readable(entry, is_title=True) for entry in history if entry.strip())

    @field_validator("attributes", mode="after")
    @classmethod
    def _readable_attributes(cls, attributes: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, value in attributes.items() if (text := readable(value))}

    @property
    def wanted(self) -> str:
        """The preferences without what they refuse and require; all of them where the intent was not read."""
        if not self.intent:
            return self.preferences
        if not self.intent.likes and all(c.start is None for c in (*self.intent.dislikes, *self.intent.constraints)):
            return self.preferences
        return " ".join(clause.text for clause in self.intent.likes)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of what they like."""
        return not (self.preferences or self.history or self.context or self.attributes)


@dataclass(frozen=True)
class RankRequest:
    """One query and its candidates, in any order. It has no field for the right answers.

    `retrieved` has the retriever's scores of the candidates that it found, by item ID.
    """

    query: Query
    candidates: tuple[Item, ...]
    retrieved: Mapping[str, float] = field(default_factory=dict)
