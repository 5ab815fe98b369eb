"""Readers of rows from files. Each row comes with its place, so that errors can name file and line."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from promptrec.data.formats.delimited import Row, read_csv, suffix_of
from promptrec.data.formats.text_encoding import AS_CSV, check_file, text_of
from promptrec.errors import InputError, RowPlace, first_line, import_extra

__all__ = ["READERS", "Row", "arrow_values", "read_csv", "read_jsonl", "read_parquet", "reader_for", "text_of"]

SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods", ".numbers")
ARCHIVES = (".zip", ".zst", ".7z", ".rar", ".tar", ".tgz")


def read_jsonl(path: Path) -> Iterator[Row]:
    """Rows of a file with one JSON object a line, or of one JSON array of objects ("films.json:item 3").

    Raises:
        InputError: invalid JSON, entries that are not objects, or a duplicate name; with file and line.
    """
    text = text_of(path)
    array = _array(path, text)
    for place, row in _lines(path, text) if array is None else array:
        if not isinstance(row, dict):
            raise InputError("not-a-json-object", path=place, name=type(row).__name__)
        yield place, row


def _lines(path: Path, text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(re.split("\r\n|\r|\n", text), start=1):
        if not line.strip():
            continue
        place = RowPlace(path, number)
        try:
            yield place, _loads(line, place)
        except (ValueError, RecursionError) as error:
            why = f"{error.msg}, at character {error.colno}" if isinstance(error, json.JSONDecodeError) else error
            raise InputError("not-json-line", path=place, why=why) from None


def _array(path: Path, text: str) -> list[tuple[str, Any]] | None:
    """Entries of a file with one JSON array; None for JSON lines."""
    if not text.lstrip().startswith("["):
        return None
    try:
        entries = _loads(text, str(path))
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":
            return None
        raise InputError("not-json-array", path=path, line=error.lineno, msg=error.msg, colno=error.colno) from None
    except (ValueError, RecursionError) as error:
        raise InputError("not-json", path=path, why=error) from None
    return [(RowPlace(path, number, "item"), entry) for number, entry in enumerate(entries, start=1)]


def _loads(text: str, place: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError("json-name-twice", path=place, twice=twice)
        return found

    return json.loads(text, object_pairs_hook=unique)


def read_parquet(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file; the place is the row number, from 1."""
    parquet = import_extra("pyarrow.parquet", "pyarrow", "parquet")
    check_file(path)
    try:
        names = parquet.read_schema(path).names
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InputError("column-twice", path=path, twice=twice[0])
        table = parquet.read_table(path)
    except (OSError, ValueError) as error:
        raise InputError("not-parquet", path=path, why=first_line(error)) from None
    for number, cells in enumerate(zip(*map(arrow_values, table.columns), strict=True), start=1):
        yield RowPlace(path, number, "row"), dict(zip(names, cells, strict=True))


def arrow_values(column: Any) -> list[Any]:  # noqa: ANN401 - an array of pyarrow
    """Python values of an Arrow column; a float32 of 4.35 is 4.35, a map is a list of pairs."""
    convert = _converter(column.type)
    values = column.to_pylist()
    return [None if value is None else convert(value) for value in values] if convert else values


def _converter(kind: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - a type of pyarrow
    """Function that converts a value of `to_pylist` to a plain one; None if none is needed."""
    from numpy import float16, float32
    from pyarrow import types

    if types.is_float32(kind) or types.is_float16(kind):
        short = float32 if types.is_float32(kind) else float16
        return lambda value: float(str(short(value)))
    if types.is_map(kind):
        key, item = _converter(kind.key_type), _converter(kind.item_type)
        return lambda pairs: [(_with(key, k), _with(item, v)) for k, v in pairs]
    if types.is_struct(kind):
        fields = {field.name: _converter(field.type) for field in kind}
        return lambda struct: {name: _with(fields[name], value) for name, value in struct.items()}
    inner = _converter(kind.value_type) if hasattr(kind, "value_type") else None
    if inner is None or types.is_dictionary(kind):
        return inner
    return lambda values: [_with(inner, value) for value in values]


def _with(convert: Callable[[Any], Any] | None, value: Any) -> Any:  # noqa: ANN401
    return value if convert is None or value is None else convert(value)


READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".item", ".inter"), read_csv),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), read_jsonl),
    ".parquet": read_parquet,
}


def reader_for(path: Path) -> Callable[[Path], Iterator[Row]]:
    """Reader for a file's suffix, in any case, compressed (.gz, .xz, .bz2) or not."""
    suffix = suffix_of(path)
    if path.is_dir():
        raise InputError("is-a-folder", path=path)
    if suffix in SPREADSHEETS:
        raise InputError("spreadsheet", path=path, as_csv=AS_CSV)
    if suffix in ARCHIVES:
        raise InputError("packed-file", path=path, suffix=suffix)
    if suffix not in READERS:
        known = ", ".join(READERS)
        raise InputError("unknown-file-kind", path=path, suffix=suffix, known=known)
    return READERS[suffix]
