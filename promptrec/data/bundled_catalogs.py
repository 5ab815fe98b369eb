"""The catalogues that come with promptrec: their files, makers and licences. More of these: bundled/NOTICE.md."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "bundled"


@dataclass(frozen=True)
class BundledCatalog:
    """The file of a catalogue in `FOLDER`, packed JSON lines, and the line that its licence asks for."""

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
