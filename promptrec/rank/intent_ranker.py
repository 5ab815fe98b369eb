"""Ranker that obeys what a query requires: it filters the candidates, has them ranked, and orders them by fit."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from promptrec.data.catalog import Catalog
from promptrec.data.intent import Constraint, Intent
from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine, Usage
from promptrec.intent.filters import Names, refused_values
from promptrec.intent.reader import READER, with_intent
from promptrec.intent.selection import Selection, select
from promptrec.intent.settings import NO_SETTINGS, IntentSettings
from promptrec.messages import reason
from promptrec.rank.base import Ranker
from promptrec.rank.model_reader import ModelReader
from promptrec.rank.ordering import DECIMALS
from promptrec.rank.ranking import RankedItem, Ranking

# What a soft constraint that an item violates takes from its score, in standard deviations of the ranking's scores.
SOFT_PENALTY = 1.0


class IntentRanker:
    """Reads the intent of each query, unless it has one, and lets a member rank what it allows.

    The candidates come back as `Selection` orders them: those that fit, those whose value is unknown, those that
    violate what had to be relaxed. Only an allergen removes a candidate.
    """

    def __init__(
        self,
        member: Ranker,
        seed: int = 0,
        settings: IntentSettings = NO_SETTINGS,
        catalog: Catalog | None = None,
        *,
        by_model: bool = False,
        adapter: str | None = None,
    ) -> None:
        self.name = member.name
        self.reads_query = member.reads_query
        self.member = member
        self._seed = seed
        self._settings = settings
        self._catalog = catalog
        self._by_model = by_model
        self._adapter = adapter

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        read, usages = self._read(requests, engine)
        selections = [_selection(request, self._settings.columns) for request in read]
        allowed = [
            _allowed(request, selection, _certain(request, self._catalog))
            for request, selection in zip(read, selections, strict=True)
        ]
        ranked = self.member.rank([request for request in allowed if request.candidates], engine)
        rankings = iter(ranked)
        return [
            _arranged(next(rankings) if request.candidates else _empty(original, self), original, selection, usage)
            for request, original, selection, usage in zip(allowed, read, selections, usages, strict=True)
        ]

    def _read(self, requests: Sequence[RankRequest], engine: Engine | None) -> tuple[list[RankRequest], list[Usage]]:
        """The requests with their intents, and what reading each cost. An intent that was given stays as it is."""
        usages = [Usage() for _ in requests]
        queries = [with_intent(request.query, self._settings) for request in requests]
        if self._by_model and engine is not None:
            by_rules = [n for n, q in enumerate(queries) if q.intent and q.intent.reader == READER]
            reader = ModelReader(engine, self._settings, self._adapter)
            read = reader.read([queries[n].preferences for n in by_rules])
            for n, (intent, usage) in zip(by_rules, read, strict=True):
                queries[n], usages[n] = queries[n].model_copy(update={"intent": intent}), usage
        return [replace(request, query=query) for request, query in zip(requests, queries, strict=True)], usages


def _selection(request: RankRequest, names: Names) -> Selection:
    intent = request.query.intent
    if not intent or not (intent.constraints or intent.dislikes):
        return Selection(request.candidates)
    return select(request.candidates, intent, len(request.candidates), names)


def _certain(request: RankRequest, catalog: Catalog | None) -> Collection[str]:
    """Texts of the dislikes that a column answers for every candidate, so that texts need not be compared with them.

    Of a catalogue, since the candidates that are left may have no such value any more.
    """
    intent = request.query.intent
    if not intent or not intent.dislikes:
        return ()
    known = catalog is not None and all(i.item_id in catalog and catalog[i.item_id] is i for i in request.candidates)
    filters = refused_values(intent.dislikes, catalog if known and catalog is not None else request.candidates)
    return [f.constraint.text for f in filters if all(f.meets(item) is not None for item in request.candidates)]


def _allowed(request: RankRequest, selection: Selection, certain: Collection[str]) -> RankRequest:
    """The request for the items that are left, with the intent that is left to the texts.

    Constraints that no column answers stay words of the likes. Dislikes that a column answers are no more compared
    with texts, unless they are all that is known.
    """
    intent = request.query.intent
    if not intent or not (intent.constraints or intent.dislikes):
        return replace(request, candidates=selection.items)
    dislikes = tuple(c for c in intent.dislikes if not intent.likes or c.text not in certain)
    bound = set(selection.bound)
    unbound = [constraint for constraint in intent.constraints if constraint not in bound]
    likes = sorted((*intent.likes, *unbound), key=lambda clause: (clause.start is None, clause.start))
    answered = tuple(constraint for constraint in intent.constraints if constraint in bound)
    changed = {"likes": tuple(likes), "dislikes": dislikes, "constraints": answered}
    effective: Intent | Literal[False] = intent.model_copy(update=changed)
    if not answered and not intent.dislikes:
        effective = False  # nothing is taken out of the words
    return replace(request, query=request.query.model_copy(update={"intent": effective}), candidates=selection.items)


def _arranged(ranking: Ranking, request: RankRequest, selection: Selection, usage: Usage) -> Ranking:
    """The ranking in the order of the selection's tiers, with what was read, at what cost, and what was done."""
    update: dict[str, object] = {"intent": request.query.intent or None, "filters": selection.filters}
    update["usage"] = ranking.usage + usage
    if selection.tiers:
        scores = [item.score for item in ranking.items if item.score is not None]
        penalty = SOFT_PENALTY * (float(np.std(scores)) or 1.0) if scores else 0.0
        judged = [_judged(item, selection, ranking.ordered_by, penalty) for item in ranking.items]
        soft = {item_id: sum(not c.hard for c in found) for item_id, found in selection.violations.items()}
        # Rounded as everywhere, so that ties stay in the member's order.
        judged.sort(key=lambda i: (i.tier, i.score is None, -round(i.score or 0.0, DECIMALS), soft[i.item_id]))
        update["items"] = tuple(item.model_copy(update={"rank": n}) for n, item in enumerate(judged, start=1))
    return ranking.model_copy(update=update)


def _judged(item: RankedItem, selection: Selection, ordered_by: str | None, penalty: float) -> RankedItem:
    violated = selection.violations[item.item_id]
    update: dict[str, object] = {
        "tier": selection.tiers[item.item_id],
        "violates": _labels(violated),
        "unknown": _labels(selection.unknown[item.item_id]),
    }
    lost = penalty * sum(not constraint.hard for constraint in violated)
    if lost and item.score is not None and ordered_by is not None:
        score = item.score - lost
        update |= {"score": score, "scores": {**item.scores, ordered_by: score}}
    return item.model_copy(update=update)


def _labels(constraints: Sequence[Constraint]) -> tuple[str, ...]:
    return tuple(constraint.label for constraint in constraints)


def _empty(request: RankRequest, ranker: IntentRanker) -> Ranking:
    """A ranking without items: an allergen removed every candidate."""
    return Ranking(query_id=request.query.query_id, status="failed", reason=reason("nothing-fits"), ranker=ranker.name)
