"""What reading and obeying an intent costs: `python -m eval.bench.intent`.

Measures, in CPU milliseconds, `read_intent` for a request of each language and for texts of growing length, and
`select` on a catalogue with six columns: the first time, when its columns are read, and after that, beside the bare
comparison of one column of numbers. The lines are appended to eval/bench/intent.jsonl with machine and versions.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np

from eval.bench.growth import about
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.intent import read_intent, select

LINES = Path(__file__).parent / "intent.jsonl"
LENGTHS = (1_000, 10_000, 100_000)
ITEMS = 100_000
TURNS = 5
REQUESTS = {
    "en": "a thriller in French under 20 euros and under two hours, from the 90s, rated at least 7, but no horror",
    "zh": "想看法语的惊悚片，不要恐怖片，20元以下，两小时以内，评分7分以上",
}
SENTENCES = {"en": "I want a funny film but not a horror one under 20 euros. ", "zh": "不要恐怖片，100元以下。"}
WHOLE = (
    "a film under 20 euros, from the 90s, under two hours, rated at least 7, in French, no horror",
    "a film under 30 euros, from the 80s, under 100 minutes, rated at least 8, in German, no war",
)


def milliseconds(run: Callable[[], object], turns: int = TURNS) -> float:
    """The least CPU time of some turns."""
    best = float("inf")
    for _ in range(turns):
        started = time.process_time()
        run()
        best = min(best, time.process_time() - started)
    return round(1e3 * best, 3)


def catalogue(size: int) -> Catalog:
    """So many items with a price, a year, a length, a rating, a language and a genre."""
    random = Random(0)
    return Catalog(
        Item(
            item_id=str(n),
            title=f"Item {n}",
            fields={
                "price": f"{random.randint(100, 9000) / 100:.2f} €",
                "year": random.randint(1950, 2025),
                "runtime": f"{random.randint(60, 200)} min",
                "rating": random.randint(10, 100) / 10,
                "language": random.choice(("English, French", "de", "中文")),
                "genre": random.choice(("horror", "war", "comedy", "drama")),
            },
        )
        for n in range(size)
    )


def measure(size: int) -> dict[str, object]:
    """One line of the table."""
    line: dict[str, object] = {
        f"read_{name}_ms": milliseconds(lambda t=text: read_intent(t)) for name, text in REQUESTS.items()
    }
    for name, sentence in SENTENCES.items():
        for length in LENGTHS:
            text = (sentence * length)[:length]
            line[f"read_{name}_{length}_ms"] = milliseconds(lambda t=text: read_intent(t))
    catalog, intents = catalogue(size), [read_intent(text) for text in WHOLE]
    prices = np.random.default_rng(0).random(size)
    bare = milliseconds(lambda: np.flatnonzero(prices <= 0.5))
    first = milliseconds(lambda: select(catalog, intents[0], 10), turns=1)
    later = milliseconds(lambda: select(catalog, intents[1], 10))
    filters = len(select(catalog, intents[1], 10).filters)
    return line | {
        "items": size,
        "filters": filters,
        "select_first_ms": first,
        "select_ms": later,
        "comparison_ms": bare,
        "times_the_comparisons": round(later / (bare * filters), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=ITEMS)
    line = measure(parser.parse_args().items)
    print(json.dumps(line, indent=1))
    with LINES.open("a", encoding="utf-8") as written:
        written.write(json.dumps(line | about()) + "\n")


if __name__ == "__main__":
    main()
