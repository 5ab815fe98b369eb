"""`Item`: one thing that can be recommended."""

from collections.abc import Mapping

from pydantic import Field, field_validator

from promptrec.data.clean import clean_text
from promptrec.data.record import Record
from promptrec.errors import InputError

FieldValue = str | int | float | tuple[str, ...]


class Item(Record):
    """One thing that can be recommended. Its text is cleaned; `fields` has all other columns.

    `popularity` is any count or score, higher for more popular items; None if unknown.
    """

    item_id: str
    title: str
    fields: Mapping[str, FieldValue] = Field(default_factory=dict)
    popularity: float | None = None

    @field_validator("item_id", "title", mode="after")
    @classmethod
    def _clean_words(cls, value: str) -> str:
        cleaned = clean_text(value).strip()
        if not cleaned:
            raise InputError("item-without-title", got=repr(value))
        return cleaned

    @field_validator("fields", mode="after")
    @classmethod
    def _clean_fields(cls, fields: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
        return {name: _clean_value(value) for name, value in fields.items()}


def _clean_value(value: FieldValue) -> FieldValue:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, tuple):
        return tuple(clean_text(part) for part in value)
    return value
