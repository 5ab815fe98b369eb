"""The queries a system did worst on, with what it read and what it answered."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from promptrec.data.query import Query, RankRequest
from promptrec.errors import PromptrecError
from promptrec.evaluate.dataset import Dataset
from promptrec.evaluate.evaluation import DatasetResult, Evaluation, Measured
from promptrec.evaluate.named import open_dataset
from promptrec.evaluate.report.prompts import RecordingEngine, first_prompt
from promptrec.evaluate.run_folder import read_values
from promptrec.evaluate.spec import System
from promptrec.evaluate.store import RunStore
from promptrec.rank.ranking import Ranking
from promptrec.rank.table import ranker_class

MOST_SHOWN = 5
MOST_LETTERS = 6000


@dataclass(frozen=True)
class Worst:
    """One query: the metric's value, what the person told, the titles that were right, the ranking.

    `prompts` are pairs of what a prompt is about and its text.
    """

    value: float
    query: Query
    right: tuple[str, ...]
    ranking: Ranking
    prompts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class WorstOf:
    """The worst queries of the best system that reads a model; `missing` says why something is not there."""

    system: str
    queries: tuple[Worst, ...]
    missing: str = ""


def worst_queries(out: Path, evaluation: Evaluation, n: int = MOST_SHOWN) -> dict[str, WorstOf]:
    """By dataset; a dataset that no model was read for is left out."""
    found = {}
    for name, result in zip(evaluation.config.datasets, evaluation.datasets, strict=True):
        run = next((run for run in result.runs if not run.baseline), None)
        if run is not None:
            found[result.name] = _of_run(out, evaluation, name, result, run, n)
    return found


def _of_run(out: Path, evaluation: Evaluation, name: str, result: DatasetResult, run: Measured, n: int) -> WorstOf:
    try:
        dataset = open_dataset(name)
        if dataset.sha256 != result.sha256:
            return WorstOf(run.system, (), f"{name} is not what it was when this was measured")
        recorder = RecordingEngine.of(run.spec.model or "")
    except PromptrecError as error:
        return WorstOf(run.system, (), str(error))
    by_query = read_values(out / run.folder)[1][evaluation.config.primary]
    worst = sorted((value, query_id) for query_id, value in by_query.items() if not math.isnan(value))[:n]
    store = RunStore(out / run.folder)
    rankings = {r.query_id: r for r in store.rankings(query_id for _, query_id in worst)}
    config = evaluation.config
    system = System(
        run.spec.ranker,
        engine=recorder,
        template=config.template,
        templates=config.templates,
        pool=config.pool,
        seed=config.seed,
    )
    recommender = system.open(dataset)
    told = {query.query_id: query for query in dataset.queries}
    queries = []
    for value, query_id in worst:
        grades = dataset.relevance.get(query_id, {})
        right = tuple(
            i for i, grade in sorted(grades.items(), key=lambda g: -g[1]) if grade > 0 and i in dataset.catalog
        )
        prompts = tuple(
            (about, _cut(first_prompt(recommender, recorder, request)))
            for about, request in _asked(run, dataset, told[query_id], rankings[query_id], right)
        )
        titles = tuple(dataset.catalog[i].title for i in right)
        queries.append(Worst(value, told[query_id], titles, rankings[query_id], prompts))
    return WorstOf(run.system, tuple(queries))


def _asked(
    run: Measured, dataset: Dataset, query: Query, ranking: Ranking, right: tuple[str, ...]
) -> Iterator[tuple[str, RankRequest]]:
    """The requests whose prompts tell most: of all candidates, or of the first and of the best right one."""
    given = next((request for request in dataset.requests if request.query.query_id == query.query_id), None)
    candidates = given.candidates if given else tuple(dataset.catalog[i] for i in ranking.item_ids)
    if (ranker_class(run.spec.ranker).template_kind or "").startswith("listwise"):
        yield "the prompt", RankRequest(query, candidates)
        return
    first = ranking.item_ids[:1]
    missed = [i for i in right if i in {item.item_id for item in candidates} and i not in first][:1]
    for about, ids in (("the prompt of the first item", first), ("the prompt of the best right item", missed)):
        for item_id in ids:
            yield f"{about}, {dataset.catalog[item_id].title}", RankRequest(query, (dataset.catalog[item_id],))


def _cut(prompt: str) -> str:
    left_out = len(prompt) - MOST_LETTERS
    return prompt if left_out <= 0 else f"{prompt[:MOST_LETTERS]}\n[{left_out:,} more letters are not shown here]"
