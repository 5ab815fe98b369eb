"""Filters: constraints that columns of a catalogue can answer. An item meets one, violates it, or does not say."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from math import inf
from pathlib import Path

import yaml

from promptrec.data.clean import title_key
from promptrec.data.intent import Clause, Constraint
from promptrec.data.item import FieldValue, Item
from promptrec.intent import cells
from promptrec.intent.cells import Interval
from promptrec.intent.vocabulary import allergen_words, canonical, diet_words, key, kind_names, rated_age

Names = Mapping[str, Iterable[str]]
READERS = {"duration": cells.minutes, "year": cells.years}
NUMERIC = ("price", "year", "duration", "rating", "age", "people")
# A value "about" another one lies within this share of it; years within so many.
ABOUT_SHARE, ABOUT_YEARS = 0.2, 5
# Units at the end of a column's name ("price_eur", "runtime (min)"), and minutes in one of them.
_UNIT = re.compile(
    r"[\s_(\[]+(eur|usd|gbp|cny|rmb|min|mins|minutes|h|hours|s|sec|seconds|ms|years|元|分钟|小时|€|\$|£)[\s)\]]*$", re.I
)
_MINUTES = {"h": 60.0, "hours": 60.0, "小时": 60.0, "s": 1 / 60, "sec": 1 / 60, "seconds": 1 / 60, "ms": 1 / 60_000}
# Columns of these names hold the most people that there is room for, or the least age.
_UP_TO = re.compile(r"capacity|seats?|serves|servings|party|max|份量", re.I)
_FROM = re.compile(r"\bmin|minimum|from|^ages?$|recommended", re.I)
# A rating of more than this is on a scale to 10 or 100.
_SCALES = (5.0, 10.0, 100.0)


@dataclass(frozen=True)
class Filter:
    """A constraint, and the columns of a catalogue that answer it.

    Attributes:
        constraint: what must hold.
        columns: names of the columns; all texts of an item for an allergen without a column of its own.
        scale: factor from the request's scale of ratings to the catalogue's.
    """

    constraint: Constraint
    columns: tuple[str, ...]
    scale: float = 1.0

    def meets(self, item: Item) -> bool | None:
        """Whether the item meets the constraint; None where it has no such value, or one that cannot be read.

        An item with a range of values ("3 to 4 hours", "from 45 EUR") meets it if one of them does.
        """
        if self.constraint.field == "allergen" and not self.columns:
            texts = (item.title, *(str(cell) for cell in item.fields.values()))
            return False if _has_allergen(str(self.constraint.value), " ".join(texts)) else None
        found = [
            verdict
            for name in self.columns
            if (cell := item.fields.get(name)) is not None and (verdict := self._cell_meets(name, cell)) is not None
        ]
        return any(found) if found else None

    def _cell_meets(self, column: str, cell: FieldValue) -> bool | None:
        constraint = self.constraint
        if constraint.field == "age_rating":
            return _is_rated(constraint, cell)
        if constraint.field in NUMERIC:
            return _overlaps(constraint, _numbers(constraint.field, column, constraint.unit, cell), self.scale)
        if constraint.field == "opening":
            return _is_open(constraint, cell)
        if constraint.field not in column_names():
            there = not kind_names(str(constraint.value)).isdisjoint(_forms(cell))
        else:
            there = _has_value(constraint.field, str(constraint.value), cell)
        return not there if constraint.operator in ("!=", "without") else there


def bind(constraints: Iterable[Constraint], items: Iterable[Item], names: Names | None = None) -> list[Filter | None]:
    """The filter of each constraint on the columns of some items; None where no column answers it.

    Args:
        constraints: to bind.
        items: whose columns they are.
        names: further names of columns by the field of a constraint, as a pack has them.
    """
    wanted = list(constraints)
    if not wanted:
        return []
    items = list(items)
    columns = list(dict.fromkeys(name for item in items for name in item.fields))
    return [_bound(constraint, columns, items, names or {}) for constraint in wanted]


def refused_values(dislikes: Iterable[Clause], items: Iterable[Item]) -> list[Filter]:
    """Filters of the dislikes that name a value of a column: "French" of a country, "horror films" of a genre.

    Args:
        dislikes: what is refused.
        items: whose columns they are.
    """
    names = {clause: kind_names(clause.text) for clause in dislikes}
    found: dict[Clause, dict[str, None]] = {clause: {} for clause in names}
    values = {(name, word) for item in items for name, cell in item.fields.items() for word in _short_words(cell)}
    for name, word in sorted(values) if names else ():
        forms = {key(word), canonical("country", word)}
        for clause, wanted in names.items():
            if not forms.isdisjoint(wanted):
                found[clause][name] = None
    return [
        Filter(
            Constraint(**clause.model_dump(), field=columns[0], operator="!=", value=clause.text.casefold()), columns
        )
        for clause, by_name in found.items()
        if (columns := tuple(by_name))
    ]


@lru_cache(maxsize=200_000)
def _short_words(cell: FieldValue) -> tuple[str, ...]:
    """The values of a cell that may be of a kind: of a few words, as genres, countries and tags are."""
    parts = [part.strip() for text in cells.words(cell) for part in re.split(r"[,;/|,、;]", text)]
    return tuple(part for part in parts if 0 < len(part) <= 40) if not isinstance(cell, int | float) else ()


def _bound(constraint: Constraint, columns: list[str], items: list[Item], names: Names) -> Filter | None:
    known = column_names().get(constraint.field, frozenset()) | {_name_key(n) for n in names.get(constraint.field, ())}
    known |= {title_key(constraint.field.replace("_", " "))}
    found = tuple(name for name in columns if _name_key(name) in known)
    if not found and constraint.field not in NUMERIC and isinstance(constraint.value, str):
        found = _columns_with_value(constraint, columns, items)
    if constraint.field == "allergen":
        return Filter(constraint, found)
    scale = _rating_scale(constraint, found, items) if constraint.field == "rating" else 1.0
    return Filter(constraint, found, scale) if found else None


def _columns_with_value(constraint: Constraint, columns: list[str], items: list[Item]) -> tuple[str, ...]:
    """Columns in which a constraint's word is the whole of a value, or a whole entry of a list."""
    wanted = canonical(constraint.field, str(constraint.value))
    field = constraint.field
    hit = {
        name
        for item in items
        for name, cell in item.fields.items()
        if any(len(word) <= 40 and canonical(field, word) == wanted for word in cells.words(cell))
    }
    return tuple(name for name in columns if name in hit)


@cache
def column_names() -> Mapping[str, frozenset[str]]:
    """Known names of columns by the field of a constraint, as keys."""
    listed = yaml.safe_load((Path(__file__).parent / "columns.yaml").read_text(encoding="utf-8"))
    return {field: frozenset(title_key(str(name)) for name in names) for field, names in listed.items()}


@lru_cache(maxsize=1000)
def _name_key(column: str) -> str:
    return title_key(_UNIT.sub("", column).replace("_", " "))


def _rating_scale(constraint: Constraint, columns: tuple[str, ...], items: list[Item]) -> float:
    """Factor to the catalogue's scale where a request says "8 and above" of ratings from 0 to 5."""
    values = [
        i[1]
        for item in items
        for c in columns
        if c in item.fields and (i := _numbers("rating", c, None, item.fields[c]))
    ]
    wanted = constraint.value if isinstance(constraint.value, float) else 0.0
    if not values or not wanted:
        return 1.0
    theirs = next((s for s in _SCALES if max(values) <= s), 1.0)
    ours = next((s for s in _SCALES if wanted <= s), 1.0)
    named = {"stars": 5.0, "%": 100.0}.get(constraint.unit or "")
    if named or wanted > theirs:
        return theirs / (named or ours)
    return 1.0


@lru_cache(maxsize=200_000)
def _numbers(field: str, column: str, unit: str | None, cell: FieldValue) -> Interval | None:
    """The values of a cell, in the request's unit; None where there are none, or in another currency."""
    named = _UNIT.search(column)
    if isinstance(cell, int | float):
        found: Interval | None = (float(cell), float(cell))
    else:
        texts = cells.words(cell)
        if field == "price" and unit and any((code := cells.currency(text)) and code != unit for text in texts):
            return None
        read = [i for text in texts if (i := READERS.get(field, cells.interval)(text)) is not None]
        found = (min(low for low, _ in read), max(high for _, high in read)) if read else None
    if found is None:
        return None
    if field == "price" and unit and named and (code := cells.currency(named[1])) and code != unit:
        return None
    if field == "duration" and named and isinstance(cell, int | float):
        factor = _MINUTES.get(named[1].lower(), 1.0)
        found = (found[0] * factor, found[1] * factor)
    if field == "people" and _UP_TO.search(column):
        return (1.0, found[1])
    if field == "age" and found[0] == found[1] and _FROM.search(column):
        return (found[0], inf)
    return found


def _overlaps(constraint: Constraint, values: Interval | None, scale: float) -> bool | None:
    wanted = _wanted(constraint)
    if values is None or wanted is None:
        return None
    low, high, open_low, open_high = wanted
    low, high = low * scale, high * scale
    above = values[1] > low if open_low else values[1] >= low
    below = values[0] < high if open_high else values[0] <= high
    return (above and below) != (constraint.operator == "!=")


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


@lru_cache(maxsize=200_000)
def _has_value(field: str, value: str, cell: FieldValue) -> bool:
    """Whether a cell has a word: as a whole value, or within a longer text."""
    texts = cells.words(cell)
    if field == "allergen":
        return any(_has_allergen(value, text) for text in texts)
    parts = [*texts, *_short_words(cell)]
    if field == "diet":
        wanted = diet_words(value)
        return any(key(part) in wanted or f" {word} " in f" {key(part)} " for part in parts for word in wanted)
    options = {canonical(field, option) for option in re.split(r"\s+or\s+|或|/", value)}
    if any(canonical(field, part) in options for part in parts):
        return True
    return any(_stands_in(key(option), key(text)) for option in re.split(r"\s+or\s+|或|/", value) for text in texts)


@lru_cache(maxsize=200_000)
def _forms(cell: FieldValue) -> frozenset[str]:
    return frozenset(form for word in _short_words(cell) for form in (key(word), canonical("country", word)))


def _stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text: between other words, or anywhere in a script that does not part words."""
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)) if word else False


def _has_allergen(value: str, text: str) -> bool:
    lower = text.casefold()
    free = re.sub(r"[\w-]+[- ]free|无\w{1,3}", " ", lower)
    return any(part in free for part in allergen_words(value))


def _is_rated(constraint: Constraint, cell: FieldValue) -> bool | None:
    wanted = rated_age(str(constraint.value))
    ages = [age for text in cells.words(cell) if (age := rated_age(text)) is not None]
    if wanted is None or not ages:
        return None
    limit = constraint.model_copy(update={"value": wanted})
    return _overlaps(limit, (min(ages), max(ages)), 1.0)


def _is_open(constraint: Constraint, cell: FieldValue) -> bool | None:
    """Whether a place is open at an hour; days are not read."""
    wanted = re.search(r"(\d{1,2})(?::(\d{2}))?\s*(am|pm|at night|in the evening)?", str(constraint.value).casefold())
    open_hours = next((i for text in cells.words(cell) if (i := cells.hours(text))), None)
    if not wanted or not open_hours:
        return None
    late = wanted[3] in ("pm", "at night", "in the evening") and int(wanted[1]) < 12
    minute = (int(wanted[1]) + 12 * late) * 60 + int(wanted[2] or 0)
    return open_hours[0] <= minute <= open_hours[1]
