"""Probe: the AUC of cheap rankers with a model, measured on bundled pairs of a query and the one item that fits it.

Each relevant item is ranked among items that fit other queries, so chance is AUC .5. No data of the user is read.
"""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import FiniteFloat

from promptrec.data.record import Record
from promptrec.engine.base import Engine
from promptrec.errors import MissingExtra, ModelError, UnknownName
from promptrec.messages import Reason
from promptrec.rank.base import Ranker, Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.fusion.ensemble import member_scores, standardise
from promptrec.rank.ordering import seeded_order
from promptrec.rank.probe_data import OTHERS, Pairs
from promptrec.rank.ranking import Ranking
from promptrec.template.kinds import KINDS
from promptrec.template.loader import load_template

# Rankers that are measured.
PROBED = ("query-likelihood", "item-pmi", "yes-no", "graded", "listwise-labels", "embedding")


class ProbeRow(Record):
    """Measurements of one ranker."""

    ranker: str
    auc: FiniteFloat | None = None
    """Mean over queries of the share of other items below the relevant one, ties half; None if not measured."""
    low: FiniteFloat | None = None
    """Lower one-sided 95 % bound of `auc`."""
    prompt_tokens: FiniteFloat = 0.0
    """Tokens per candidate that no cache held."""
    seconds: FiniteFloat = 0.0
    first_position: FiniteFloat | None = None
    """How often the item shown first came first, divided by chance; of rankers that list candidates."""
    yes: FiniteFloat | None = None
    """Share of pairs with more yes than no before calibration; of `yes-no`."""
    gain: FiniteFloat | None = None
    """Lower one-sided 95 % bound of the gain in AUC over the plain ranker; of mean-centred variants."""
    reason: Reason = Reason()
    """Why it was not measured."""


@dataclass(frozen=True)
class ProbeResult:
    """A row of the table, and the standardised scores of each query's candidates by item ID."""

    row: ProbeRow
    scores: tuple[Mapping[str, float], ...] = ()


def measure_ranker(ranker: Ranker, engine: Engine | None, pairs: Pairs) -> ProbeResult:
    """Measure a ranker on the pairs."""
    name = ranker.name
    rankings = ranker.rank(pairs.requests, engine)
    failed = next((r.reason for r in rankings if r.status == "failed"), None)
    if failed is not None:
        return ProbeResult(ProbeRow(ranker=name, reason=failed))
    scores = tuple(standardise(member_scores(ranking)) for ranking in rankings)
    areas = shares_below(pairs, scores)
    kind = getattr(ranker, "template_kind", None)
    reads = sum(len(request.candidates) for request in pairs.requests)
    row = ProbeRow(
        ranker=name,
        auc=statistics.fmean(areas),
        low=lower_bound(areas),
        prompt_tokens=sum(r.usage.prompt_tokens - r.usage.cached_tokens for r in rankings) / reads,
        seconds=sum(r.usage.seconds for r in rankings),
        first_position=_first_position(rankings, pairs) if kind and KINDS[kind].lists_candidates else None,
        yes=_yes_rate(rankings) if name == "yes-no" else None,
    )
    return ProbeResult(row, scores)


def lower_bound(values: Sequence[float]) -> float:
    """Lower one-sided 95 % bound of a mean, by the normal distribution."""
    return statistics.fmean(values) - 1.645 * statistics.stdev(values) / math.sqrt(len(values))


def shares_below(pairs: Pairs, scores: Sequence[Mapping[str, float]]) -> list[float]:
    """For each query the share of other items below the relevant one, ties half; a missing score is below any."""
    out = []
    for request, by_item in zip(pairs.requests, scores, strict=True):
        right = pairs.right[request.query.query_id]
        mark = by_item.get(right, -math.inf)
        others = [by_item.get(i.item_id, -math.inf) for i in request.candidates if i.item_id != right]
        out.append(statistics.fmean((mark > other) + (mark == other) / 2 for other in others))
    return out


def measure(
    name: str, engine: Engine, pairs: Pairs, language: str, encoder: str, adapter: str | None = None
) -> ProbeResult:
    """Measure the ranker of a name on the pairs; one that cannot be measured has a row with the reason.

    Args:
        name: expression of the ranker.
        engine: of the model.
        pairs: to rank.
        language: of the prompts.
        encoder: name or folder of the text encoder.
        adapter: folder of a LoRA adapter to read with.
    """
    try:
        templates = {kind: load_template(f"general/{language}", kind=kind) for kind in template_kinds(name)}
        ranker = build_ranker(name, Setup(pairs.catalog, templates, pairs.seed, adapter, encoder, intent=False))
        return measure_ranker(ranker, engine, pairs)
    except (MissingExtra, ModelError, UnknownName) as error:  # no encoder here; an engine that is dead is no finding
        return ProbeResult(ProbeRow(ranker=name, reason=error.reason))


def _first_position(rankings: Sequence[Ranking], pairs: Pairs) -> float:
    shown = [seeded_order(r.candidates, pairs.seed, r.query.query_id)[0].item_id for r in pairs.requests]
    firsts = [ranking.item_ids[0] == item_id for ranking, item_id in zip(rankings, shown, strict=True)]
    return statistics.fmean(firsts) * (OTHERS + 1)


def _yes_rate(rankings: Sequence[Ranking]) -> float:
    odds = [item.scores["log-odds"] for ranking in rankings for item in ranking.items if "log-odds" in item.scores]
    return statistics.fmean(value > 0 for value in odds) if odds else 0.0
