"""Words and operators of the Chinese reader of conditions, from `conditions.yaml`."""

import re
from dataclasses import dataclass
from functools import cache

from promptrec.data.intent import Operator
from promptrec.intent.chinese.characters import yaml_lists
from promptrec.intent.chinese.cues import BREAKS

OPERATORS: tuple[Operator, ...] = ("<=", ">=", "<", ">", "about")

Value = float | tuple[float, float] | str


@dataclass(frozen=True)
class Condition:
    """A condition as the words state it, before hedges and refusals around it are read."""

    start: int
    """Offset of its first character."""
    end: int
    """Offset behind its last character."""
    field: str
    """Field of the constraint."""
    operator: Operator
    """Operator of the constraint."""
    value: Value | None = None
    """Number, numbers or words; None where the words from `value_start` to `value_end` are the value."""
    unit: str | None = None
    """Unit of the constraint."""
    compares: bool = False
    """Whether the words compare ("以上"), so that a refusal around them turns the comparison."""
    value_span: tuple[int, int] = (0, 0)
    """Start and end of the words that are the value, where `value` is None."""


@cache
def headings() -> dict[str, list[str]]:
    """The headings of the YAML file."""
    return yaml_lists("conditions.yaml")


@cache
def words_of(heading: str) -> str:
    """The alternatives of a heading, as one group."""
    return f"(?:{'|'.join(headings()[heading])})".replace("{x}", f"[^{BREAKS}]")


@cache
def compiled(heading: str) -> re.Pattern[str]:
    """The expression of a heading."""
    return re.compile(words_of(heading))


def operator_of(words: str, side: str) -> Operator | None:
    """The operator that a comparison means; `side` is "before", "after" or "year after"."""
    for operator in OPERATORS:
        if f"{side} {operator}" in headings() and compiled(f"{side} {operator}").fullmatch(words):
            return operator
    return None
