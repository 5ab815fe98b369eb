"""The catalogues that come with promptrec. Who made them and under which licence: bundled/NOTICE.md."""

from dataclasses import dataclass
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.column_mapping import items_from_rows
from promptrec.data.readers import read_jsonl
from promptrec.errors import UnknownName

FOLDER = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class _Bundle:
    file: str
    credit: str


BUNDLES = {
    "films": _Bundle(
        "films.jsonl.xz",
        "films from English Wikipedia (CC BY-SA 4.0; each item_id is the name of its page), "
        "collected by prust/wikipedia-movie-data",
    ),
    "places-zh": _Bundle("places-zh.jsonl.xz", "places in Beijing from CrossWOZ by thu-coai (Apache-2.0)"),
}


def bundled(name: str) -> Catalog:
    """One of the bundled catalogues.

    Raises:
        UnknownName: no such catalogue; the message lists those there are.
    """
    if name not in BUNDLES:
        raise UnknownName("bundled catalogue", name, BUNDLES)
    bundle = BUNDLES[name]
    rows = read_jsonl(FOLDER / bundle.file)
    return Catalog(items_from_rows(rows, bundle.file, None), name=name, credit=bundle.credit)
