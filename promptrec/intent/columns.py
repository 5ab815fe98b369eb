"""Columns of a catalogue as filters compare them. What depends on the items alone is read once per catalogue."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from math import inf, isfinite, nan
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from promptrec.data.catalog import Catalog
from promptrec.data.clean import title_key
from promptrec.data.item import FieldValue, Item
from promptrec.intent import cells
from promptrec.intent.allergens import names_allergen
from promptrec.intent.cells import Interval
from promptrec.intent.vocabulary import canonical, key, rated_age

Floats = npt.NDArray[np.float64]
Verdicts = npt.NDArray[np.int8]
MET, VIOLATED, UNKNOWN = 1, 0, -1
"""Verdicts on an item."""
LONGEST_VALUE = 40
"""Characters of the longest value that may be a kind, as genres, countries and tags are."""
# Allergens whose verdicts on the texts of a catalogue are stored.
MOST_ALLERGENS = 50

# Units at the end of a column's name ("price_eur", "runtime (min)", "durationMs").
_UNIT = re.compile(
    r"[\s_(\[]+(?:in[\s_]+)?(eur|euros?|usd|gbp|cny|rmb|jpy|chf|cents?|mins?|minutes|h|hrs|hours|s|secs?|seconds|ms|"
    r"years|元|分钟|小时|€|\$|£)[\s)\]]*$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FACTORS = {"h": 60.0, "hrs": 60.0, "hours": 60.0, "小时": 60.0, "ms": 1 / 60_000} | dict.fromkeys(
    ("s", "sec", "secs", "second", "seconds"), 1 / 60
)
# Columns that hold the least or the most of something.
_LEAST = re.compile(
    r"^(?:min|minimum|from|least)\b|\b(?:min|minimum|from)$|^min(?=players|age|playtime)|^最[低少小]", re.I
)
_MOST = re.compile(r"^(?:max|maximum|most|up to)\b|\b(?:max|maximum)$|^max(?=players|age|playtime)|^最[高多大]", re.I)
# Columns whose number of people is the most that there is room for, and those whose age is the least.
_CAPACITY = re.compile(r"capacity|seats?|serves|servings|party|guests|份量", re.I)
_LEAST_AGE = re.compile(r"^ages?$|recommended|年龄", re.I)
_MONTHS = re.compile(r"\d\s*(?:months?|mos?|个月)\b", re.I)
_SCALES = (5.0, 10.0, 100.0)


class Column:
    """Column of a catalogue: its distinct cells, and which of them each item has.

    Args:
        name: of the field of the items.
        found: cell of each item, None where it has none.
    """

    def __init__(self, name: str, found: Iterable[FieldValue | None]) -> None:
        self.name = name
        places: dict[FieldValue, int] = {}
        self._places = np.array(
            [-1 if cell is None else places.setdefault(cell, len(places)) for cell in found], dtype=np.int32
        )
        self.cells = tuple(places)
        """Each cell once."""
        split = _CAMEL.sub(" ", name)
        unit = _UNIT.search(split)
        self.unit = unit[1].lower() if unit else ""
        """Unit that the column's name ends with."""
        self.words = _UNIT.sub("", split).replace("_", " ").strip()
        """The column's name in words, without its unit."""
        self.key = title_key(self.words)
        """Comparison key of these words."""
        self._intervals: dict[tuple[str, str | None], tuple[Floats, Floats]] = {}
        self._entries: dict[str, dict[str, None]] = {}

    def rows(self, verdicts: Verdicts) -> Verdicts:
        """Verdict on each item from the verdict on each distinct cell."""
        return np.append(verdicts, np.int8(UNKNOWN))[self._places]

    @property
    def is_bound(self) -> bool:
        """Whether it holds one end of a range, as "min players" does."""
        return bool(_LEAST.search(self.words) or _MOST.search(self.words))

    def intervals(self, field: str, currency: str | None) -> tuple[Floats, Floats]:
        """Lowest and highest value of each distinct cell, NaN where there is none that can be read.

        Args:
            field: of the constraint, which says how the cells are read.
            currency: ISO code; cells in another one have no value.
        """
        wanted = (field, currency)
        if wanted not in self._intervals:
            read = [self._interval(field, currency, cell) or (nan, nan) for cell in self.cells]
            both = np.array(read, dtype=np.float64).reshape(-1, 2)
            self._intervals[wanted] = both[:, 0].copy(), both[:, 1].copy()
        return self._intervals[wanted]

    def entries(self, field: str) -> Mapping[str, None]:
        """Canonical forms of the whole short values of all cells, for a field of constraints."""
        if field not in self._entries:
            texts = dict.fromkeys(text for cell in self.cells for text in cells.words(cell))
            short = (text for text in texts if len(text) <= LONGEST_VALUE)
            self._entries[field] = dict.fromkeys(canonical(field, text) for text in short)
        return self._entries[field]

    @cached_property
    def places_of_kind(self) -> Mapping[str, tuple[int, ...]]:
        """Places of the distinct cells that are of a kind, by the forms of the kind's name."""
        found: dict[str, list[int]] = {}
        for place, cell in enumerate(self.cells):
            for form in _kinds(cell):
                found.setdefault(form, []).append(place)
        return {form: tuple(places) for form, places in found.items()}

    @cached_property
    def top(self) -> float | None:
        """Top of its scale of ratings: the one that its cells say, else 5, 10 or 100 by the highest; None beyond."""
        read = [one for cell in self.cells for text in cells.values(cell) if (one := cells.rating(text))]
        named = Counter(top for _, top in read if top)
        if named:
            return named.most_common(1)[0][0]
        highest = max((value for value, _ in read), default=inf)
        return next((top for top in _SCALES if highest <= top), None)

    @cached_property
    def _clock(self) -> float:
        """Minutes that the first number of "3:45" counts: 1 in a column of songs or clips, else 60."""
        clocks = [text.strip() for cell in self.cells if isinstance(cell, str) and ":" in cell for text in [cell]]
        two = [text for text in clocks if re.fullmatch(r"\d{1,3}:\d{2}", text)]
        three = any(re.fullmatch(r"\d{1,2}:\d{2}:\d{2}", text) for text in clocks)
        return 1.0 if three or any(int(text.partition(":")[0]) > 9 for text in two) else 60.0

    @cached_property
    def _currency(self) -> str:
        """Sign or code of its currency, as its name has it."""
        return self.unit if cells.names_currency(self.unit) else ""

    def _interval(self, field: str, currency: str | None, cell: FieldValue) -> Interval | None:
        if isinstance(cell, int | float):
            return self._bounded(field, self._of_number(field, currency, float(cell)))
        read = [self._of_text(field, currency, text) for text in cells.values(cell)]
        known = [one for one in read if one is not None]
        if not known:
            return None
        return self._bounded(field, (min(low for low, _ in known), max(high for _, high in known)))

    def _of_text(self, field: str, currency: str | None, text: str) -> Interval | None:
        plain = cells.plain_number(text)
        if plain is not None and field != "price":
            return self._of_number(field, currency, plain)
        if field == "rating":
            rated = cells.rating(text)
            return self._scaled(*rated) if rated else None
        return _read(field, text, currency, self._clock if field == "duration" else 0.0, self._currency)

    def _of_number(self, field: str, currency: str | None, value: float) -> Interval | None:
        if not isfinite(value):
            return None
        if field == "year":
            return cells.years(f"{value:.0f}")
        if field == "rating":
            return self._scaled(value, None)
        if field == "price" and currency and self._currency and not cells.currency_fits(self._currency, currency):
            return None
        factor = _FACTORS.get(self.unit, 1.0) if field == "duration" else 0.01 if self.unit[:4] == "cent" else 1.0
        return (value * factor, value * factor)

    def _scaled(self, value: float, top: float | None) -> Interval:
        scaled = value * self.top / top if top and self.top else value
        return (scaled, scaled)

    def _bounded(self, field: str, found: Interval | None) -> Interval | None:
        """The values that a cell stands for, where its column holds the least or the most."""
        if found is None or field in ("year", "rating"):
            return found
        if _LEAST.search(self.words) or (field == "age" and found[0] == found[1] and _LEAST_AGE.search(self.words)):
            return (found[0], inf)
        if _MOST.search(self.words) or (field == "people" and _CAPACITY.search(self.words)):
            return (0.0, found[1])
        return found


class Columns:
    """All columns of some items. `Columns.of` gives those of a catalogue, built once.

    Args:
        items: in any order; the verdicts of filters are in this order.
    """

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = tuple(items)
        self._allergic: dict[str, Verdicts] = {}

    @classmethod
    def of(cls, items: "Catalog | Columns | Iterable[Item]") -> "Columns":
        """The columns of items, or those of a catalogue, which are cached as long as it lives."""
        if isinstance(items, Columns):
            return items
        if not isinstance(items, Catalog):
            return cls(items)
        found = _COLUMNS.get(items)
        if found is None:
            with _LOCK:
                found = _COLUMNS.get(items) or _COLUMNS.setdefault(items, cls(items))
        return found

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The columns by the name of their field, in the order in which the items have them."""
        names = dict.fromkeys(name for item in self.items for name in item.fields)
        return {name: Column(name, (item.fields.get(name) for item in self.items)) for name in names}

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Place of each item, by its ID."""
        return {item.item_id: row for row, item in enumerate(self.items)}

    @cached_property
    def columns_of_kind(self) -> Mapping[str, tuple[str, ...]]:
        """Names of the columns that have values of a kind, by the forms of the kind's name."""
        found: dict[str, list[str]] = {}
        for name, column in self.by_name.items():
            for form in column.places_of_kind:
                found.setdefault(form, []).append(name)
        return {form: tuple(names) for form, names in found.items()}

    def allergic(self, allergen: str) -> Verdicts:
        """VIOLATED for each item whose texts name an allergen, else UNKNOWN: no text names all that is in it."""
        if allergen not in self._allergic:
            if len(self._allergic) >= MOST_ALLERGENS:
                self._allergic.clear()
            named = [VIOLATED if names_allergen(allergen, text) else UNKNOWN for text in self._texts]
            self._allergic[allergen] = np.array(named, dtype=np.int8)
        return self._allergic[allergen]

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        # A line break keeps "without" at the end of one field from the beginning of the next.
        return tuple(
            "\n".join((item.title, *(part for cell in item.fields.values() for part in cells.words(cell))))
            for item in self.items
        )


_COLUMNS: WeakKeyDictionary[Catalog, Columns] = WeakKeyDictionary()
_LOCK = Lock()


@lru_cache(maxsize=200_000)
def _read(field: str, text: str, currency: str | None, clock: float, column_currency: str) -> Interval | None:
    """The values of a text; its own currency, else its column's, must be the one that is wanted."""
    if field == "duration":
        return cells.minutes(text, clock)
    if field == "year":
        return cells.years(text)
    if field == "price" and currency and column_currency and not cells.names_currency(text):
        text = f"{text} {column_currency}"
    if field == "price" and column_currency == "" and currency is None:
        return cells.amount(text, None)
    found = cells.amount(text, currency if field == "price" else None)
    if found and field == "age" and _MONTHS.search(text):
        return (found[0] / 12, found[1] / 12)
    return found


@lru_cache(maxsize=200_000)
def short_values(cell: FieldValue) -> tuple[str, ...]:
    """The values of a cell that may be kinds, lower case; none of a number or of prose."""
    if isinstance(cell, int | float):
        return ()
    parts = [part.strip() for text in cells.words(cell) for part in re.split(r"[,;/|,、;]", text)]
    return tuple(filter(None, parts)) if all(len(part) <= LONGEST_VALUE for part in parts) else ()


@lru_cache(maxsize=200_000)
def _kinds(cell: FieldValue) -> frozenset[str]:
    """Forms of the values of a cell. Two letters may be short for anything, and are no country here."""
    words = short_values(cell)
    return frozenset({*map(key, words), *(canonical("country", word) for word in words if len(word) > 2)})


def rated_ages(cell: FieldValue) -> tuple[float, ...]:
    """Ages from which a cell's age ratings let somebody watch or play."""
    return tuple(age for text in cells.values(cell) if (age := rated_age(text)) is not None)
