"""Rows of a file, each with the place it came from, so that every complaint can name file and line."""

import csv
import gzip
import io
import json
import lzma
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from promptrec.errors import InputError, MissingExtra, first_line

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", "，": "Chinese commas"}
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".numbers")
AS_CSV = 'in Excel, choose "Save as" and "CSV UTF-8"'
Row = tuple[str, Mapping[str, Any]]
"""Where a row stands ("films.csv:12"), and its cells by column name."""


def read_csv(path: Path) -> Iterator[Row]:
    """Rows of a CSV or TSV file; every cell is text, so that the ID 007 stays 007. The place is a row's last line."""
    lines = io.StringIO(text_of(path), newline="")
    reader = csv.reader(lines, delimiter="\t" if ".tsv" in path.suffixes else ",", strict=True)
    read = 0
    try:
        columns = next(reader, [])
        read = reader.line_num
        _check_columns(path, columns)
        for cells in reader:
            read = reader.line_num
            place = f"{path}:{read}"
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(columns):
                straight = ' in straight quotes ("), not in curly ones' if "“" in "".join(cells) else ""
                raise InputError(
                    f"{place}: {len(cells)} cells in a row, but the header has {len(columns)} columns: quote cells "
                    f"that hold a comma{straight}"
                )
            yield place, dict(zip(columns, cells, strict=False))
    except csv.Error as error:
        raise InputError(f"{path}:{read + 1}: not readable as CSV: {error}; check the quotes in this row") from None


def read_jsonl(path: Path) -> Iterator[Row]:
    """Rows of a file with one JSON object a line."""
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            why = f"{error.msg}, at character {error.colno}" if isinstance(error, json.JSONDecodeError) else error
            raise InputError(f"{path}:{number}: not JSON: {why}; every line is one whole JSON object") from None
        if not isinstance(row, dict):
            raise InputError(f"{path}:{number}: expected a JSON object, got {type(row).__name__}")
        yield f"{path}:{number}", row


def read_parquet(path: Path) -> Iterator[Row]:
    """Rows of a Parquet file; the place is the row's number, from 1."""
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise MissingExtra("pyarrow", "parquet") from None
    _check_file(path)
    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not readable as Parquet: {first_line(error)}") from None
    for number, row in enumerate(table.to_pylist(), start=1):
        yield f"{path}:row {number}", row


READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_jsonl,
    ".ndjson": read_jsonl,
    ".parquet": read_parquet,
}
# How files begin that are often given under another kind's name.
_NO_TEXT = {b"PK\x03\x04": "a spreadsheet or a zip file", b"\xd0\xcf\x11\xe0": "a spreadsheet", b"PAR1": "Parquet"}
_OPENERS: dict[str, Callable[[Path], Any]] = {".gz": gzip.open, ".xz": lzma.open}


def reader_for(path: Path) -> Callable[[Path], Iterator[Row]]:
    """The reader for a file's suffix, compressed (.gz, .xz) or not."""
    suffix = path.with_suffix("").suffix if path.suffix in _OPENERS else path.suffix
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give a file")
    if suffix.lower() in SPREADSHEETS:
        raise InputError(f"{path}: a spreadsheet cannot be read: {AS_CSV}")
    if suffix.lower() not in READERS:
        raise InputError(f"{path}: unknown kind of file {suffix!r}; known: {', '.join(READERS)}, also with .gz or .xz")
    return READERS[suffix.lower()]


def text_of(path: Path) -> str:
    """The text of a file, .gz or .xz unpacked, or an InputError that says why it cannot be read."""
    _check_file(path)
    try:
        with _OPENERS.get(path.suffix, Path.open)(path, "rb") as file:
            data: bytes = file.read()
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    packed = next((kind for begin, kind in _NO_TEXT.items() if data.startswith(begin)), None)
    if packed is not None:
        as_text = f": {AS_CSV}" if "spreadsheet" in packed else ": save it as text, in UTF-8"
        raise InputError(f"{path}: this is {packed}, whatever its name says{as_text}")
    try:
        # As PowerShell writes it, with the mark that says so.
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        how = f" ({AS_CSV})" if {".csv", ".tsv"} & {end.lower() for end in path.suffixes} else ""
        raise InputError(
            f"{path}:{line}: not UTF-8 (byte 0x{data[error.start]:02x}): save the file as UTF-8{how}"
        ) from None


def _check_file(path: Path) -> None:
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if path.is_dir():
        raise InputError(f"{path}: is a folder; give a file")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty")


def _check_columns(path: Path, columns: list[str]) -> None:
    if columns and columns[0].lower().startswith("sep="):
        raise InputError(f"{path}:1: {columns[0]!r} is a note for Excel: take this line out")
    named = [column for column in columns if column.strip()]
    if len(columns) > 2 and len(named) == 1:
        raise InputError(
            f"{path}:1: only {named[0]!r} is named of {len(columns)} columns: the first line has the columns' names; "
            "take out what stands above them"
        )
    twice = sorted({c for c in columns if c.strip() and columns.count(c) > 1})
    if twice:
        raise InputError(f"{path}:1: the column {twice[0]!r} occurs twice: rename one")
    separators = [name for sign, name in SEPARATORS.items() if len(columns) == 1 and sign in columns[0]]
    if separators:
        raise InputError(
            f"{path}:1: one column, {columns[0]!r}: the cells seem to be parted by {separators[0]}; part them by "
            "commas, or by tabs in a file named .tsv"
        )
