"""`Intent`: a request read as likes, dislikes and constraints, each with its place in the person's words."""

from typing import Literal

from promptrec.data.record import Record

Operator = Literal["<", "<=", ">", ">=", "=", "!=", "between", "about", "without"]


class Clause(Record):
    """Words of the person that name one thing."""

    text: str
    """The very words, `request[start:end]`."""
    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its last character."""


class Constraint(Clause):
    """A condition that a column of a catalogue can be tested against."""

    field: str
    """What it is about: "price", "year", "duration", "rating", "place" …"""
    operator: Operator
    """`between` and `about` include their ends; `without` is said of allergens."""
    value: float | tuple[float, float] | str
    """A number (minutes for durations, years for ages), two of them for `between`, or words in lower case."""
    unit: str | None = None
    """ISO code of the currency, "min", "stars" or "%"; None where none was said."""
    hard: bool = True
    """Whether an item that does not meet it is left out. Wishes ("ideally", "about") are soft."""


class Intent(Record):
    """What a request wants, refuses and requires."""

    likes: tuple[Clause, ...] = ()
    """What is wanted: the request without what is refused and without conditions."""
    dislikes: tuple[Clause, ...] = ()
    """What is refused, without the word that refuses it."""
    constraints: tuple[Constraint, ...] = ()
    """Conditions, in the order of the words."""
