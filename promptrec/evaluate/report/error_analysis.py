"""Error analysis: the worst queries of a system, with their prompts and rankings."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from promptrec.data.query import Query, RankRequest
from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.errors import PromptrecError, TemplateError
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.dataset import Dataset, relevant_items
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.results import DatasetResult, Evaluation, RunResult
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.store import RunStore, read_values
from promptrec.rank.expression import template_kinds
from promptrec.rank.listwise.labels import ListwiseLabels
from promptrec.rank.listwise.position_bias import ListwisePrior
from promptrec.rank.ranking import Ranking
from promptrec.recommender import Recommender
from promptrec.template.kinds import KINDS


def first_prompt(recommender: Recommender, engine: DryRunEngine, request: RankRequest) -> str:
    """What the model reads first for a request: of its first candidate, or of all of them at once.

    `recommender` reads with `engine`. Empty where the ranker writes no prompt for it.
    """
    engine.reset()
    recommender.rank_many([request])
    return engine.tokenizer.decode(engine.prompts[0]) if engine.prompts else ""


MAX_QUERIES = 5
MAX_CHARACTERS = 6000


@dataclass(frozen=True)
class WorstQuery:
    """One query: the metric's value, what the person told, the titles that were right with their grades, the ranking.

    `prompts` are pairs of what a prompt is about and its text.
    """

    metric: str
    value: float
    query: Query
    right: tuple[tuple[str, int], ...]
    ranking: Ranking
    prompts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class WorstQueries:
    """The worst queries of the best system that reads a model.

    `unavailable` says why there are none, `no_prompts` why they are without their prompts.
    """

    system: str
    queries: tuple[WorstQuery, ...] = ()
    unavailable: str = ""
    no_prompts: str = ""


def worst_queries(out: Path, evaluation: Evaluation, n: int = MAX_QUERIES) -> dict[str, WorstQueries]:
    """By dataset; a dataset that no model was read for is left out."""
    found = {}
    # Code may have evaluated open datasets, of which the configuration knows nothing.
    named = evaluation.config.datasets
    for place, result in enumerate(evaluation.datasets):
        name = named[place] if place < len(named) else result.name
        run = next((run for run in result.runs if not run.baseline), None)
        if run is not None:
            found[result.name] = _worst_of_run(out / run.folder, evaluation.config, name, result, run, n)
    return found


def _worst_of_run(
    folder: Path, config: Config, name: str, result: DatasetResult, run: RunResult, n: int
) -> WorstQueries:
    try:
        dataset = open_dataset(name)
    except PromptrecError as error:
        return WorstQueries(run.system, unavailable=str(error))
    if dataset.sha256 != result.sha256:
        return WorstQueries(run.system, unavailable=f"{name} has changed since this was measured")
    writer, no_prompts = None, ""
    try:
        writer = PromptRebuilder(config, run, dataset)
    except PromptrecError as error:
        no_prompts = str(error)
    by_query = read_values(folder)[1][config.primary]
    lowest = sorted((value, query_id) for query_id, value in by_query.items() if not math.isnan(value))[:n]
    rankings = RunStore(folder).rankings(query_id for _, query_id in lowest)
    queries_by_id = {query.query_id: query for query in dataset.queries}
    queries = []
    for (value, query_id), ranking in zip(lowest, rankings, strict=True):
        right = _relevant_items(dataset, query_id)
        prompts = tuple(writer.prompts(queries_by_id[query_id], ranking, right)) if writer else ()
        titles = tuple((dataset.catalog[item_id].title, dataset.relevance[query_id][item_id]) for item_id in right)
        queries.append(WorstQuery(config.primary, value, queries_by_id[query_id], titles, ranking, prompts))
    return WorstQueries(run.system, tuple(queries), no_prompts=no_prompts)


def _relevant_items(dataset: Dataset, query_id: str) -> tuple[str, ...]:
    """The right items, the best first."""
    grades = dataset.relevance.get(query_id, {})
    right = [item_id for item_id in relevant_items(grades) if item_id in dataset.catalog]
    return tuple(sorted(right, key=lambda item_id: (-grades[item_id], item_id)))


class PromptRebuilder:
    """Writes the prompts of a run again, with its model's tokenizer and without its model.

    Raises:
        UnknownName, ModelError: the model is not here.
        TemplateError: the template is not here, or not what it was.
    """

    def __init__(self, config: Config, run: RunResult, dataset: Dataset) -> None:
        self._dataset = dataset
        self._listwise = any(KINDS[kind].lists_candidates for kind in template_kinds(run.spec.ranker))
        self._counter = DryRunEngine.of(_configured_model(config, run))
        system = System(
            # It writes the same prompts, and what is taken off afterwards may be gone by now.
            run.spec.ranker.replace(ListwisePrior.name, ListwiseLabels.name),
            engine=self._counter,
            template=config.template,
            templates=config.templates,
            retrieve=config.retrieve,
            retriever=config.retriever,
            seed=config.seed,
        )
        for template, stamp in zip(system.prompt_templates(dataset), run.spec.templates, strict=True):
            if template.sha256 != stamp.sha256:
                raise TemplateError("template-changed-since", name=template.name)
        self._recommender: Recommender = system.open(dataset)

    def prompts(self, query: Query, ranking: Ranking, right: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """What a prompt is about, and its text, cut where it is very long."""
        for dataset_summary, request in self._requests(query, ranking, right):
            prompt = first_prompt(self._recommender, self._counter, request)
            if prompt:  # nothing is asked about a person of whom nothing is known
                yield dataset_summary, _truncate(prompt)

    def _requests(self, query: Query, ranking: Ranking, right: tuple[str, ...]) -> Iterator[tuple[str, RankRequest]]:
        """The requests whose prompts tell most: of all candidates, or of the first and of the best right one."""
        given = next((r for r in self._dataset.requests if r.query.query_id == query.query_id), None)
        candidates = given.candidates if given else tuple(self._dataset.catalog[i] for i in ranking.item_ids)
        if self._listwise:
            yield "The prompt", RankRequest(query, candidates)
            return
        first = ranking.item_ids[:1]
        shown = {item.item_id for item in candidates}
        missed = [item_id for item_id in right if item_id in shown and item_id not in first][:1]
        for dataset_summary, ids in (("Prompt of the first item", first), ("Prompt of the best right item", missed)):
            for item_id in ids:
                item = self._dataset.catalog[item_id]
                yield f"{dataset_summary}, {item.title}", RankRequest(query, (item,))


def _configured_model(config: Config, run: RunResult) -> str:
    """What the configuration calls the run's model: its name or its folder."""
    name = run.spec.model or ""
    return next((model for model in config.models if Path(model).name == name), name)


def _truncate(prompt: str) -> str:
    left_out = len(prompt) - MAX_CHARACTERS
    return prompt if left_out <= 0 else f"{prompt[:MAX_CHARACTERS]}\n[{left_out:,} more letters are not shown here]"
