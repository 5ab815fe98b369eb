"""The tests of the packs with a real model, by each way of ranking, into eval/packs.md: `python -m eval.packs`.

RESULTS.md takes the table from there. A test says what must and must not be among the first few of a handful of items
of the pack, for somebody whose wish is plain. That rankings come back whole shows that a pack works with a model; how
many tests pass says whether this model can be asked that way.
"""

import argparse
import datetime
import os
import platform
from collections import Counter
from pathlib import Path

from promptrec.authoring.run_tests import Outcome, rank_with, run_tests
from promptrec.engine.registry import open_engine
from promptrec.template.loader import load_template, packs

PAGE = Path(__file__).parent / "packs.md"
WAYS = ("query-likelihood", "item-pmi", "yes-no", "graded", "listwise-labels", "listwise-text")


def cell(outcomes: list[Outcome]) -> str:
    """Tests passed, and how many rankings were repaired or not made at all."""
    statuses = Counter(outcome.ranking.status for outcome in outcomes)
    odd = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()) if status != "ok")
    return f"{sum(o.passed for o in outcomes)} of {len(outcomes)}" + (f" ({odd})" if odd else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", action="append", choices=WAYS, help="a way of ranking; default: all")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--engine", default="transformers")
    asked = parser.parse_args()
    engine, _ = open_engine(asked.model, asked.engine)
    ways = asked.kind or WAYS
    rows = [f"| pack | items | {' | '.join(ways)} |", "| --- |" + " --- |" * (1 + len(ways))]
    for pack in sorted(pack for pack in packs() if not pack.startswith("profiles/")):
        cells = []
        for way in ways:
            template = load_template(f"{pack}/{way}")
            catalog = template.pack.catalog()
            cells.append(cell(run_tests(template, rank_with(template, engine, catalog), catalog)))
            print(f"{pack:14} {way:17} {cells[-1]}", flush=True)
        rows.append(f"| {pack} | {len(catalog)} | {' | '.join(cells)} |")
    engine.close()
    machine = f"{os.cpu_count()} x {platform.machine()}"
    when = datetime.datetime.now(datetime.UTC).date()
    told = "".join(f" --kind {way}" for way in asked.kind or ())
    head = (
        "## The packs' own tests\n\nTests passed, by way of ranking.\n\n"
        f"`python -m eval.packs{told}`: {asked.model} on {asked.engine}, {machine}, {when}, seed 0.\n\n"
    )
    PAGE.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
