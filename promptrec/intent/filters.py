"""Whether an item of a catalogue meets a constraint: yes, no, or unknown where the catalogue does not say."""

from collections.abc import Mapping
from functools import cache
from math import inf
from pathlib import Path

import yaml

from promptrec.data.clean import title_key
from promptrec.data.item import FieldValue, Item
from promptrec.intent.cells import Interval, interval, minutes, words, years
from promptrec.intent.intent import Constraint

READERS = {"duration": minutes, "year": years}
NUMERIC = ("price", "year", "duration", "rating", "age", "people")
# A value "about" another one lies within this share of it; years within so many.
ABOUT_SHARE, ABOUT_YEARS = 0.2, 5


@cache
def column_names() -> Mapping[str, frozenset[str]]:
    """Known names of columns by the field of a constraint, as keys."""
    listed = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    return {field: frozenset(title_key(str(name)) for name in names) for field, names in listed.items()}


def meets(constraint: Constraint, item: Item) -> bool | None:
    """Whether the item meets the constraint; None where it has no such column or its value cannot be read.

    An item with a range of values ("3 to 4 hours", "from 45 EUR") meets it if one of them does.
    """
    known = column_names().get(constraint.field, frozenset())
    verdicts = [_cell_meets(constraint, cell) for name, cell in item.fields.items() if title_key(name.replace("_", " ")) in known]
    found = [verdict for verdict in verdicts if verdict is not None]
    return any(found) if found else None


def _cell_meets(constraint: Constraint, cell: FieldValue) -> bool | None:
    if constraint.field in NUMERIC:
        values = _numbers(constraint.field, cell)
        wanted = _wanted(constraint)
        if values is None or wanted is None:
            return None
        low, high, open_low, open_high = wanted
        overlaps = (values[1] > low if open_low else values[1] >= low) and (values[0] < high if open_high else values[0] <= high)
        return not overlaps if constraint.operator == "!=" else overlaps
    texts = words(cell)
    there = any(str(constraint.value).casefold() in text for text in texts)
    return not there if constraint.operator in ("!=", "without") else there


def _numbers(field: str, cell: FieldValue) -> Interval | None:
    if isinstance(cell, int | float):
        return (float(cell), float(cell))
    found = [i for text in words(cell) if (i := READERS.get(field, interval)(text)) is not None]
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def _wanted(constraint: Constraint) -> tuple[float, float, bool, bool] | None:
    """Lowest and highest value that meet it, and whether each end itself does not."""
    value = constraint.value
    if isinstance(value, str):
        return None
    if isinstance(value, tuple):
        return (*value, False, False)
    match constraint.operator:
        case "<" | "<=":
            return (-inf, value, False, constraint.operator == "<")
        case ">" | ">=":
            return (value, inf, constraint.operator == ">", False)
        case "about":
            margin = ABOUT_YEARS if constraint.field == "year" else ABOUT_SHARE * value
            return (value - margin, value + margin, False, False)
        case _:
            return (value, value, False, False)
