"""Conversion of a cell of a file or data frame to text, a number or a list of texts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from promptrec.data.clean import clean_text
from promptrec.data.item import FieldValue

NO_VALUE = frozenset(
    ("\\N", "NULL", "null", "NaN", "nan", "NaT", "None", "<NA>", "N/A", "n/a", "#N/A", "-", "--", "–", "—")
)
"""Markers of a missing value. A title may be one of them."""


def field_value(cell: Any) -> FieldValue | None:  # noqa: ANN401 - a cell is anything a file can hold
    """Convert a cell to a field value of an item; None for an empty cell or a marker of a missing value.

    Booleans become "yes" or "no", a time at midnight a date, a set a sorted list, and a mapping a list of
    "name: value". Bytes that are not text become None.
    """
    value = plain_value(cell)
    if isinstance(value, str):
        value = clean_text(value).strip()
        return None if not value or value in NO_VALUE else value
    return value


def plain_value(cell: Any) -> FieldValue | None:  # noqa: ANN401
    """As `field_value`, but text is unchanged, even if it is a marker of a missing value."""
    value = _scalar(cell)
    if isinstance(value, Mapping):
        return tuple(f"{name}: {words}" for name, part in value.items() if (words := _words(part))) or None
    if isinstance(value, list):
        return tuple(words for part in value if (words := _words(part))) or None
    return value


def _words(part: Any) -> str:  # noqa: ANN401
    """Text of an entry of a list or mapping: rows of a table as "1 / 2", a pair of a map as "name: value"."""
    value = _scalar(part)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {words}" for name, inner in value.items() if (words := _words(inner)))
    if isinstance(value, list):
        entries = [entry for inner in value if (entry := _words(inner))]
        is_pair = isinstance(part, tuple) and len(entries) == len(part) == 2 and isinstance(part[0], str)
        return (": " if is_pair else " / ").join(entries)
    text = "" if value is None else str(value)
    return text if clean_text(text).strip() else ""


def _scalar(cell: Any) -> str | int | float | list[Any] | Mapping[Any, Any] | None:  # noqa: ANN401
    """Convert types of numpy, pandas and the standard library to plain ones; None for a missing value."""
    if getattr(cell, "shape", None) == ():
        cell = _of_numpy(cell)
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else float(cell)
    if isinstance(cell, int | str):
        return cell
    if isinstance(cell, Mapping):  # bytes in a mapping are a picture or a sound, even if they decode as text
        return {name: part for name, part in cell.items() if not isinstance(part, bytes | bytearray | memoryview)}
    if isinstance(cell, bytes | bytearray | memoryview):
        return _text_of_bytes(bytes(cell))
    if isinstance(cell, AbstractSet):
        return sorted(cell, key=_words)
    if isinstance(cell, Sequence) or (isinstance(cell, Iterable) and hasattr(cell, "tolist")):
        return list(cell)
    return _other(cell)


def _of_numpy(cell: Any) -> Any:  # noqa: ANN401
    """Convert a numpy scalar to Python. A float32 gets its shortest decimal digits."""
    kind = getattr(cell.dtype, "kind", "")
    if kind == "f":
        return float(str(cell))
    return cell.astype(f"{kind}8[us]").item() if kind in ("m", "M") else cell.item()


def _text_of_bytes(cell: bytes) -> str | None:
    try:
        return cell.decode()
    except UnicodeDecodeError:
        return None


def _other(cell: Any) -> str | None:  # noqa: ANN401
    if str(cell) in ("NaT", "<NA>"):
        return None
    if isinstance(cell, Decimal):
        return format(cell, "f") if cell.is_finite() else None
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time() else cell)
    if isinstance(cell, timedelta):
        return str(timedelta(seconds=cell.total_seconds()))
    return str(cell)
