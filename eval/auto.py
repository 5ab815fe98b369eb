"""Does `auto` weigh well? `python -m eval.auto RECORDS --probe en.json --probe zh.json`

Nothing is read by a model: the scores come from evaluations that were run before (`promptrec evaluate SET --ranker
query-likelihood --ranker item-pmi --out RECORDS/SET`; BM25 and embeddings are always beside), and what the model is
good at from `promptrec probe --json`. Below RECORDS every run of a ranker alone is found.

The constants of `promptrec.rank.selection.weights.WeightingScheme` are fitted on all sets but one, by the mean over
sets of what `auto` gains over the better of two: embedding + query-likelihood with equal weights, and the best ranker
alone. The set that was left out is weighed with them. Intervals are 95 %, paired, by bootstrap over people (BCa).
`draws` is the mean and the least over other choices of the people whose agreement is looked at."""

import argparse
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.metrics.ranking import measure
from promptrec.evaluate.stats.significance import paired_difference
from promptrec.rank.fusion.ensemble import standardise, weighted_sum
from promptrec.rank.selection.auto import AGREEMENT_REQUESTS, Probe
from promptrec.rank.selection.weights import WEIGHTING, Scores, WeightingScheme, agreement

MEMBERS = ("query-likelihood", "item-pmi", "embedding", "bm25")
EQUAL = {"embedding": 1.0, "query-likelihood": 1.0}
GRID = [
    WeightingScheme(*point)
    for point in itertools.product((0.0, 0.1, 0.2, 0.3, 0.5), (0.0, 0.5, 1.0, 2.0), (0.15, 0.25))
]
DRAWS = 50
METRIC = "ndcg@10"


@dataclass
class Set:
    """What each ranker says of each person's candidates, standardised, and what is right."""

    name: str
    language: str
    scores: dict[str, Scores]
    relevance: Sequence[Mapping[str, int]]

    @classmethod
    def of(cls, dataset: Dataset, runs: Mapping[str, Path]) -> "Set":
        """The people that every run has."""
        said = {ranker: _read(path, ranker) for ranker, path in runs.items()}
        people = [q.query_id for q in dataset.queries if all(q.query_id in by_person for by_person in said.values())]
        scores = {ranker: [standardise(by_person[p]) for p in people] for ranker, by_person in said.items()}
        return cls(dataset.name, dataset.language, scores, [dataset.relevance[p] for p in people])

    def values(self, weights: Mapping[str, float]) -> np.ndarray:
        """The metric of the weighted sum for each person."""
        told = zip(*(self.scores[name] for name in weights), strict=True)
        sums = [weighted_sum(person, list(weights.values())) for person in told]
        return np.array([_value(one, relevance) for one, relevance in zip(sums, self.relevance, strict=True)])

    def best(self) -> str:
        """The ranker that is best alone."""
        return max(self.scores, key=lambda name: self.values({name: 1.0}).mean())

    def auto(self, probe: Probe, weighing: WeightingScheme, people: Sequence[int]) -> dict[str, float]:
        """What `auto` takes when it looks at the agreement on these people."""
        prior = {name: weight for name, weight in probe.weights.items() if name in self.scores}
        prior["bm25"] = weighing.bm25_weight()
        at_hand = {name: [self.scores[name][n] for n in people] for name in prior}
        return weighing.select(weighing.adjust(prior, agreement(at_hand, prior)))


def _read(run: Path, ranker: str) -> dict[str, dict[str, float]]:
    lines = (run / "rankings.jsonl").read_text(encoding="utf-8").splitlines()
    said = [json.loads(line) for line in lines]
    return {r["query_id"]: {i["item_id"]: i["scores"].get(ranker, 0.0) for i in r["items"]} for r in said}


def _value(scores: Mapping[str, float], relevance: Mapping[str, int]) -> float:
    tied: dict[float, list[str]] = {}
    for item_id, score in scores.items():
        tied.setdefault(round(score, 9), []).append(item_id)
    return measure([tied[score] for score in sorted(tied, reverse=True)], relevance, [METRIC])[METRIC]


def find_sets(records: Path) -> list[Set]:
    """Every dataset of which each member has a run; of two runs of one the longer."""
    found: dict[str, dict[str, tuple[int, Path]]] = {}
    for path in sorted(records.rglob("run.json")):
        spec = json.loads(path.read_text(encoding="utf-8"))
        rankings = path.parent / "rankings.jsonl"
        if spec["ranker"] in MEMBERS and rankings.exists():
            length = rankings.read_bytes().count(b"\n")
            runs = found.setdefault(spec["dataset"], {})
            runs[spec["ranker"]] = max(runs.get(spec["ranker"], (0, path)), (length, path.parent))
    whole = {name: runs for name, runs in found.items() if {"query-likelihood", "embedding", "bm25"} <= set(runs)}
    return [Set.of(open_dataset(name), {r: path for r, (_, path) in runs.items()}) for name, runs in whole.items()]


def fit(sets: Sequence[Set], gains: Mapping[tuple[str, WeightingScheme], float]) -> WeightingScheme:
    """The constants with the greatest mean gain over these sets; of equals the first, which trusts agreement least."""
    return max(GRID, key=lambda weighing: round(float(np.mean([gains[one.name, weighing] for one in sets])), 4))


def report(one: Set, probe: Probe, weighing: WeightingScheme, seed: int) -> list[str]:
    """A line each: what is taken, and its difference from both rivals."""
    people = range(len(one.relevance))
    taken = one.auto(probe, weighing, people[:AGREEMENT_REQUESTS])
    values, equal, best = one.values(taken), one.values(EQUAL), one.best()
    draw = np.random.default_rng(seed)
    some = [draw.choice(len(people), min(AGREEMENT_REQUESTS, len(people)), replace=False) for _ in range(DRAWS)]
    drawn = [float(one.values(one.auto(probe, weighing, each)).mean()) for each in some]
    rivals = {"equal": equal, best: one.values({best: 1.0})}
    told = " + ".join(f"{weight:.2f} {name}" for name, weight in taken.items())
    out = [
        f"{one.name:16} {len(people):4} people  auto {values.mean():.3f} ({told}), {weighing}",
        f"{'':16} other draws {np.mean(drawn):.3f}, the least {min(drawn):.3f}",
    ]
    for rival, theirs in rivals.items():
        d = paired_difference(dict(enumerate(values)), dict(enumerate(theirs)), seed)
        out.append(f"{'':16} less {rival} ({theirs.mean():.3f}): {d.mean:+.3f} [{d.low:+.3f}, {d.high:+.3f}]")
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path)
    parser.add_argument("--probe", action="append", type=Path, required=True, help="of a language; repeat it")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    probes = {p.language: p for p in (Probe.model_validate_json(f.read_text(encoding="utf-8")) for f in asked.probe)}
    sets = find_sets(asked.records)
    gains = {}
    for one in sets:
        rivals = max(one.values(EQUAL).mean(), one.values({one.best(): 1.0}).mean())
        for weighing in GRID:
            taken = one.auto(probes[one.language], weighing, range(min(AGREEMENT_REQUESTS, len(one.relevance))))
            gains[one.name, weighing] = float(one.values(taken).mean() - rivals)
    for one in sets:
        rest = [other for other in sets if other is not one]
        print(
            "left out:",
            *report(one, probes[one.language], fit(rest, gains) if rest else WEIGHTING, asked.seed),
            sep="\n",
        )
    print(f"\nfitted on all: {fit(sets, gains)}; shipped: {WEIGHTING}")
    for one in sets:
        print(*report(one, probes[one.language], WEIGHTING, asked.seed), sep="\n")


if __name__ == "__main__":
    main()
