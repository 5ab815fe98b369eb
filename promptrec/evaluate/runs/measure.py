"""Metrics of a stored run, computed from one ranking at a time."""

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from promptrec.data.item import Item
from promptrec.errors import writing
from promptrec.evaluate.datasets.dataset import Dataset, relevant_items
from promptrec.evaluate.metrics.beyond_accuracy import BeyondAccuracy, ItemVectors
from promptrec.evaluate.metrics.cost import CostMetrics
from promptrec.evaluate.metrics.obedience import Obedience
from promptrec.evaluate.metrics.ranking import mean_of_defined, measure
from promptrec.evaluate.metrics.validity import Validity
from promptrec.evaluate.results import Estimate, none_if_nan
from promptrec.evaluate.runs.store import METRICS, PER_QUERY, RESUME_HINT, TREC, RunStore
from promptrec.evaluate.stats.comparison import Values
from promptrec.evaluate.stats.significance import interval
from promptrec.rank.ranking import Ranking, Run


@dataclass(frozen=True)
class Measurement:
    """Every number about a run's rankings of some queries. `values` holds the metrics query by query."""

    values: Values
    metrics: dict[str, Estimate]
    beyond_accuracy: dict[str, float | None]
    validity: dict[str, float]
    obedience: dict[str, float]
    cost: dict[str, float]
    alarms: tuple[str, ...]


def measure_run(
    store: RunStore, dataset: Dataset, limit: int | None, metrics: Sequence[str], vectors: ItemVectors | None = None
) -> Measurement:
    """Measure a run's rankings of the dataset's first `limit` queries (None: all), and write its metrics and TREC run.

    Memory grows by a few numbers a query: rankings are read from the disk one at a time. `metrics.json` holds what
    the same run gives every time; what differs from time to time, the seconds, stays out of it.
    """
    values: dict[str, dict[str, float]] = {name: {} for name in metrics}
    beyond_accuracy, validity, cost = BeyondAccuracy(dataset.catalog, vectors=vectors), Validity(), CostMetrics()
    obedience, queries = Obedience(), {query.query_id: query for query in dataset.queries[:limit]}
    found: list[float] = []
    path = store.folder / TREC
    with writing(path, RESUME_HINT), path.with_name(f"{TREC}.part").open("w", encoding="utf-8") as trec:
        for ranking, candidates in _with_candidates(store, dataset, limit):
            relevance = dataset.relevance.get(ranking.query_id, {})
            for name, value in measure(ranking.tie_groups(), relevance, metrics).items():
                values[name][ranking.query_id] = value
            for counter in (beyond_accuracy, validity):
                counter.add(ranking, candidates)
            obedience.add(ranking, candidates, queries[ranking.query_id])
            cost.add(ranking)
            found.append(_retrieval_recall(ranking, relevance))
            trec.write(Run([ranking]).to_trec(tag=store.spec.ranker))
    path.with_name(f"{TREC}.part").replace(path)
    seed = store.spec.seed
    estimates = {name: estimate(by_query, seed) for name, by_query in values.items()}
    retrieved = {} if dataset.candidates_given else {"retrieved": mean_of_defined(found)}
    more = {name: none_if_nan(value) for name, value in {**retrieved, **beyond_accuracy.summary()}.items()}
    valid, spent = _without_nan(validity.summary()), _without_nan(cost.summary())
    obeyed = _without_nan(obedience.summary(values))
    measured = Measurement(values, estimates, more, valid, obeyed, spent, tuple(beyond_accuracy.alarms()))
    _write(store, measured)
    return measured


def estimate(by_query: Mapping[str, float], seed: int) -> Estimate:
    """Mean and interval over queries; NaN becomes None, as JSON has it."""
    of = interval(list(by_query.values()), seed)
    return Estimate(mean=none_if_nan(of.mean), low=none_if_nan(of.low), high=none_if_nan(of.high), n=of.n)


def _with_candidates(store: RunStore, dataset: Dataset, limit: int | None) -> Iterator[tuple[Ranking, Sequence[Item]]]:
    """Rankings and the candidates they were made of, in the dataset's order; retrieved candidates by their IDs."""
    ids = [query.query_id for query in dataset.queries[:limit]]
    shown = {request.query.query_id: request.candidates for request in dataset.requests[:limit]}
    for ranking in store.rankings(query_id for query_id in ids if query_id in store):
        retrieved = [dataset.catalog[item_id] for item_id in sorted(ranking.item_ids)]
        yield ranking, shown.get(ranking.query_id, retrieved)


def _retrieval_recall(ranking: Ranking, relevance: Mapping[str, int]) -> float:
    right = relevant_items(relevance)
    return len(right.intersection(ranking.item_ids)) / len(right) if right else math.nan


def _without_nan(named: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in named.items() if not math.isnan(value)}


def _write(store: RunStore, measured: Measurement) -> None:
    summary = {
        "metrics": {name: of.model_dump() for name, of in measured.metrics.items()},
        "beyond_accuracy": measured.beyond_accuracy,
        "validity": measured.validity,
        "obedience": measured.obedience,
        "alarms": measured.alarms,
    }
    store.write(METRICS, json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(["query_id", *measured.values])
    for query_id in next(iter(measured.values.values())):
        rows.writerow([query_id, *(repr(by_query[query_id]) for by_query in measured.values.values())])
    store.write(PER_QUERY, table.getvalue())
