"""`ab`: is one template better than another on a dataset, or is it chance?"""

from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict

from promptrec.authoring.run_tests import rank_with
from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.errors import InputError
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.metrics.ranking import measure, parse_metric
from promptrec.evaluate.stats.comparison import Comparison, compare
from promptrec.rank.ranking import Ranking
from promptrec.retrieve.candidates import retrieve_candidates, with_titles
from promptrec.template.template import Template

# People ranked between two signs of progress.
BATCH = 16
CANDIDATES = 50


class Side(BaseModel):
    """One of the two templates.

    prompt_tokens: read for all people. failed: rankings that the model did not make. first_failure: whose was the
    first of them, and why; empty where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str
    kind: str
    mean: float | None
    prompt_tokens: int
    failed: int
    first_failure: str = ""


class Verdict(BaseModel):
    """What may be said of two templates. better: the name of the better one, None where no difference is shown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    people: int
    metric: str
    sides: tuple[Side, Side]
    comparison: Comparison
    better: str | None
    said: str


def compare_templates(
    a: Template,
    b: Template,
    dataset: Dataset,
    engine: Engine,
    *,
    metric: str = "ndcg@10",
    limit: int | None = None,
    seed: int = 0,
    done: Callable[[int], None] = lambda people: None,
) -> Verdict:
    """Rank the same people with both templates, and compare them person by person.

    Args:
        a: one template.
        b: another, of the same way of ranking or not.
        dataset: with judgements. Where it gives no candidates, BM25 picks 50 for each person.
        engine: reads both.
        metric: what is compared.
        limit: the first so many people; None: all.
        seed: of ties, labels and resampling.
        done: is told how many of the 2 x people rankings are made.

    Raises:
        InputError: nobody to rank for, or the two templates are one file.
        UnknownName: no such metric.
    """
    names = (a.name, b.name) if a.name != b.name else (a.path, b.path)
    if names[0] == names[1]:
        raise InputError(f"{names[0]} is compared with itself: name two templates")
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
            done(ranked)
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
        said=found.verdict(metric),
    )


def _requests(dataset: Dataset, limit: int | None) -> list[RankRequest]:
    if dataset.candidates_given:
        requests = [
            RankRequest(with_titles(dataset.catalog, given.query)[0], given.candidates, given.retrieved)
            for given in dataset.requests[:limit]
        ]
    else:
        requests = [
            retrieve_candidates(dataset.catalog, query, CANDIDATES).request for query in dataset.queries[:limit]
        ]
    if not requests:
        raise InputError(f"{dataset.name} has nobody to rank for")
    return requests


def _side(template: Template, name: str, rankings: Sequence[Ranking], values: Sequence[float]) -> Side:
    defined = [value for value in values if value == value]  # NaN: nothing was right for that person
    unranked = [ranking for ranking in rankings if ranking.status not in ("ok", "repaired")]
    return Side(
        name=name,
        sha256=template.sha256,
        kind=template.header.kind,
        mean=sum(defined) / len(defined) if defined else None,
        prompt_tokens=sum(ranking.usage.prompt_tokens for ranking in rankings),
        failed=len(unranked),
        first_failure=f"{unranked[0].query_id}: {unranked[0].reason or unranked[0].status}" if unranked else "",
    )
