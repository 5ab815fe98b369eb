"""What each part of reading dislikes does to top-1, apart for requests that refuse something.

    python -m eval.intent.ablation ../shared/data/recipe_mpr_dev --ranker embedding --ranker query-likelihood

Variants: literal (the words as they are), likes (without what is refused), dislikes (the whole words, what is refused
subtracted), both (what promptrec does). Requests that refuse something are those that the dataset's kinds.jsonl calls
negated. The difference to literal is paired, with a 95 % interval (BCa bootstrap over requests).
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

from promptrec.data.intent import Clause, Intent
from promptrec.data.query import Query, RankRequest
from promptrec.engine.registry import open_engine
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.stats.significance import interval
from promptrec.intent.reader import read_intent
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.selection.auto import AUTO, auto
from promptrec.template.loader import load_template

Variant = Callable[[Query, Intent], Query]


def _literal(query: Query, intent: Intent) -> Query:
    return query.model_copy(update={"intent": False})


def _likes(query: Query, intent: Intent) -> Query:
    liked = query.model_copy(update={"intent": intent}).wanted if intent.dislikes else ""
    return query.model_copy(update={"preferences": liked or query.preferences, "intent": False})


def _dislikes(query: Query, intent: Intent) -> Query:
    whole = Intent(likes=(Clause(text=query.preferences),), dislikes=intent.dislikes, constraints=intent.constraints)
    return query.model_copy(update={"intent": whole})


def _both(query: Query, intent: Intent) -> Query:
    return query.model_copy(update={"intent": intent})


VARIANTS: dict[str, Variant] = {"literal": _literal, "likes": _likes, "dislikes": _dislikes, "both": _both}


def main() -> None:
    """Print a table for each ranker."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--ranker", action="append", required=True)
    parser.add_argument("--variant", action="append", choices=tuple(VARIANTS), help="default: all")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--engine", default="transformers")
    parser.add_argument("--limit", type=int, help="the first so many requests")
    options = parser.parse_args()
    dataset = open_dataset(str(options.dataset), print)
    listed = (options.dataset / "kinds.jsonl").read_text(encoding="utf-8").splitlines()
    negated = {row["query_id"] for row in map(json.loads, listed) if "negated" in row["kinds"]}
    for ranker in options.ranker:
        _print_table(ranker, dataset, negated, options)


def _print_table(ranker: str, dataset: Dataset, negated: set[str], options: argparse.Namespace) -> None:
    engine = open_engine(options.model, options.engine)[0] if ranker == AUTO or template_kinds(ranker) else None
    if ranker == AUTO:
        assert engine is not None
        ranker = auto(engine, None, dataset.language, "minilm").ranker
    pack = f"{dataset.domain}/{dataset.language}"
    templates = {kind: load_template(pack, kind=kind) for kind in template_kinds(ranker)}
    built = build_ranker(ranker, Setup(dataset.catalog, templates))
    print(f"{ranker} on {dataset.name}: top-1")
    literal: dict[str, float] = {}
    for name in options.variant or VARIANTS:
        change = VARIANTS[name]
        requests = [
            RankRequest(change(r.query, read_intent(r.query.preferences)), r.candidates)
            for r in dataset.requests[: options.limit]
        ]
        rankings = built.rank(requests, engine)
        hits = {r.query_id: float(dataset.relevance[r.query_id].get(r.item_ids[0], 0) > 0) for r in rankings}
        literal = literal or hits
        print(f"  {name:9s}" + "".join(_group(hits, literal, ids) for ids in (negated, hits.keys() - negated, {*hits})))
    if engine is not None:
        engine.close()


def _group(hits: dict[str, float], literal: dict[str, float], ids: set[str]) -> str:
    ids = ids & hits.keys()
    of = interval([hits[i] - literal[i] for i in sorted(ids)], 0)
    return f"  {fmean(hits[i] for i in ids):.3f} ({of.mean:+.3f} [{of.low:+.3f}, {of.high:+.3f}], {len(ids)})"


if __name__ == "__main__":
    main()
