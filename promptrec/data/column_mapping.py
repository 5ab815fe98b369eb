"""Mapping of columns to item fields: item ID, title, popularity, and the rest by name."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from promptrec.data.cell_values import NO_VALUE, field_value, plain_value
from promptrec.data.clean import clean_text
from promptrec.data.item import Item
from promptrec.data.readers import Row
from promptrec.errors import InputError

ALIASES = {
    "item_id": (
        *("item_id", "id", "itemid", "item", "movieid", "movie_id", "book_id", "bookid", "asin", "parent_asin", "编号"),
    ),
    "title": ("title", "name", "item_name", "标题", "名称", "书名", "片名"),
    "popularity": ("popularity",),
}
LISTED, LONGEST_SHOWN = 5, 60
# Names that pandas writes for a column of row numbers.
ROW_LABELS = re.compile(r"|__index_level_\d+__|Unnamed: 0(\.\d+)*")
NO_ID = frozenset(("\\N", "nan", "NaN", "NaT", "<NA>"))
NO_TITLE = frozenset(("\\N", "<NA>"))
NO_POPULARITY = NO_VALUE | {"NA", "?"}
# A spreadsheet (9.78E+12) or R (1e+05) has shortened the number; a hash such as 5e10 has no plus.
SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
EXACT_BELOW = 2.0**53
"""From this number on floats skip whole numbers, so an ID may have changed."""


def items_from_rows(
    rows: Iterable[Row], source: str, columns: Mapping[str, str] | None, *, mappable: bool = True
) -> list[Item]:
    """Make an item of each row, in order; unmapped columns become fields, empty cells are dropped.

    A column with the name of another becomes a field such as "title (2)". If the user cannot map columns (not
    `mappable`), no message recommends it.

    Raises:
        InputError: no ID or title column, a row without one, an ID given twice; with file, line and remedy.
    """
    rows = list(rows)
    if not rows:
        raise InputError("no-rows", path=source)
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    mapping = _mapping(rows, names, dict(columns or {}), source, mappable)
    items, complaints = [], []
    places: dict[str, str] = {}
    for place, row in rows:
        cells = {ours: row.get(theirs) for ours, theirs in mapping.items()}
        try:
            item_id = _identifier(cells.pop("item_id"), mapping["item_id"])
            title = _title(cells.pop("title"), mapping["title"])
        except ValueError as error:
            complaints.append(f"{place}: {error}")
            continue
        if item_id in places:
            complaints.append(f"{place}: the ID {item_id!r} stands already at {places[item_id]}")
        else:
            places[item_id] = place
            items.append(_item(place, item_id, title, cells))
    if complaints:
        more = f"; and {len(complaints) - LISTED} more" if len(complaints) > LISTED else ""
        raise InputError("items-without-title-and-id", complaints="; ".join(complaints[:LISTED]) + more)
    return items


def _mapping(
    rows: Sequence[Row], names: Sequence[str], given: dict[str, str], source: str, mappable: bool
) -> dict[str, str]:
    """Map each of our column names to the file's."""
    cleaned: dict[str, str] = {}
    for name in names:
        cleaned.setdefault(clean_text(name).strip(), name)
    mapping: dict[str, str] = {}
    for ours, theirs in given.items():
        found = theirs if theirs in names else cleaned.get(clean_text(theirs).strip())
        if found is None:
            raise InputError("mapped-column-missing", path=source, theirs=theirs, ours=ours, listed=_listed(names, {}))
        mapping[ours] = found
    known = {name.lower(): column for name, column in reversed(cleaned.items()) if column not in mapping.values()}
    for ours, aliases in ALIASES.items():
        found = next((known[alias] for alias in aliases if alias in known), None)
        if ours not in mapping and found is not None:
            mapping[ours] = found
    for ours in ("item_id", "title"):
        if ours not in mapping:
            lacking = _lacking(ours, names, given, mappable, _slip(rows, names))
            raise InputError("column-lacking", path=source, lacking=lacking)
    for name in names:
        plain = clean_text(name).strip()
        if name not in mapping.values() and not ROW_LABELS.fullmatch(plain):
            mapping[_free(plain, mapping)] = name
    return mapping


def _free(name: str, taken: Mapping[str, str]) -> str:
    """The name, with a number if it is taken."""
    numbered = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    return next(free for free in (name, *numbered) if free not in taken)


def _lacking(ours: str, names: Sequence[str], mapping: Mapping[str, str], mappable: bool, slip: str) -> str:
    """The message for a missing ID or title column, and what to do."""
    read_as = {theirs: f"{theirs} (read as {given})" for given, theirs in mapping.items()}
    text = f"no {ours} column; the columns are: {_listed(names, read_as)}. {slip}"
    unnamed = "" in names
    if unnamed:
        text += f"The first column has no name: write {ours} there if it is the one. "
    example = "" if unnamed and ours == "item_id" else "NAME"
    by_name = f", or say which it is: --columns {ours}={example} (in Python columns={{'{ours}': '{example}'}})"
    return f"{text}{'Else rename' if unnamed else 'Rename'} one{by_name if mappable else f' {ours}'}"


def _slip(rows: Sequence[Row], names: Sequence[str]) -> str:
    """A likely reason why the file has no ID or title column, such as a wrong delimiter."""
    if len(rows) == 1 and any(isinstance(cell, list | dict) for cell in rows[0][1].values()):
        return "It is one JSON object: write one for each item, in an array or one a line. "
    if len(names) == 1:
        return "In text, a comma, semicolon, tab or bar parts columns. "
    if any(re.fullmatch(r"[\d.]+", name.strip()) for name in names):
        return "If the first line is an item, write a line with the columns' names above it. "
    return ""


def _listed(names: Iterable[str], read_as: Mapping[str, str]) -> str:
    shown = (read_as.get(name, name) or "(no name)" for name in names)
    return ", ".join(name if len(name) <= LONGEST_SHOWN else f"{name[:LONGEST_SHOWN]}…" for name in shown)


def _item(place: str, item_id: str, title: str, cells: Mapping[str, Any]) -> Item:
    popularity = _popularity(place, cells.get("popularity"))
    fields = {name: value for name, cell in cells.items() if (value := field_value(cell)) is not None}
    fields.pop("popularity", None)
    return Item(item_id=item_id, title=title, fields=fields, popularity=popularity)


def _popularity(place: str, cell: Any) -> float | None:  # noqa: ANN401 - a cell is anything a file can hold
    value = field_value(cell)
    if value is None or value in NO_POPULARITY:
        return None
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError("popularity-not-number", path=place, got=repr(value))
    return number


def _identifier(cell: Any, column: str) -> str:  # noqa: ANN401
    """An ID as text; 7.0 (as pandas writes 7 in a column with gaps) is 7."""
    if isinstance(cell, float) and abs(cell) >= EXACT_BELOW:
        raise ValueError(f"the ID {cell!r} is a float that has lost its last digits: write it as text")
    text = _text(cell, column)
    if not text or text in NO_ID:
        raise ValueError(f"no {column or 'cell in the first column'}")
    if SHORTENED.fullmatch(text):
        raise ValueError(f"the ID {text!r} is a number that a program has shortened: write all of it, as text")
    return text


def _title(cell: Any, column: str) -> str:  # noqa: ANN401
    """A title as text, even if it is "None" or "NaN"; a list of words, as in RecBole, is joined."""
    title = _text(" ".join(map(str, cell)) if isinstance(cell, list | tuple) else cell, column)
    if not title or title in NO_TITLE:
        raise ValueError(f"no {column or 'title'}")
    return title


def _text(cell: Any, column: str) -> str:  # noqa: ANN401
    value = str(cell) if isinstance(cell, bool) else plain_value(cell)
    if isinstance(value, tuple):
        raise ValueError(f"{column} holds several values, such as {value[0]!r}: it has to be one text or number")
    return "" if value is None else clean_text(str(value)).strip()
