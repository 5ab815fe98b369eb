"""`Item`: one thing that can be recommended."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from promptrec.data.clean import clean_text
from promptrec.data.record import Record
from promptrec.errors import InputError

FieldValue = str | int | float | tuple[str, ...]


def _clean_value(value: FieldValue) -> FieldValue:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, tuple):
        return tuple(clean_text(part) for part in value)
    return value


def _clean_words(value: str) -> str:
    cleaned = clean_text(value).strip()
    if not cleaned:
        raise InputError("item-without-title", got=repr(value))
    return cleaned


Words = Annotated[str, AfterValidator(_clean_words)]


class Item(Record):
    """One thing that can be recommended. Its text is cleaned; `fields` has all other columns.

    `popularity` is any count or score, higher for more popular items; None if unknown.
    """

    item_id: Words
    title: Words
    fields: Mapping[str, Annotated[FieldValue, AfterValidator(_clean_value)]] = Field(default_factory=dict)
    popularity: float | None = None
