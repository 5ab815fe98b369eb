"""`TemplateTest`: a test case of a template, run with a real model."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from promptrec.data.clean import clean_text
from promptrec.data.query import Query
from promptrec.data.record import Record
from promptrec.errors import InputError, InvalidValue


def _as_list(value: object) -> object:
    titles = (value,) if isinstance(value, str) else value
    if not isinstance(titles, list | tuple):
        return titles
    # Cleaned like titles of a catalogue, so that a Chinese comma and a plain one are the same.
    return tuple(clean_text(t).strip() if isinstance(t, str) else t for t in titles)


Titles = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""Titles; one title may be a plain text."""


class NotACandidate(InvalidValue):
    """A title that is not a candidate, or several titles read as one.

    Attributes:
        within: path of the title in the test.
    """

    def __init__(self, title: str, field: str, candidates: Titles) -> None:
        joined = next((one for one in candidates if title in _parts(one)), None)
        several = joined or (title if set(_parts(title)) & set(candidates) else None)
        if several:
            super().__init__("test-joined-titles", name=several)
        else:
            super().__init__("test-not-candidate", name=title, known=candidates)
        self.within = ("candidates", joined) if joined else (field, title)


def _parts(title: str) -> list[str]:
    """Titles in a text that may be several."""
    return [part.strip() for part in re.split(r"[,;、]|\sand\s", title.strip("【】[]"))]


class TemplateTest(Record):
    """A query, and titles that its ranking must or must not have first."""

    preferences: str = ""
    history: Titles = ()
    context: str = ""
    attributes: Mapping[str, str] = Field(default_factory=dict)
    candidates: Titles = ()
    """Titles to rank, of the pack's catalogue; empty: all of it."""
    top: PositiveInt = 3
    include: Titles = ()
    """Titles that must all be among the first `top`."""
    exclude: Titles = ()
    """Titles that must not be among the first `top`."""

    @model_validator(mode="after")
    def _says_something(self) -> "TemplateTest":
        if not self.include and not self.exclude:
            raise InvalidValue("test-without-titles")
        if len(self.include) > self.top:
            raise InvalidValue("test-top-too-small", many=len(self.include), top=self.top)
        if self.candidates:
            for field, titles in (("include", self.include), ("exclude", self.exclude)):
                for title in titles:
                    if title not in self.candidates:
                        raise NotACandidate(title, field, self.candidates)
        try:
            self.query("test")
        except InputError as error:
            raise InvalidValue("test-person-text", why=error.message) from None
        return self

    def query(self, query_id: str) -> Query:
        """Query of the test."""
        return Query(query_id=query_id, **self.model_dump(include={"preferences", "history", "context", "attributes"}))

    def failure(self, titles: list[str]) -> str | None:
        """Reason why a ranking fails the test; None if it passes.

        Args:
            titles: titles of the ranking, best first.
        """
        first = titles[: self.top]
        absent = [title for title in self.include if title not in first]
        present = [title for title in self.exclude if title in first]
        if absent:
            place = titles.index(absent[0]) + 1 if absent[0] in titles else None
            where = f"among the first {self.top}" if self.top > 1 else "first"
            return f"{absent[0]} is not {where}" + (f": it is at {place}" if place else "")
        return f"{present[0]} is at {titles.index(present[0]) + 1}" if present else None
