"""Rows to items: which column is which, and what a cell is worth."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from promptrec.data.clean import clean_text
from promptrec.data.item import FieldValue, Item
from promptrec.data.read import Row
from promptrec.errors import InputError

ALIASES = {
    "item_id": ("item_id", "id", "itemid", "item", "movieid", "movie_id", "book_id", "bookid", "asin", "编号"),
    "title": ("title", "name", "item_name", "标题", "名称", "书名", "片名"),
    "popularity": ("popularity",),
}
LISTED = 5


def items_from_rows(
    rows: Iterable[Row], source: str, columns: Mapping[str, str] | None, *, mappable: bool = True
) -> list[Item]:
    """Items of all rows, in their order; unmapped columns become fields, empty cells are left out.

    Where the caller lets nobody say which column is which (not `mappable`), no message recommends it.

    Raises:
        InputError: no ID or title column, a row without one, an ID given twice; with file, line and remedy.
    """
    rows = list(rows)
    if not rows:
        raise InputError(f"{source}: no rows in it: write one for each item")
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    mapping = _mapping(names, dict(columns or {}), source, mappable)
    items, complaints = [], []
    places: dict[str, str] = {}
    for place, row in rows:
        cells = {ours: row.get(theirs) for ours, theirs in mapping.items()}
        item_id, title = _text_of(cells.pop("item_id")), _text_of(cells.pop("title"))
        if not item_id or not title:
            complaints.append(f"{place}: no {'title' if item_id else mapping['item_id']}")
        elif item_id in places:
            complaints.append(f"{place}: the ID {item_id!r} stands already at {places[item_id]}")
        else:
            places[item_id] = place
            items.append(_item(place, item_id, title, cells))
    if complaints:
        more = f"; and {len(complaints) - LISTED} more" if len(complaints) > LISTED else ""
        raise InputError("; ".join(complaints[:LISTED]) + more + ": every item needs a title and an ID of its own")
    return items


def _mapping(names: Sequence[str], asked: dict[str, str], source: str, mappable: bool) -> dict[str, str]:
    """Our name of every column to use, and theirs."""
    for ours, theirs in asked.items():
        if theirs not in names:
            raise InputError(f"{source}: no column {theirs!r} for {ours}; the columns are: {', '.join(names)}")
    by_lower = {name.strip().lower(): name for name in names if name not in asked.values()}
    mapping = dict(asked)
    for ours, aliases in ALIASES.items():
        found = next((by_lower[a] for a in aliases if a in by_lower), None)
        if ours not in mapping and found is not None:
            mapping[ours] = found
    for ours in ("item_id", "title"):
        if ours not in mapping:
            read_as = {theirs: f"{theirs} (read as {given})" for given, theirs in asked.items()}
            listed = ", ".join(read_as.get(name, name) for name in names)
            lacking = f"{source}: no {ours} column; the columns are: {listed}. Rename one"
            say_which = f", or say which it is: --columns {ours}=NAME (in Python columns={{'{ours}': 'NAME'}})"
            raise InputError(lacking + (say_which if mappable else f" {ours}"))
    taken = set(mapping.values())
    free = {ours: name for name in names if name not in taken and (ours := clean_text(name).strip())}
    return mapping | {ours: name for ours, name in free.items() if ours not in mapping}


def _item(place: str, item_id: str, title: str, cells: Mapping[str, Any]) -> Item:
    fields = {name: value for name, cell in cells.items() if (value := _field(cell)) is not None}
    counted = fields.pop("popularity", None)
    popularity = None if counted is None else _number(counted)
    if popularity is not None and not math.isfinite(popularity):
        raise InputError(f"{place}: popularity must be a number, got {counted!r}")
    return Item(item_id=item_id, title=title, fields=fields, popularity=popularity)


def _number(value: FieldValue) -> float:
    try:
        return float(str(value))
    except ValueError:
        return math.nan


def _text_of(cell: Any) -> str:  # noqa: ANN401 - a cell is anything a file can hold
    value = _field(cell)
    return "" if value is None or isinstance(value, tuple) else str(value).strip()


def _field(cell: Any) -> FieldValue | None:  # noqa: ANN401
    """A cell as a field of an item; None where it says nothing."""
    if hasattr(cell, "item") and getattr(cell, "shape", None) == ():
        cell = cell.item()
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else cell
    if isinstance(cell, bytes):
        cell = cell.decode(errors="replace")
    if isinstance(cell, str):
        cleaned = clean_text(cell)
        return cleaned if cleaned.strip() else None
    if isinstance(cell, Sequence) or hasattr(cell, "tolist"):
        parts = (_json(part) if isinstance(part, list) else _field(part) for part in cell)
        return tuple(str(part) for part in parts if part is not None) or None
    if isinstance(cell, Mapping):
        return _json(cell)
    return None if str(cell) in ("NaT", "<NA>") else str(cell)


def _json(cell: Any) -> str:  # noqa: ANN401
    return json.dumps(cell, ensure_ascii=False, separators=(", ", ": "), default=str)
