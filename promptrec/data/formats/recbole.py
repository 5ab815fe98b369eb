"""RecBole's atomic files: tab-separated columns under a header of `name:type`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.column_mapping import items_from_rows
from promptrec.data.readers import Row, text_of
from promptrec.errors import InputError, RowPlace

TYPES = ("token", "token_seq", "float", "float_seq")


def read_atomic(path: Path) -> Iterator[Row]:
    """Rows of a `.inter`, `.item` or `.user` file: cells as text, those of a `_seq` type as a tuple of words.

    Raises:
        InputError: a header without known types, or a wrong number of cells; with file and line.
    """
    lines = text_of(path).split("\n")
    columns = [_typed(cell.strip("\r"), path) for cell in lines[0].split("\t")]
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = line.strip("\r").split("\t")
        if len(cells) != len(columns):
            raise InputError("row-of-other-length", path=path, line=number, count=len(cells), count_b=len(columns))
        row = {
            name: tuple(cell.split()) if kind.endswith("_seq") else cell
            for (name, kind), cell in zip(columns, cells, strict=True)
        }
        yield RowPlace(path, number), row


def catalog_from_atomic(path: str | Path, *, columns: Mapping[str, str] | None = None) -> Catalog:
    """Items of a `.item` file. A title written as a sequence of words is joined.

    `columns` maps our names to the file's; "title" is found without it if one column's name ends so.
    """
    path = Path(path)
    rows = list(read_atomic(path))
    mapping = dict(columns or {})
    named = [name for name in rows[0][1] if name.endswith("title")] if rows else []
    title = mapping.setdefault("title", named[0] if named else "title")
    joined = [(place, {**row, title: _words(row.get(title))}) for place, row in rows]
    return Catalog(items_from_rows(joined, str(path), mapping), name=path.name)


def attributes_from_atomic(path: str | Path) -> dict[str, dict[str, str]]:
    """Attributes of each user of a `.user` file, by user ID; empty cells are left out."""
    people: dict[str, dict[str, str]] = {}
    for place, row in read_atomic(Path(path)):
        attributes = {name: words for name, cell in row.items() if (words := _words(cell))}
        user_id = attributes.pop("user_id", "")
        if not user_id or user_id in people:
            code = "two-rows-for-user" if user_id else "row-without-user"
            raise InputError(code, path=place, user_id=user_id)
        people[user_id] = attributes
    return people


def _typed(cell: str, path: Path) -> tuple[str, str]:
    name, _, kind = cell.partition(":")
    if not name or kind not in TYPES:
        raise InputError("not-a-recbole-column", path=path, line=1, cell=cell, types=", ".join(TYPES))
    return name, kind


def _words(cell: object) -> str:
    return " ".join(cell) if isinstance(cell, tuple) else str(cell or "").strip()
