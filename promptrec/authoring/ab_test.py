"""A/B test of two templates on a dataset, with the evidence that one is better than the other."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from promptrec.authoring.run_tests import rank_with
from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.data.record import Record
from promptrec.engine.base import Engine
from promptrec.errors import InputError
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.metrics.ranking import mean_of_defined, measure, parse_metric
from promptrec.evaluate.results import none_if_nan
from promptrec.evaluate.stats.comparison import Comparison, compare
from promptrec.messages import Reason, message, reason
from promptrec.rank.ranking import Ranking
from promptrec.retrieve.candidates import retrieve_candidates, with_titles
from promptrec.template.template import Template

# People ranked between two signs of progress.
BATCH = 16
CANDIDATES = 50


class Side(Record):
    """The results of one of the two templates."""

    name: str
    sha256: str
    kind: str
    mean: float | None
    """Of the metric over people; None if it is defined for nobody."""
    prompt_tokens: int
    """Prompt tokens read for all people together."""
    failed: int
    """Rankings that the model did not make."""
    first_failure: Reason = Reason()
    """The query ID and the reason of the first of these; empty if there is none."""


class Verdict(Record):
    """The comparison of two templates."""

    dataset: str
    people: int
    metric: str
    sides: tuple[Side, Side]
    comparison: Comparison
    better: str | None
    """The name of the better template; None where no difference is shown."""
    conclusion: str
    """The result in a sentence."""


def compare_templates(
    a: Template,
    b: Template,
    dataset: Dataset,
    engine: Engine,
    *,
    metric: str = "ndcg@10",
    limit: int | None = None,
    seed: int = 0,
    on_progress: Callable[[int], None] = lambda people: None,
) -> Verdict:
    """Rank for the same people with both templates, and compare the metric person by person.

    Args:
        a: one template.
        b: another, of the same way of ranking or not.
        dataset: with judgements. Where it gives no candidates, BM25 picks 50 for each person.
        engine: reads both.
        metric: what is compared.
        limit: the first so many people; None: all.
        seed: of ties, labels and resampling.
        on_progress: called with how many of the 2 x people rankings are made.

    Raises:
        InputError: nobody to rank for, or the two templates are one file.
        UnknownName: no such metric.
    """
    names = (a.name, b.name) if a.name != b.name else (a.path, b.path)
    if names[0] == names[1]:
        raise InputError("template-compared-with-itself", name=names[0])
    # What is asked for wrongly is said before the first hour of ranking, not after.
    parse_metric(metric)
    rankers = [rank_with(template, engine, dataset.catalog, seed) for template in (a, b)]
    requests = _requests(dataset, limit)
    values, sides, ranked = [], [], 0
    for template, name, rank in zip((a, b), names, rankers, strict=True):
        by_query: dict[str, float] = {}
        rankings: list[Ranking] = []
        for start in range(0, len(requests), BATCH):
            batch = rank(requests[start : start + BATCH])
            rankings += batch
            ranked += len(batch)
            on_progress(ranked)
        for ranking in rankings:
            relevance = dataset.relevance.get(ranking.query_id, {})
            by_query |= {ranking.query_id: measure(ranking.tie_groups(), relevance, (metric,))[metric]}
        values.append({metric: by_query})
        sides.append(_side(template, name, rankings, list(by_query.values())))
    found = compare(values[0], values[1], (metric,), names=names, seed=seed)
    return Verdict(
        dataset=dataset.name,
        people=len(requests),
        metric=metric,
        sides=(sides[0], sides[1]),
        comparison=found,
        better=found.contrasts[metric].better,
        conclusion=found.verdict(metric),
    )


def _requests(dataset: Dataset, limit: int | None) -> list[RankRequest]:
    if dataset.candidates_given:
        requests = [
            RankRequest(with_titles(dataset.catalog, given.query)[0], given.candidates, given.retrieved)
            for given in dataset.requests[:limit]
        ]
    else:
        requests = [_retrieved(dataset.catalog, query) for query in dataset.queries[:limit]]
    if not requests:
        raise InputError("no-queries-to-rank", name=dataset.name)
    return requests


def _retrieved(catalog: Catalog, query: Query) -> RankRequest:
    """Candidates for a query, whose intent is left to each template's ranker: their packs may read it otherwise."""
    request = retrieve_candidates(catalog, query, CANDIDATES).request
    return replace(request, query=request.query.model_copy(update={"intent": query.intent}))


def _side(template: Template, name: str, rankings: Sequence[Ranking], values: Sequence[float]) -> Side:
    unranked = [ranking for ranking in rankings if ranking.status not in ("ok", "repaired")]
    return Side(
        name=name,
        sha256=template.sha256,
        kind=template.header.kind,
        mean=none_if_nan(mean_of_defined(values)),
        prompt_tokens=sum(ranking.usage.prompt_tokens for ranking in rankings),
        failed=len(unranked),
        first_failure=_failure(unranked[0]) if unranked else Reason(),
    )


def _failure(ranking: Ranking) -> Reason:
    return reason("reason-of", name=ranking.query_id, why=ranking.reason or message(f"status/{ranking.status}"))
