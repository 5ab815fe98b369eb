"""`Interactions`: user-item interactions with ratings and timestamps."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from promptrec.data.formats.recbole import read_atomic
from promptrec.data.identifiers import identifier
from promptrec.data.readers import Row, reader_for
from promptrec.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

ALIASES = {
    "user_id": ("user_id", "user", "userid", "uid", "用户"),
    "item_id": ("item_id", "item", "itemid", "iid", "movieid", "movie_id", "book_id", "bookid", "asin", "编号"),
    "rating": ("rating", "score", "stars", "评分"),
    "timestamp": ("timestamp", "time", "date", "datetime", "时间"),
}


class Interaction(NamedTuple):
    """One row: user, item, rating and time; the last two are NaN if missing."""

    user_id: str
    item_id: str
    rating: float = math.nan
    timestamp: float = math.nan


COLUMNS = Interaction._fields


class Interactions:
    """Rows of (user_id, item_id, rating, timestamp) in the given order; a user may have several rows for an item.

    IDs are strings. `rating` (any scale) and `timestamp` (seconds since 1970, UTC) are NaN if missing.
    `frame` is a pandas data frame with these four columns; treat it as read-only. `ignored_columns` names the
    other columns of the file.
    """

    def __init__(self, frame: "pd.DataFrame", ignored_columns: tuple[str, ...] = ()) -> None:
        self.ignored_columns = ignored_columns
        self.frame = frame.loc[:, list(COLUMNS)].reset_index(drop=True)
        numbers = ["rating", "timestamp"]
        self.frame[numbers] = self.frame[numbers] + 0.0  # -0.0 becomes 0.0, which is written differently

    @classmethod
    def from_rows(
        cls, rows: Iterable[Row], source: str, *, columns: Mapping[str, str] | None = None, mappable: bool = True
    ) -> Self:
        """Take the rows of a reader.

        Args:
            rows: rows with their places.
            source: name of the rows in messages.
            columns: names of the file by our names, e.g. {"user_id": "reader"}.
            mappable: whether the user can give `columns`; else no message recommends it.

        Raises:
            InputError: no user or item column, a row without an ID, an invalid rating or time; with the place.
        """
        names: dict[str, None] = {}
        mapping: dict[str, str] = {}
        taken = []
        for place, row in rows:
            if not names.keys() >= row.keys():  # a short row lacks columns
                names |= dict.fromkeys(row)
                mapping = _mapping(list(names), dict(columns or {}), source, mappable)
            cells = {ours: row.get(theirs) for ours, theirs in mapping.items()}
            taken.append(
                Interaction(
                    _identifier(cells["user_id"], place, mapping["user_id"]),
                    _identifier(cells["item_id"], place, mapping["item_id"]),
                    _number(cells.get("rating"), f"{place}: {mapping.get('rating')}"),
                    _seconds(cells.get("timestamp"), f"{place}: {mapping.get('timestamp')}"),
                )
            )
        read = set(mapping.values())
        made = cls.from_interactions(taken)
        return cls(made.frame, tuple(name for name in names if name not in read and name.strip()))

    @classmethod
    def from_interactions(cls, rows: Iterable[Interaction]) -> Self:
        """Take single interactions."""
        import pandas as pd

        frame = pd.DataFrame(list(rows), columns=list(COLUMNS))
        return cls(frame.astype({"user_id": str, "item_id": str, "rating": float, "timestamp": float}))

    @classmethod
    def from_file(cls, path: str | Path, *, columns: Mapping[str, str] | None = None) -> Self:
        """Read a .csv, .tsv, .jsonl or .parquet file; the first three also compressed as .gz or .xz."""
        path = Path(path)
        return cls.from_rows(reader_for(path)(path), str(path), columns=columns)

    @classmethod
    def from_csv(cls, path: str | Path, *, columns: Mapping[str, str] | None = None) -> Self:
        """Read a CSV file. Common names (user, userId, item, movieId, time …) need no `columns`."""
        return cls.from_file(path, columns=columns)

    @classmethod
    def from_atomic(cls, path: str | Path) -> Self:
        """Read a RecBole `.inter` file."""
        return cls.from_rows(read_atomic(Path(path)), str(path))

    @classmethod
    def from_pandas(cls, frame: "pd.DataFrame", *, columns: Mapping[str, str] | None = None) -> Self:
        """Take a data frame, such as LensKit's (`user_id` or `user`, `item_id` or `item`, `rating`, `timestamp`)."""
        names = [str(name) for name in frame.columns]
        cells = zip(*(frame[name] for name in frame.columns), strict=True)
        rows = ((f"data frame: row {n}", dict(zip(names, row, strict=True))) for n, row in enumerate(cells))
        return cls.from_rows(rows, "data frame", columns=columns)

    @classmethod
    def from_tuples(cls, tuples: Iterable[Sequence[Any]]) -> Self:
        """Take Cornac's lists of (user, item, rating) or (user, item, rating, timestamp)."""
        return cls.from_rows(_tuple_rows(tuples), "tuples")

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"<Interactions: {len(self):,} of {len(self.users):,} users with {len(self.items):,} items>"

    @property
    def users(self) -> frozenset[str]:
        """IDs of all users."""
        return frozenset(self.frame["user_id"])

    @property
    def items(self) -> frozenset[str]:
        """IDs of all items."""
        return frozenset(self.frame["item_id"])

    @property
    def sha256(self) -> str:
        """Checksum of the rows, independent of their order."""
        lines = sorted("\x00".join(map(str, row)) for row in self.frame.itertuples(index=False, name=None))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def __iter__(self) -> Iterator[Interaction]:
        return (Interaction(*row) for row in self.frame.itertuples(index=False, name=None))

    def where(self, mask: Sequence[bool]) -> "Interactions":
        """Rows where `mask` (one boolean a row) is true."""
        return Interactions(self.frame[list(mask)], self.ignored_columns)

    def to_csv(self, path: str | Path) -> None:
        """Write `user_id,item_id,rating,timestamp`; missing values are empty."""
        frame = self.frame
        written = frame.assign(rating=_shortest(frame["rating"]), timestamp=_shortest(frame["timestamp"]))
        written.to_csv(path, index=False, lineterminator="\n")


def _shortest(numbers: Iterable[float]) -> list[str]:
    """Shortest text of each number that is read back as the same number."""
    return ["" if math.isnan(n) else str(int(n)) if float(n).is_integer() else repr(float(n)) for n in numbers]


def _tuple_rows(tuples: Iterable[Sequence[Any]]) -> Iterable[Row]:
    for number, cells in enumerate(tuples):
        if len(cells) not in (3, 4):
            raise InputError("tuple-of-wrong-length", number=number, got=repr(cells))
        yield f"tuples: row {number}", dict(zip(COLUMNS, cells, strict=False))


def _mapping(names: list[str], given: dict[str, str], source: str, mappable: bool) -> dict[str, str]:
    """Names of the file's columns by our names."""
    for ours, theirs in given.items():
        if ours not in COLUMNS or theirs not in names:
            raise InputError("mapped-column-missing-of", path=source, theirs=theirs, ours=ours, names=", ".join(names))
    by_lower = {name.strip().lower(): name for name in names}
    found = {ours: by_lower[a] for ours in COLUMNS for a in reversed(ALIASES[ours]) if a in by_lower} | given
    for ours in ("user_id", "item_id"):
        if ours not in found:
            say_which = f", or say which it is: columns={{'{ours}': 'NAME'}}" if mappable else ""
            raise InputError("column-missing", path=source, ours=ours, names=", ".join(names), say_which=say_which)
    return found


def _is_missing(cell: Any) -> bool:  # noqa: ANN401 - a cell is anything a file can hold
    return cell is None or str(cell).strip() in ("", "nan", "NaN", "NaT", "<NA>")


def _identifier(cell: Any, place: str, column: str) -> str:  # noqa: ANN401
    try:
        found = "" if _is_missing(cell) else identifier(cell)
    except InputError as error:
        raise InputError("column-value", path=place, column=column, why=error) from None
    if not found:
        raise InputError("interaction-without-user-or-item", path=place, column=column)
    return found


def _number(cell: Any, place: str) -> float:  # noqa: ANN401
    if _is_missing(cell):
        return math.nan
    try:
        value = float(cell)
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise InputError("not-a-number", place=place, got=repr(cell))
    return value


def _seconds(cell: Any, place: str) -> float:  # noqa: ANN401
    """A point in time as seconds since 1970: a number already, a date, or its ISO 8601 text. No zone means UTC."""
    try:
        moment = cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell)) if "-" in str(cell) else None
    except ValueError:
        moment = None
    if moment is None or _is_missing(cell):
        return _number(cell, f"{place} (seconds since 1970, or a date such as 2024-05-31)")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
