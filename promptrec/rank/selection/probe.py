"""`auto`: what a model can be asked, measured on pairs of words and items before any way of ranking is trusted.

The pairs come with promptrec in English and Chinese: what a person wants, and the one thing that fits. Each person
ranks it among things that fit others, so chance is AUC .5, and nothing of the user's own data is touched.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, FiniteFloat

from promptrec.engine.base import Engine
from promptrec.errors import MissingExtra, ModelError, UnknownName
from promptrec.rank.base import Ranker, Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.fusion.ensemble import member_scores, standardised
from promptrec.rank.ordering import shuffled
from promptrec.rank.ranking import Ranking
from promptrec.rank.selection.probe_data import OTHERS, Pairs
from promptrec.template.kinds import KINDS
from promptrec.template.loader import load_template

# The ways of ranking that one cheap reading allows; each is a line of the table that is printed.
PROBED = ("query-likelihood", "item-pmi", "yes-no", "graded", "listwise-labels", "embedding")


class ProbeRow(BaseModel):
    """How one way of ranking did.

    auc: mean over people of the share of other items below the right one, ties half; None where it could not be
    measured, for `reason`. low: one-sided 95 % bound of that mean. prompt_tokens: for each candidate. first_slot: how
    often the item shown first came first, over chance. yes: share of pairs that got a yes before calibration. gain: of
    another way with something taken off, the one-sided 95 % bound of how much greater its AUC is than that one's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranker: str
    auc: FiniteFloat | None = None
    low: FiniteFloat | None = None
    prompt_tokens: FiniteFloat = 0.0
    seconds: FiniteFloat = 0.0
    first_slot: FiniteFloat | None = None
    yes: FiniteFloat | None = None
    gain: FiniteFloat | None = None
    reason: str = ""


@dataclass(frozen=True)
class Measured:
    """A row, and the standardised scores of each person's candidates by item ID."""

    row: ProbeRow
    scores: tuple[Mapping[str, float], ...] = ()


def measure_ranker(ranker: Ranker, engine: Engine | None, pairs: Pairs) -> Measured:
    """One way of ranking on the pairs, its random draws by the pairs' seed."""
    name = ranker.name
    rankings = ranker.rank(pairs.requests, engine)
    failed = next((r.reason for r in rankings if r.status == "failed"), None)
    if failed is not None:
        return Measured(ProbeRow(ranker=name, reason=failed))
    scores = tuple(standardised(member_scores(ranking)) for ranking in rankings)
    areas = shares_below(pairs, scores)
    listwise = any(KINDS[kind].lists_candidates for kind in template_kinds(name))
    reads = sum(len(request.candidates) for request in pairs.requests)
    row = ProbeRow(
        ranker=name,
        auc=statistics.fmean(areas),
        low=least(areas),
        prompt_tokens=sum(r.usage.prompt_tokens - r.usage.cached_tokens for r in rankings) / reads,
        seconds=sum(r.usage.seconds for r in rankings),
        first_slot=_first_slot(rankings, pairs) if listwise else None,
        yes=_yes_rate(rankings) if name == "yes-no" else None,
    )
    return Measured(row, scores)


def least(values: Sequence[float]) -> float:
    """The one-sided 95 % bound below a mean, by the normal distribution."""
    return statistics.fmean(values) - 1.645 * statistics.stdev(values) / math.sqrt(len(values))


def shares_below(pairs: Pairs, scores: Sequence[Mapping[str, float]]) -> list[float]:
    """For each person the share of other items below the right one, equals counted half; no score is below any."""
    out = []
    for request, by_item in zip(pairs.requests, scores, strict=True):
        right = pairs.right[request.query.query_id]
        mark = by_item.get(right, -math.inf)
        others = [by_item.get(i.item_id, -math.inf) for i in request.candidates if i.item_id != right]
        out.append(statistics.fmean((mark > other) + (mark == other) / 2 for other in others))
    return out


def measure(
    name: str, engine: Engine, pairs: Pairs, language: str, encoder: str, adapter: str | None = None
) -> Measured:
    """The way of ranking of a name on the pairs. One that cannot be measured has a row that says why."""
    try:
        templates = {kind: load_template(f"general/{language}", kind=kind) for kind in template_kinds(name)}
        ranker = build_ranker(name, Setup(pairs.catalog, templates, pairs.seed, adapter, encoder))
        return measure_ranker(ranker, engine, pairs)
    except (MissingExtra, ModelError, UnknownName) as error:  # no encoder here; an engine that is dead is no finding
        return Measured(ProbeRow(ranker=name, reason=str(error)))


def _first_slot(rankings: Sequence[Ranking], pairs: Pairs) -> float:
    shown = [shuffled(r.candidates, pairs.seed, r.query.query_id)[0].item_id for r in pairs.requests]
    firsts = [ranking.item_ids[0] == item_id for ranking, item_id in zip(rankings, shown, strict=True)]
    return statistics.fmean(firsts) * (OTHERS + 1)


def _yes_rate(rankings: Sequence[Ranking]) -> float:
    odds = [item.scores["log-odds"] for ranking in rankings for item in ranking.items if "log-odds" in item.scores]
    return statistics.fmean(value > 0 for value in odds) if odds else 0.0
