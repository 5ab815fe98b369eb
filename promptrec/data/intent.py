"""`Intent`: a request read as likes, dislikes and constraints, each with its place in the person's words."""

from typing import Literal, Self

from pydantic import Field, model_validator

from promptrec.data.record import Record

Operator = Literal["<", "<=", ">", ">=", "=", "!=", "between", "about", "without"]
FIELDS = (
    "price",
    "year",
    "duration",
    "rating",
    "age",
    "age_rating",
    "people",
    "language",
    "country",
    "place",
    "opening",
    "season",
    "format",
    "diet",
    "allergen",
    "facility",
)
"""What the shipped readers find constraints of; a pack can name columns for more."""


class Clause(Record):
    """Words of the person that name one thing."""

    text: str = Field(min_length=1)
    """The very words: `preferences[start:end]` where offsets are given and nobody edited it."""
    start: int | None = None
    """Offset of its first character; None for a clause that an application adds."""
    end: int | None = None
    """Offset behind its last character."""


class Constraint(Clause):
    """A condition that a column of a catalogue can be tested against."""

    field: str
    """What it is about: "price", "year", "duration" …, see `FIELDS`."""
    operator: Operator
    """`between` and `about` include their ends; `without` is for allergens."""
    value: float | tuple[float, float] | str
    """A number (minutes for durations, years for ages), two of them for `between`, or words in lower case."""
    unit: str | None = None
    """ISO code of the currency, "min", "stars" or "%"; None where none was named."""
    hard: bool = True
    """Whether an item that violates it is left out. Wishes ("ideally", "about") are soft."""

    @model_validator(mode="after")
    def _two_ends(self) -> Self:
        if (self.operator == "between") != isinstance(self.value, tuple):
            raise ValueError("two numbers are for the operator between, and only for that one")
        return self

    @property
    def label(self) -> str:
        """The constraint as it is shown: "price <= 20 EUR"."""
        return " ".join(filter(None, (self.field.replace("_", " "), self.operator, self.value_text, self.unit)))

    @property
    def value_text(self) -> str:
        """The value as it is shown: "20", "10-20", or words."""
        return self.value if isinstance(self.value, str) else "-".join(f"{n:g}" for n in _numbers(self.value))


class Intent(Record):
    """What a request wants, refuses and requires."""

    likes: tuple[Clause, ...] = ()
    """What is wanted: the request without what it refuses and requires."""
    dislikes: tuple[Clause, ...] = ()
    """What is refused, without the word that refuses it."""
    constraints: tuple[Constraint, ...] = ()
    """Conditions, in the order of the words."""
    reader: str | None = None
    """What read it: the rules by their name and version, or a model by its name; None for one that was given."""

    @property
    def label(self) -> str:
        """The intent in one line: "likes curry; not Indian; price <= 20 EUR"."""
        likes = " · ".join(clause.text for clause in self.likes)
        dislikes = ", ".join(clause.text for clause in self.dislikes)
        parts = (f"likes {likes}" if likes else "", f"not {dislikes}" if dislikes else "")
        return "; ".join([*filter(None, parts), *(constraint.label for constraint in self.constraints)])


def _numbers(value: float | tuple[float, float]) -> tuple[float, ...]:
    return value if isinstance(value, tuple) else (value,)
