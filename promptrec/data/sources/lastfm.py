"""Last.fm 2K of HetRec 2011: artists that 1,892 users listened to."""

from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.readers import Row, text_of
from promptrec.data.sources.raw_dataset import RawDataset
from promptrec.errors import InputError, RowPlace

LASTFM_FILES = ("user_artists.dat", "artists.dat")


def read_lastfm(folder: Path) -> RawDataset:
    """Read the artists by name, and their listeners. Play counts are not ratings and are dropped."""
    chosen, artists = (folder / name for name in LASTFM_FILES)
    named = (Item(item_id=row["id"], title=row["name"]) for _, row in _tabbed(artists, "id", "name"))
    rows = _tabbed(chosen, "userID", "artistID")
    columns = {"user_id": "userID", "item_id": "artistID"}
    return RawDataset(Catalog(named, name="lastfm-2k"), Interactions.from_rows(rows, str(chosen), columns=columns), {})


def _tabbed(path: Path, *wanted: str) -> list[Row]:
    """Columns `wanted` of a tab-separated file with a header. Quotes in names are plain characters."""
    header, *lines = text_of(path).replace("\r\n", "\n").split("\n")
    columns = header.split("\t")
    if missing := [name for name in wanted if name not in columns]:
        raise InputError("column-missing-of", path=path, line=1, missing=missing[0], columns=", ".join(columns))
    rows: list[Row] = []
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        cells = dict(zip(columns, line.split("\t"), strict=False))
        if not all(cells.get(name, "").strip() for name in wanted):
            raise InputError("cells-missing", path=path, line=number, wanted=" or no ".join(wanted))
        rows.append((RowPlace(path, number), {name: cells[name] for name in wanted}))
    return rows
