"""Filters: constraints that columns of a catalogue can answer. An item meets one, violates it, or does not say."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path

import numpy as np
import yaml

from promptrec.data.catalog import Catalog
from promptrec.data.clean import title_key
from promptrec.data.intent import Clause, Constraint
from promptrec.data.item import FieldValue, Item
from promptrec.intent import cells
from promptrec.intent.allergens import names_allergen
from promptrec.intent.columns import (
    MET,
    UNKNOWN,
    VIOLATED,
    Column,
    Columns,
    Floats,
    Verdicts,
    rated_ages,
    short_values,
)
from promptrec.intent.vocabulary import canonical, diet_words, key, kind_names, rated_age

Names = Mapping[str, Iterable[str]]
NUMERIC = ("price", "year", "duration", "rating", "age", "people")
# A value "about" another one lies within this share of it; years within so many.
ABOUT_SHARE, ABOUT_YEARS = 0.2, 5
# Operators of what must not be in any column.
REFUSING = ("!=", "without")
# A language with its script or region: "en-US", "zh_Hans".
_LANGUAGE_TAG = re.compile(r"([a-z]{2,3})[-_][a-z]{2,4}(?:[-_][a-z]{2})?")
_OR = re.compile(r"\s+or\s+|或|/")
_SCALES = {"stars": 5.0, "%": 100.0}


@dataclass(frozen=True, eq=False)
class Filter:
    """A constraint, the columns of a catalogue that answer it, and how each item does.

    Attributes:
        constraint: what must hold.
        columns: names of the columns; none for an allergen that only the items' texts are searched for.
        verdicts: MET, VIOLATED or UNKNOWN for each item that it was bound to, in their order.
        row_of: place of each item, by its ID.
    """

    constraint: Constraint
    columns: tuple[str, ...]
    verdicts: Verdicts
    row_of: Mapping[str, int]

    def meets(self, item: Item) -> bool | None:
        """Whether an item meets the constraint; None where it has no such value, or one that cannot be read.

        An item with a range of values ("3 to 4 hours", "from 45 EUR") meets it if one of them does.
        """
        verdict = self.verdicts[self.row_of[item.item_id]]
        return None if verdict == UNKNOWN else bool(verdict == MET)


def bind(
    constraints: Iterable[Constraint], items: Catalog | Columns | Iterable[Item], names: Names | None = None
) -> list[Filter | None]:
    """The filter of each constraint on the columns of some items; None where no column answers it.

    Args:
        constraints: to bind.
        items: whose columns they are.
        names: further names of columns by the field of a constraint, as a pack has them.
    """
    wanted = list(constraints)
    if not wanted:
        return []
    columns = Columns.of(items)
    return [_bound(constraint, columns, names or {}) for constraint in wanted]


def refused_values(dislikes: Iterable[Clause], items: Catalog | Columns | Iterable[Item]) -> list[Filter]:
    """Filters of the dislikes that name a value of a column: "French" of a country, "horror films" of a genre.

    Args:
        dislikes: what is refused.
        items: whose columns they are.
    """
    refused = list(dislikes)
    if not refused:
        return []
    columns = Columns.of(items)
    found = []
    for clause in dict.fromkeys(refused):
        forms = kind_names(clause.text)
        names = dict.fromkeys(name for form in sorted(forms) for name in columns.columns_of_kind.get(form, ()))
        if not names:
            continue
        verdicts = [_refused(columns.by_name[name], forms) for name in names]
        # The filter is named after its first column, in the order of the columns.
        ordered = tuple(name for name in columns.by_name if name in names)
        constraint = Constraint(**clause.model_dump(), field=ordered[0], operator="!=", value=clause.text.casefold())
        found.append(Filter(constraint, ordered, _least(verdicts), columns.row_of))
    return found


def _refused(column: Column, forms: Iterable[str]) -> Verdicts:
    verdicts = np.full(len(column.cells), MET, dtype=np.int8)
    for form in forms:
        verdicts[list(column.places_of_kind.get(form, ()))] = VIOLATED
    return column.rows(verdicts)


def _bound(constraint: Constraint, columns: Columns, names: Names) -> Filter | None:
    found = _answering(constraint, columns, names)
    verdicts = [column.rows(_judged(constraint, column)) for column in found]
    if constraint.field == "allergen":
        verdicts.append(columns.allergic(str(constraint.value)))
    elif not found:
        return None
    together = _least(verdicts) if _refuses(constraint) else _combined(found, verdicts)
    return Filter(constraint, tuple(column.name for column in found), together, columns.row_of)


def _answering(constraint: Constraint, columns: Columns, names: Names) -> list[Column]:
    """The columns that a constraint is about: by their name, else by a value that it names."""
    field = constraint.field
    known = column_names().get(field, frozenset()) | {Column(name, ()).key for name in names.get(field, ())}
    known |= {title_key(field.replace("_", " "))}
    if field == "place" and canonical("country", str(constraint.value)).isupper():
        known |= column_names()["country"]
    found = [column for column in columns.by_name.values() if column.key in known]
    if field == "rating":
        found = [column for column in found if not np.isnan(column.intervals(field, None)[0]).all()]
    if field == "age_rating" and not found:
        found = [column for column in columns.by_name.values() if column.key in ("rating", "rated")]
        found = [column for column in found if column.top is None]
    if not found and field not in (*NUMERIC, "age_rating") and isinstance(constraint.value, str):
        wanted = canonical(field, constraint.value)
        found = [column for column in columns.by_name.values() if wanted in column.entries(field)]
    return found


def _least(verdicts: Sequence[Verdicts]) -> Verdicts:
    """VIOLATED where one column says so, MET where one does and none violates."""
    stacked = np.stack(verdicts)
    together = np.where((stacked == MET).any(axis=0), MET, UNKNOWN)
    return np.where((stacked == VIOLATED).any(axis=0), VIOLATED, together).astype(np.int8)


def _combined(columns: Sequence[Column], verdicts: Sequence[Verdicts]) -> Verdicts:
    """MET where one column says so. Columns that hold the ends of a range must all do, and only stand in for others."""
    ends = [one for column, one in zip(columns, verdicts, strict=True) if column.is_bound]
    others = [one for column, one in zip(columns, verdicts, strict=True) if not column.is_bound]
    plain = np.stack(others).max(axis=0) if others else np.full(len(verdicts[0]), UNKNOWN, dtype=np.int8)
    return np.where(plain == UNKNOWN, _least(ends), plain).astype(np.int8) if ends else plain


def _judged(constraint: Constraint, column: Column) -> Verdicts:
    """The verdict on each distinct cell of a column."""
    field = constraint.field
    if field in NUMERIC:
        currency = constraint.unit if field == "price" else None
        return _overlaps(constraint, *column.intervals(field, currency), _factor(constraint, column))
    if field == "age_rating":
        return _within_age(constraint, column)
    judge = _is_open if field == "opening" else _has_value
    found = [judge(constraint, cell) for cell in column.cells]
    return np.array([UNKNOWN if one is None else MET if one else VIOLATED for one in found], dtype=np.int8)


@cache
def column_names() -> Mapping[str, frozenset[str]]:
    """Known names of columns by the field of a constraint, as keys."""
    listed = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    return {field: frozenset(title_key(str(name)) for name in names) for field, names in listed.items()}


def _factor(constraint: Constraint, column: Column) -> float:
    """Factor to the column's scale of ratings, where a request says "8 and above" of ratings from 0 to 5."""
    if constraint.field != "rating" or isinstance(constraint.value, str) or column.top is None:
        return 1.0
    wanted = max(constraint.value) if isinstance(constraint.value, tuple) else constraint.value
    unit = constraint.unit or ""
    scale = _SCALES.get(unit) or cells.number(unit)
    if scale is None and wanted > column.top:
        scale = next((top for top in (5.0, 10.0, 100.0) if wanted <= top), None)
    return column.top / scale if scale else 1.0


def _overlaps(constraint: Constraint, lowest: Floats, highest: Floats, factor: float) -> Verdicts:
    wanted = _wanted(constraint)
    if wanted is None:
        return np.full(len(lowest), UNKNOWN, dtype=np.int8)
    low, high, open_low, open_high = wanted
    low, high = low * factor, high * factor
    above = highest > low if open_low else highest >= low
    below = lowest < high if open_high else lowest <= high
    met = (above & below) != (constraint.operator in REFUSING)
    return np.where(np.isnan(lowest), UNKNOWN, np.where(met, MET, VIOLATED)).astype(np.int8)


def _wanted(constraint: Constraint) -> tuple[float, float, bool, bool] | None:
    """Lowest and highest value that meet it, and whether each end itself does not."""
    value = constraint.value
    if isinstance(value, str):
        return None
    if isinstance(value, tuple):
        return (min(value), max(value), False, False)
    match constraint.operator:
        case "<" | "<=":
            return (-inf, value, False, constraint.operator == "<")
        case ">" | ">=":
            return (value, inf, constraint.operator == ">", False)
        case "about":
            margin = ABOUT_YEARS if constraint.field == "year" else ABOUT_SHARE * abs(value)
            return (value - margin, value + margin, False, False)
        case _:
            return (value, value, False, False)


def _has_value(constraint: Constraint, cell: FieldValue) -> bool:
    """Whether a cell has a word, or, where that is refused, has not."""
    there = _names_value(constraint.field, str(constraint.value), cell)
    return not there if _refuses(constraint) else there


def _refuses(constraint: Constraint) -> bool:
    """Whether an item must not have the value. An allergen is refused whatever the operator is."""
    return constraint.operator in REFUSING or constraint.field == "allergen"


def _names_value(field: str, value: str, cell: FieldValue) -> bool:
    """Whether a cell has a word: as a whole value, or within a longer text."""
    texts = cells.words(cell)
    if field == "allergen":
        return any(names_allergen(value, text) for text in texts)
    parts = [*texts, *short_values(cell)]
    if field == "language":
        parts += [tag[1] for part in parts if (tag := _LANGUAGE_TAG.fullmatch(part))]
    if field == "diet":
        wanted = diet_words(value)
        return any(key(part) in wanted or f" {word} " in f" {key(part)} " for part in parts for word in wanted)
    options = [option for option in _OR.split(value) if option.strip()]
    if not {canonical(field, option) for option in options}.isdisjoint(canonical(field, part) for part in parts):
        return True
    if field == "place" and not {canonical("country", option) for option in options}.isdisjoint(
        code for part in parts if (code := canonical("country", part)).isupper()
    ):
        return True
    return any(_stands_in(key(option), key(text)) for option in options for text in texts)


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text: between other words, or anywhere in a script that does not part words."""
    return word in text and bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)) if word else False


def _within_age(constraint: Constraint, column: Column) -> Verdicts:
    wanted = rated_age(str(constraint.value))
    found = [rated_ages(cell) for cell in column.cells]
    low, high = (np.array([end(ages) if ages else np.nan for ages in found], dtype=np.float64) for end in (min, max))
    if wanted is None:
        return np.full(len(found), UNKNOWN, dtype=np.int8)
    return _overlaps(constraint.model_copy(update={"value": wanted}), low, high, 1.0)


def _is_open(constraint: Constraint, cell: FieldValue) -> bool | None:
    """Whether a place is open at an hour; days are not read."""
    wanted = re.search(
        r"(晚上?|下午|傍晚)?(?<!\d)(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|at night|in the evening)?(?!\d)",
        str(constraint.value).casefold(),
    )
    times = [time for text in cells.values(cell) for time in cells.hours(text)]
    if not wanted or not times or int(wanted[2]) > 24:
        return None
    late = bool(wanted[1] or wanted[4] not in (None, "am")) and int(wanted[2]) < 12
    minute = (int(wanted[2]) + 12 * late) * 60 + int(wanted[3] or 0)
    return any(start <= at <= end for start, end in times for at in (minute, minute + 24 * 60))
