"""`TemplateTest`: what a template's author expects of a ranking, and a model can fail."""

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
    # As titles of a catalogue are cleaned when they are read: a Chinese comma and a plain one are the same.
    return (
        tuple(clean_text(t).strip() if isinstance(t, str) else t for t in titles)
        if isinstance(titles, list | tuple)
        else titles
    )


Titles = Annotated[tuple[str, ...], BeforeValidator(_as_list)]
"""One title need not be written as a list."""


class NotACandidate(InvalidValue):
    """A title that cannot be ranked, or several that are read as one. `within`: what leads to it in the test."""

    def __init__(self, title: str, field: str, candidates: Titles) -> None:
        joined = next((one for one in candidates if title in _parts(one)), None)
        several = joined or (title if set(_parts(title)) & set(candidates) else None)
        if several:
            super().__init__("test-joined-titles", name=several)
        else:
            super().__init__("test-not-candidate", name=title, known=candidates)
        self.within = ("candidates", joined) if joined else (field, title)


def _parts(title: str) -> list[str]:
    """The titles of a text that was perhaps to be several."""
    return [part.strip() for part in re.split(r"[,;、]|\sand\s", title.strip("【】[]"))]


class TemplateTest(Record):
    """What a ranking must hold: someone who hates horror must not get Saw among the first 3."""

    preferences: str = ""
    history: Titles = ()
    context: str = ""
    attributes: Mapping[str, str] = Field(default_factory=dict)
    candidates: Titles = ()
    """Titles of the pack's own catalogue; none: all of it."""
    top: PositiveInt = 3
    include: Titles = ()
    """Titles of which each must be among the first `top`."""
    exclude: Titles = ()
    """Titles of which none may be among them."""

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
        """The person, as the ranker is told of them."""
        return Query(
            query_id=query_id,
            preferences=self.preferences,
            history=self.history,
            context=self.context,
            attributes=dict(self.attributes),
        )

    def failure(self, titles: list[str]) -> str | None:
        """What is wrong with a ranking's titles, best first; None if nothing is."""
        first = titles[: self.top]
        absent = [title for title in self.include if title not in first]
        present = [title for title in self.exclude if title in first]
        if absent:
            place = titles.index(absent[0]) + 1 if absent[0] in titles else None
            where = f"among the first {self.top}" if self.top > 1 else "first"
            return f"{absent[0]} is not {where}" + (f": it is at {place}" if place else "")
        return f"{present[0]} is at {titles.index(present[0]) + 1}" if present else None
