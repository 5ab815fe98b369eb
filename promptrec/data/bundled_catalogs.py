"""Bundled catalogues: files, sources and licences. bundled/NOTICE.md has more."""

from dataclasses import dataclass
from pathlib import Path

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
