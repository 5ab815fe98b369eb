"""`Catalog`: the items that can be recommended, by item ID."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rapidfuzz import process

from promptrec.data.clean import clean_text, signless, spaceless, title_key
from promptrec.data.column_mapping import items_from_rows
from promptrec.data.item import Item
from promptrec.data.readers import READERS, arrow_values, read_jsonl, reader_for
from promptrec.errors import InputError, UnknownName

if TYPE_CHECKING:
    import pandas as pd


FOLDER = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class BundledCatalog:
    """File of a catalogue in `FOLDER` (compressed JSON lines), and the credit line that its licence requires."""

    file: str
    credit: str


BUNDLES = {
    "films": BundledCatalog(
        "films.jsonl.xz",
        "films from English Wikipedia (CC BY-SA 4.0; each item_id is the name of its page), "
        "collected by prust/wikipedia-movie-data",
    ),
    "places-zh": BundledCatalog("places-zh.jsonl.xz", "places in Beijing from CrossWOZ by thu-coai (Apache-2.0)"),
}


class Catalog:
    """Immutable collection of items in the given order, each ID once.

    >>> films = Catalog([Item(item_id="1", title="The Matrix (1999)"), Item(item_id="2", title="Solaris")])
    >>> films.find("matrix, the (1999)").item_id
    '1'

    Args:
        items: at least one.
        name: name of the catalogue in messages.
        credit: the credit line that its licence requires, if any.

    Raises:
        InputError: no items, or an ID given twice.
    """

    def __init__(self, items: Iterable[Item], *, name: str = "catalog", credit: str = "") -> None:
        self.name = name
        self.credit = credit
        self._items: dict[str, Item] = {}
        for item in items:
            if item.item_id in self._items:
                raise InputError("item-id-twice", path=name, item_id=item.item_id)
            self._items[item.item_id] = item
        if not self._items:
            raise InputError("catalogue-without-items", path=name)

    @classmethod
    def from_csv(cls, path: str | Path, *, columns: Mapping[str, str] | None = None) -> Self:
        r"""Read a CSV file. `columns` maps our names to the file's, e.g. {"item_id": "movieId", "title": "name"}.

        Common names (id, movieId, name, 标题 …) need no mapping. Other columns become text fields of the items; a
        duplicate name becomes, for example, "title (2)". Row numbers of pandas (a first column without a name) and
        markers of a missing value (\N, NULL, NaN, None …) are dropped, but titles may be such words.
        The other readers do the same, and keep numbers and lists.
        """
        return cls._from_file(Path(path), ".csv", columns)

    @classmethod
    def from_jsonl(cls, path: str | Path, *, columns: Mapping[str, str] | None = None) -> Self:
        """Read a file with one JSON object a line, or one array of them."""
        return cls._from_file(Path(path), ".jsonl", columns)

    @classmethod
    def from_parquet(cls, path: str | Path, *, columns: Mapping[str, str] | None = None) -> Self:
        """Read a Parquet file (needs the extra `parquet`)."""
        return cls._from_file(Path(path), ".parquet", columns)

    @classmethod
    def from_file(cls, path: str | Path, *, columns: Mapping[str, str] | None = None) -> Self:
        """Read a file by its suffix: .csv, .tsv, .txt, .json, .jsonl, .ndjson, RecBole's .item, .parquet.

        All but the last may be compressed (.gz, .xz, .bz2), and are UTF-8, or UTF-16 with a byte order mark.
        """
        path = Path(path)
        return cls(items_from_rows(reader_for(path)(path), str(path), columns), name=path.name)

    @classmethod
    def from_pandas(cls, frame: "pd.DataFrame", *, columns: Mapping[str, str] | None = None) -> Self:
        """Take the rows of a data frame. Missing values are dropped; a named index is a column."""
        named = [name for name in frame.index.names if name is not None and name not in frame.columns]
        if named:
            frame = frame.reset_index(level=named)
        names = [" ".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InputError("data-frame-column-twice", twice=twice[0])
        cells = zip(*(_cells(frame.iloc[:, n]) for n in range(len(names))), strict=True)
        rows = ((f"row {n}", dict(zip(names, row, strict=True))) for n, row in enumerate(cells))
        return cls(items_from_rows(rows, "data frame", columns), name="data frame")

    @classmethod
    def bundled(cls, name: str) -> Self:
        """Load a bundled catalogue: "films" (English) or "places-zh" (Chinese).

        Raises:
            UnknownName: no such catalogue; the message lists all.
        """
        if name not in BUNDLES:
            raise UnknownName("bundled catalogue", name, BUNDLES)
        bundle = BUNDLES[name]
        rows = read_jsonl(FOLDER / bundle.file)
        return cls(items_from_rows(rows, bundle.file, None), name=name, credit=bundle.credit)

    @classmethod
    def _from_file(cls, path: Path, suffix: str, columns: Mapping[str, str] | None) -> Self:
        return cls(items_from_rows(READERS[suffix](path), str(path), columns), name=path.name)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, item_id: object) -> bool:
        return item_id in self._items

    def __getitem__(self, item_id: str) -> Item:
        """Item with an ID, which is cleaned like the IDs of items.

        Raises:
            InputError: no such item; the message has the nearest IDs.
        """
        item_id = item_id if item_id in self._items else clean_text(item_id).strip()
        if item_id not in self._items:
            near = ", ".join(name for name, *_ in process.extract(item_id, [*self._items], limit=3, score_cutoff=60))
            code = "no-such-item-near" if near else "no-such-item"
            raise InputError(code, catalogue=self.name, item_id=item_id, near=near)
        return self._items[item_id]

    def __repr__(self) -> str:
        return f"<Catalog {self.name}: {len(self):,} items, fields {', '.join(self.field_names) or 'none'}>"

    @cached_property
    def field_names(self) -> tuple[str, ...]:
        """The names of all fields that any item has."""
        return tuple(dict.fromkeys(name for item in self for name in item.fields))

    @cached_property
    def by_popularity(self) -> tuple[Item, ...]:
        """All items, the most popular first."""
        return tuple(by_popularity(self))

    @cached_property
    def has_popularity(self) -> bool:
        """Whether any item has a popularity."""
        return any(item.popularity is not None for item in self)

    def find(self, words: str) -> Item | None:
        """Item with this ID, else the only one with this title; case, accents, articles and commas are ignored.

        Of several titles that differ only in these, the one equal to `words` is found. Spaces, currency
        signs and emoji may be missing on one side; other signs may not ("C++" is neither "C" nor "C#").
        """
        wanted = clean_text(words).strip()
        if wanted in self._items:
            return self._items[wanted]
        named = self._by_title.get(_loosest(wanted), ())
        for key in (str, str.casefold, title_key, _without_spaces, _loosest):
            found = {item.item_id: item for title, item in named if key(title) == key(wanted)}
            if key is _loosest:  # a sign may be missing, but not differ
                found = {i: item for i, item in found.items() if _loosest(wanted) and _lacks_signs(wanted, item.title)}
            if found:
                return next(iter(found.values())) if len(found) == 1 else None
        return None

    def near_duplicates(self) -> list[tuple[Item, ...]]:
        """Groups of near-duplicate items, in catalogue order."""
        return near_duplicates(self)

    @cached_property
    def _by_title(self) -> dict[str, list[tuple[str, Item]]]:
        """Titles, also with the year appended, and their items, by loose key."""
        named = defaultdict(list)
        for item in self:
            year = item.fields.get("year")
            for title in (item.title, *([f"{item.title} {year}"] if year else [])):
                named[_loosest(title)].append((title, item))
        return named


def _cells(column: "pd.Series[Any]") -> Iterable[Any]:
    """The cells of a column in the column's own type; `Series.tolist` would turn float32 into float64."""
    values = column.array
    return arrow_values(values.__arrow_array__()) if hasattr(column.dtype, "pyarrow_dtype") else values


def by_popularity(items: Iterable[Item]) -> list[Item]:
    """Items by popularity, highest first; ties and unknown popularity in the given order."""
    return sorted(items, key=lambda item: -(item.popularity or 0.0))


def _without_spaces(title: str) -> str:
    return spaceless(title_key(title))


def _loosest(title: str) -> str:
    return spaceless(signless(title_key(title)))


def _lacks_signs(*titles: str) -> bool:
    """Whether one of the titles has no sign that people omit."""
    return any(_loosest(title) == _without_spaces(title) for title in titles)


_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")


def near_duplicates(items: Iterable[Item]) -> list[tuple[Item, ...]]:
    """Groups of items whose titles differ only in case, accents, punctuation, spacing or a moved article.

    Items with different years, in a field or in brackets after the title, are not duplicates. Numbers and signs in
    titles count, so "Rocky II" and "Rocky III" are different, and so are "C++" and "C#". Runs in linear time.
    """
    by_title: dict[str, list[tuple[Item, str]]] = {}
    for item in items:
        title, year = _title_and_year(item)
        by_title.setdefault(spaceless(title_key(title)), []).append((item, year))
    groups = []
    for members in by_title.values():
        years = sorted({year for _, year in members if year})
        # Items without a year match every edition: they form a group with each year, or with one another.
        for wanted in years or [""]:
            group = tuple(item for item, year in members if year in ("", wanted))
            if len(group) > 1:
                groups.append(group)
    return groups


def _title_and_year(item: Item) -> tuple[str, str]:
    bracketed = re.search(r"\s*\(([^()]*)\)\s*$", item.title)
    year = _YEAR.fullmatch(bracketed[1].strip()) if bracketed else None
    if bracketed and year:
        return item.title[: bracketed.start()], year[0]
    found = _YEAR.search(str(item.fields.get("year", "")))
    return item.title, found[0] if found else ""
