"""How often an order flips when the candidates are shown in another one: `python -m eval.bench.flips [--users 12]`.

Each ranker ranks generated people with a real model, and again with the candidates in another order. As in the check of
robustness they are permuted, and the ranker gets another seed, by which it deals them to the places of a prompt.
Nothing is taken from the cache of the earlier reading.

"flips" is the share of pairs of items, of those that both rankings tell apart, that stand the other way round: without
ties (1 - tau) / 2; an order by lot has one half. "first" is how often another item comes first. A ranker that shows one
item at a time must have 0 of both. listwise-shifts and listwise-prior are what is done about the flips of
listwise-labels; the prior is fitted on other people, without their answers. With `--flattest-labels` the labels are not
A, B, C but those that the model finds most equally probable where no item is shown. NDCG@10 is of the first order,
"tokens" are the prompt tokens of one pass. The lines are appended to eval/bench/flips.jsonl with machine, versions and
seed.
"""

import argparse
import json
import math
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path

from eval.bench.growth import about
from promptrec.data.query import Query, RankRequest
from promptrec.engine.registry import open_engine
from promptrec.evaluate.checks.robustness import perturb
from promptrec.evaluate.checks.stability import mean_stability
from promptrec.evaluate.metrics.ranking import measure
from promptrec.prompt import Tokenizer, fit
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.label_tokens import MAX_LABELS, label_tokens
from promptrec.rank.listwise import labels
from promptrec.rank.listwise.position_bias import PositionBias
from promptrec.rank.ranking import Ranking
from promptrec.template.loader import load_template
from promptrec.template.template import Template
from promptrec.testing.planted_dataset import PlantedDataset, make_planted_dataset

KEPT = Path(__file__).parent / "flips.jsonl"
ONE_AT_A_TIME = ("query-likelihood", "item-pmi", "item-likelihood", "yes-no", "graded")
LABELS = ("listwise-labels", "listwise-shifts", "listwise-prior")
RANKERS = (*ONE_AT_A_TIME, *LABELS, "pairwise", "setwise", "tournament")
OTHERS = 24


def flipped(base: Ranking, other: Ranking) -> float:
    """The share of the pairs that both rankings tell apart that stand the other way round; NaN where there are none."""
    before, after = ({i: n for n, group in enumerate(r.tie_groups()) for i in group} for r in (base, other))
    told = [(before[a] - before[b]) * (after[a] - after[b]) for a, b in combinations(before, 2)]
    told = [side for side in told if side]
    return sum(side < 0 for side in told) / len(told) if told else math.nan


def ranked(
    name: str, plant: PlantedDataset, requests: Sequence[RankRequest], seed: int, prior: Path, engine
) -> list[Ranking]:
    """By a new ranker of this seed, with nothing read before."""
    engine._llm.reset_prefix_cache()
    templates = {kind: load_template("films/en", kind=kind) for kind in template_kinds(name)}
    return build_ranker(name, Setup(plant.catalog, templates, seed, position_bias=prior)).rank(requests, engine)


def flattest(engine, template: Template) -> Callable[[Tokenizer, str, int], dict[str, int]]:
    """Takes the place of `label_tokens`: of all single-token labels the n whose log-probabilities lie closest together.

    They are read once, behind a prompt in which nobody asks and no item is shown.
    """
    every = label_tokens(engine.tokenizer, template.cue, MAX_LABELS)
    nothing = fit(template, Query(), (), (), engine.tokenizer, engine.context_length - 1).encoded.ids
    logprobs = engine.next_logprobs([nothing], list(every.values()))[0].get()
    by_logprob = sorted(zip(logprobs, every, strict=True))

    def labels(tokenizer: Tokenizer, cue: str, n: int) -> dict[str, int]:
        runs = [by_logprob[at : at + n] for at in range(len(by_logprob) - n + 1)]
        chosen = min(runs, key=lambda run: run[-1][0] - run[0][0])
        return {label: every[label] for _, label in chosen}

    return labels


def compare(name: str, plant: PlantedDataset, asked: argparse.Namespace, prior: Path, engine) -> dict[str, object]:
    """One ranker's rankings under the first order and under others."""
    requests = plant.requests[: asked.users]
    started = time.perf_counter()
    base = ranked(name, plant, requests, 0, prior, engine)
    pairs = []
    for n in range(asked.orders):
        turned = perturb(requests, "order", n, "en")
        by_id = {r.query_id: r for r in ranked(name, plant, turned, n + 1, prior, engine)}
        pairs += [(ranking, by_id[ranking.query_id]) for ranking in base if ranking.query_id in by_id]
    shares = [share for pair in pairs if not math.isnan(share := flipped(*pair))]
    moved = mean_stability(pairs)
    relevance = {query_id: dict.fromkeys(ids, 1) for query_id, ids in plant.relevant.items()}
    gains = [measure(r.tie_groups(), relevance[r.query_id], ["ndcg@10"])["ndcg@10"] for r in base]
    return {
        "ranker": name,
        "users": asked.users,
        "candidates": asked.candidates,
        "orders": asked.orders,
        "flips": sum(shares) / len(shares) if shares else None,
        "first": moved.top1_flip,
        "kendall_tau": moved.kendall_tau,
        "ndcg@10": sum(gains) / len(gains),
        "not_ok": sum(r.status != "ok" for pair in pairs for r in pair),
        "prompt_tokens": sum(r.usage.prompt_tokens for r in base),
        "cached_tokens": sum(r.usage.cached_tokens for r in base),
        "seconds": round(time.perf_counter() - started, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=12)
    parser.add_argument("--candidates", type=int, default=10)
    parser.add_argument("--orders", type=int, default=1, help="how many other orders")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--flattest-labels", action="store_true", help="not A, B, C; see above")
    parser.add_argument("--ranker", action="append", choices=RANKERS, help="default: all")
    asked = parser.parse_args()
    plant = make_planted_dataset(users=asked.users + OTHERS, candidates=asked.candidates)
    engine, _ = open_engine(asked.model, "vllm")
    names = asked.ranker or RANKERS
    if asked.flattest_labels:
        labels.label_tokens = flattest(engine, load_template("films/en", kind="listwise-labels"))
    print(f"{'ranker':18} {'flips':>6} {'first':>6} {'tau':>7} {'ndcg@10':>8} {'tokens':>8} {'seconds':>8}")
    with tempfile.TemporaryDirectory() as folder:
        prior = Path(folder) / "position-bias.json"
        if "listwise-prior" in names:
            template = load_template("films/en", kind="listwise-labels")
            PositionBias.fit(template, plant.requests[asked.users :], engine).save(prior)
        for name in names:
            line = compare(name, plant, asked, prior, engine) | {"flattest_labels": asked.flattest_labels}
            told = f"{line['flips']:6.3f} {line['first']:6.2f} {line['kendall_tau']:7.3f} {line['ndcg@10']:8.3f}"
            print(f"{name:18} {told} {line['prompt_tokens']:8,} {line['seconds']:8.1f}", flush=True)
            with KEPT.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(line | {"model": asked.model} | about()) + "\n")
    engine.close()


if __name__ == "__main__":
    main()
