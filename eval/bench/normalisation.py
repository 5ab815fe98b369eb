"""Does it help to take length or popularity off a likelihood? `python -m eval.bench.normalisation DATASET …`

The first `--limit` people of each dataset are read once, and every way of making one number of what was read orders the
same candidates: the sum over tokens, the mean, either less what follows from the item's length (the residual of a
straight line through the request's scores on the logarithm of the item's tokens), and, where the catalogue has a
popularity, the standardised score plus some part of the standardised logarithm of that. For a person's words the sum
and the mean give the same order, since all candidates are read with the same words.

A DATASET is a folder, or a name that `promptrec evaluate` takes. The lines are appended to
eval/bench/normalisation.jsonl with machine, versions and seed.
"""

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from eval.bench.growth import about
from promptrec.data.query import RankRequest
from promptrec.engine.registry import open_engine
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.metrics.ranking import measure
from promptrec.evaluate.run_spec import default_template
from promptrec.rank.fusion.ensemble import standardise
from promptrec.rank.pointwise.pair_prompts import fit_pairs, null_context
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.loader import load_template

KEPT = Path(__file__).parent / "normalisation.jsonl"
PARTS = (-0.5, -0.25, 0.25, 0.5)

Read = Mapping[str, tuple[float, int]]
"""By item ID the sum of the log-probabilities (nats) and the number of tokens."""


def read(dataset: Dataset, requests: Sequence[RankRequest], engine) -> list[dict[str, Read]]:
    """For each request: the words after each item, the item after the words, and the item after nothing."""
    pack = default_template(dataset.domain, dataset.language)
    out: list[dict[str, dict]] = [{"words": {}, "item": {}, "null": {}} for _ in requests]
    for kind, name in (("query-likelihood", "words"), ("item-pmi", "item")):
        template = load_template(pack, kind=kind)
        evidence = [ResultBuilder(request) for request in requests]
        place = {id(e): n for n, e in enumerate(evidence)}
        pairs = fit_pairs(evidence, template, engine)
        asked = {name: [p.context for p in pairs]}
        if name == "item":
            asked["null"] = [null_context(template, p.item, engine) for p in pairs]
        for what, contexts in asked.items():
            for pair, reading in zip(pairs, engine.loglikelihood(contexts, [p.reply for p in pairs]), strict=True):
                if reading.value is not None:
                    told = (sum(reading.value), len(reading.value))
                    out[place[id(pair.evidence)]][what][pair.item.item_id] = told
    return out


def ways(popularity: Mapping[str, float]) -> dict[str, Callable[[Mapping[str, Read]], dict[str, float]]]:
    """What can be made of what was read of one request: a score for each item."""

    def pmi(told):
        return {i: told["item"][i][0] - told["null"][i][0] for i in told["item"] if i in told["null"]}

    def a_token(scores, told):
        return {i: score / told["item"][i][1] for i, score in scores.items()}

    def less_length(scores, told):
        lengths = np.log([told["item"][i][1] for i in scores])
        values = np.array(list(scores.values()))
        if len(values) < 3 or np.ptp(lengths) == 0:
            return dict(scores)
        return dict(zip(scores, values - np.polyval(np.polyfit(lengths, values, 1), lengths), strict=True))

    base = {
        "query-likelihood": lambda told: {i: total for i, (total, _) in told["words"].items()},
        "item-likelihood, sum": lambda told: {i: total for i, (total, _) in told["item"].items()},
        "item-likelihood, mean": lambda told: {i: total / n for i, (total, n) in told["item"].items()},
        "item-pmi, sum": pmi,
        "item-pmi, mean": lambda told: a_token(pmi(told), told),
    }
    found = dict(base)
    for name in base:
        found[f"{name}, less length"] = lambda told, score=base[name]: less_length(score(told), told)
    logs = {item_id: float(np.log1p(n)) for item_id, n in popularity.items()}
    for name in ("query-likelihood", "item-pmi, sum") if logs else ():
        for part in PARTS:

            def with_popularity(told, score=base[name], part=part):
                scores = standardise(score(told))
                liked = standardise({i: logs.get(i, 0.0) for i in scores})
                return {i: z + part * liked[i] for i, z in scores.items()}

            found[f"{name}, {part:+g} popularity"] = with_popularity
    return found


def ndcg(scores: Mapping[str, float], relevance: Mapping[str, int]) -> float:
    """NDCG@10 of the order by falling score."""
    order = [[item_id] for item_id in sorted(scores, key=lambda i: -scores[i])]
    return measure(order, relevance, ["ndcg@10"])["ndcg@10"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset", nargs="+")
    parser.add_argument("--limit", type=int, default=30, help="people of each dataset")
    parser.add_argument("--model", default="smollm2-135m")
    asked = parser.parse_args()
    engine, _ = open_engine(asked.model, "vllm")
    for name in asked.dataset:
        dataset = open_dataset(name)
        requests = dataset.requests[: asked.limit]
        told = read(dataset, requests, engine)
        popularity = {i.item_id: i.popularity for i in dataset.catalog if i.popularity is not None}
        for way, score in ways(popularity).items():
            gains = [ndcg(score(t), dataset.relevance[r.query.query_id]) for t, r in zip(told, requests, strict=True)]
            line = {"dataset": dataset.name, "people": len(gains), "way": way, "ndcg@10": float(np.mean(gains))}
            print(f"{dataset.name:24} {way:44} {line['ndcg@10']:.3f}", flush=True)
            with KEPT.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(line | {"model": asked.model} | about()) + "\n")
    engine.close()


if __name__ == "__main__":
    main()
