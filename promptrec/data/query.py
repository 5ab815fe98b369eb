"""`Query`: what is known of the person asking. `RankRequest`: a query and the candidates to order for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import Field, field_validator

from promptrec.data.clean import clean_text
from promptrec.data.identifiers import identifier
from promptrec.data.item import Item
from promptrec.data.mojibake import LOST, mended, without_runs
from promptrec.data.record import Record
from promptrec.errors import InputError

MAX_CHARACTERS = 20_000
# Text of any language that lost all its accented letters has less; files that are no text have more.
MAX_DAMAGED_SHARE = 1 / 3


class Query(Record):
    """What is known of a user. Every part may be empty; with all empty, rankers abstain or fall back.

    `history` holds item IDs or titles, most recent last. Text is cleaned on the way in; IDs may be numbers.

    Raises:
        InputError: text that is too long (over 20,000 characters; a run of lost characters is one), no text at all but
            damaged characters, or without a letter or digit (a title in `history` may be made of signs alone); an ID
            that is none.
    """

    preferences: str = ""
    history: tuple[str, ...] = ()
    context: str = ""
    attributes: Mapping[str, str] = Field(default_factory=dict)
    query_id: str = "query"

    @field_validator("query_id", mode="before")
    @classmethod
    def _as_text(cls, query_id: object) -> str:
        return identifier(query_id)

    @field_validator("history", mode="before")
    @classmethod
    def _entries_as_text(cls, history: object) -> object:
        """An ID may be a number; what else is no text is for pydantic to refuse."""
        if not isinstance(history, list | tuple):
            return history
        return tuple(identifier(e) if isinstance(e, int | float) else e for e in history)

    @field_validator("preferences", "context", mode="after")
    @classmethod
    def _readable(cls, text: str) -> str:
        return readable(text)

    @field_validator("history", mode="after")
    @classmethod
    def _readable_history(cls, history: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(readable(entry, is_title=True) for entry in history if entry.strip())

    @field_validator("attributes", mode="after")
    @classmethod
    def _readable_attributes(cls, attributes: Mapping[str, str]) -> dict[str, str]:
        return {name: text for name, value in attributes.items() if (text := readable(value))}

    @property
    def is_empty(self) -> bool:
        """True when every part is empty."""
        return not (self.preferences or self.history or self.context or self.attributes)

    def emptied(self) -> "Query":
        """The same query with every part empty: the profile that scores are calibrated against."""
        return Query(query_id=self.query_id)


def readable(text: str, *, is_title: bool = False) -> str:
    """Clean a text, or raise an InputError that says why no model could read it. Empty text is allowed.

    A title may be made of signs alone, such as "÷" or "???"; what a person says may not.
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


@dataclass(frozen=True)
class RankRequest:
    """One query and its candidates, in any order. It has no field for the right answers.

    `retrieved` holds the retriever's score for each candidate it found, by item ID.
    """

    query: Query
    candidates: tuple[Item, ...]
    retrieved: Mapping[str, float] = field(default_factory=dict)
