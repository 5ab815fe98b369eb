"""The packs' own tests with a real model, into eval/packs.md: `python -m eval.packs [--ranks query-likelihood]`.

RESULTS.md takes the table from there. A test says what must and must not be among the first few of a handful of items
of the pack, for somebody whose wish is plain: it shows that a pack works with a model, not how good the model is.
"""

import argparse
import datetime
import os
import platform
from pathlib import Path

from promptrec.author.expect import Outcome, rank_with, run_tests
from promptrec.engine.load import open_engine
from promptrec.template.store import load_template, packs

PAGE = Path(__file__).parent / "packs.md"


def row(pack: str, outcomes: list[Outcome], items: int) -> str:
    """A line of the table."""
    tokens = sum(outcome.ranking.ledger.prompt_tokens for outcome in outcomes)
    broken = "; ".join(f"{o.expectation.person or o.expectation.attributes}: {o.said}" for o in outcomes if o.said)
    return f"| {pack} | {items} | {sum(o.passed for o in outcomes)} of {len(outcomes)} | {tokens:,} | {broken} |"


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", default="query-likelihood", help="the way of ranking whose templates are tested")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--engine", default="transformers")
    asked = parser.parse_args(words)
    engine, _ = open_engine(asked.model, asked.engine)
    rows = []
    for pack in sorted(packs()):
        template = load_template(f"{pack}/{asked.ranks}") if not pack.startswith("profiles/") else None
        if template is not None:
            catalog = template.pack.catalog()
            rows.append(row(pack, run_tests(template, rank_with(template, engine, catalog), catalog), len(catalog)))
            print(rows[-1], flush=True)
    engine.close()
    machine = f"{os.cpu_count()} x {platform.machine()}"
    when = datetime.datetime.now(datetime.UTC).date()
    head = (
        "## The packs' own tests\n\n"
        f"`python -m eval.packs --ranks {asked.ranks}`: {asked.model} on {asked.engine}, {machine}, {when}, seed 0.\n\n"
        "| pack | items | tests passed | prompt tokens | what failed |\n| --- | --- | --- | --- | --- |\n"
    )
    PAGE.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
