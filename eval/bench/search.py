"""What searching a catalogue costs: `python -m eval.bench.search`.

For each size the films that come with promptrec are repeated up to that many items. One run measures, in CPU seconds,
the building of the index, `Bm25.search` against all hits sorted in Python with a hash of each ID, and the candidates of
a person whose words find nothing. The words are those of the English probe and one that most items have. The lines are
appended to eval/bench/search.jsonl with machine, versions and seed.
"""

import argparse
import hashlib
import json
import time
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from eval.bench.growth import about
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.rank.probe_data import probe_pairs
from promptrec.retrieve.bm25 import Bm25
from promptrec.retrieve.candidates import retrieve_candidates

KEPT = Path(__file__).parent / "search.jsonl"
SIZES = (5_000, 50_000)
K = 50


def sized(size: int) -> Catalog:
    """So many items: the bundled films again and again, each with a number of its own in its title."""
    films = enumerate(islice(cycle(Catalog.bundled("films")), size))
    return Catalog(Item(item_id=f"{n}", title=f"{film.title} {n}", fields=film.fields) for n, film in films)


def sorted_in_full(index: Bm25, items: tuple[Item, ...], text: str) -> list[tuple[str, float]]:
    """What `Bm25.search` gives, in the plainest way."""
    scores = index._scores(text)
    hits = [(items[row].item_id, float(scores[row])) for row in np.flatnonzero(scores > 0)]
    return sorted(hits, key=lambda hit: (-round(hit[1], 6), hashlib.sha256(hit[0].encode()).digest()))[:K]


def measure(size: int) -> dict:
    """One line of the table: seconds to build, and milliseconds a search."""
    catalog, texts = sized(size), [f"a film: {r.query.preferences}" for r in probe_pairs("en").requests]
    items = tuple(catalog)
    started = time.process_time()
    index = Bm25.of(catalog)
    marks = [started, time.process_time()]
    fast = [index.search(text, K) for text in texts]
    marks.append(time.process_time())
    plain = [sorted_in_full(index, items, text) for text in texts]
    marks.append(time.process_time())
    for _ in texts:
        retrieve_candidates(catalog, Query(preferences="xyzzy"), K)
    marks.append(time.process_time())
    if fast != plain:
        raise SystemExit("the two searches differ")
    build, searched, in_full, padded = np.diff(marks).tolist()
    return {
        "items": size,
        "build_seconds": round(build, 2),
        "search_ms": round(1e3 * searched / len(texts), 2),
        "full_sort_ms": round(1e3 * in_full / len(texts), 2),
        "times_as_fast": round(in_full / searched, 1),
        "no_word_found_ms": round(1e3 * padded / len(texts), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, action="append", help=f"default: {SIZES}")
    for size in parser.parse_args().items or SIZES:
        line = measure(size)
        print(line, flush=True)
        with KEPT.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(line | about()) + "\n")


if __name__ == "__main__":
    main()
