"""Dislikes: an item's score for what a person likes, less a weight times its score for what they refuse.

A ranker that reads "curry, but not Indian" as one text ranks Indian curries first: they have all its words. Here the
ranker scores the likes alone, and each dislike as a query of its own; the scores for a dislike are standardised over
the candidates, and the largest is subtracted, in standard deviations of the scores for the likes. This is Rocchio's
rule (1971) with the negative part spoken by the person.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from promptrec.data.intent import Clause
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import Ranker
from promptrec.rank.fusion.ensemble import member_scores, standardise
from promptrec.rank.ordering import best_first
from promptrec.rank.ranking import RankedItem, Ranking

# Standard deviations of the likes' scores that one of the largest dislike costs. On recipe_mpr_dev .5 to 1.0 are within
# noise of one another for embedding and query-likelihood (eval/LOG.md, 2026-11-30).
WEIGHT = 0.75
# Dislikes that are read one by one; further ones are read together with the last.
MOST_DISLIKES = 6


class SubtractDislikes:
    """Ranker that subtracts what its member finds of a query's dislikes.

    Queries without dislikes or constraints go to the member as they are. Scores keep the member's name and unit, and
    those of the likes alone are beside them as `NAME-likes`, those of the dislikes as `NAME-dislikes`.
    """

    def __init__(self, member: Ranker, seed: int = 0) -> None:
        self.name = member.name
        self.reads_query = member.reads_query
        self._member = member
        self._seed = seed

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        parts = [split(request) for request in requests]
        ranked = iter(self._member.rank([part for those in parts for part in those], engine))
        out = []
        for request, those in zip(requests, parts, strict=True):
            liked, *disliked = [next(ranked) for _ in those]
            out.append(self._subtracted(request, liked, disliked, likes=bool(those[0].query.preferences)))
        return out

    def _subtracted(self, request: RankRequest, liked: Ranking, disliked: Sequence[Ranking], *, likes: bool) -> Ranking:
        usage = sum((ranking.usage for ranking in disliked), liked.usage)
        truncations = tuple(dict.fromkeys(t for ranking in (liked, *disliked) for t in ranking.truncations))
        base = member_scores(liked)
        against = _largest([standardise(member_scores(ranking)) for ranking in disliked])
        if not base or not against:
            return liked.model_copy(update={"usage": usage, "truncations": truncations})
        spread = float(np.std(list(base.values()))) or 1.0
        total = {
            item_id: (score if likes else 0.0) - WEIGHT * spread * against.get(item_id, 0.0)
            for item_id, score in base.items()
        }
        order, ties = best_first(request.candidates, total, self._seed)
        known = {item.item_id: item for item in liked.items}
        items = tuple(self._item(known[item.item_id], rank, total, against) for rank, item in enumerate(order, start=1))
        return liked.model_copy(
            update={"items": items, "ties": ties, "usage": usage, "truncations": truncations, "ordered_by": self.name}
        )

    def _item(
        self, item: RankedItem, rank: int, total: Mapping[str, float], against: Mapping[str, float]
    ) -> RankedItem:
        scores = dict(item.scores)
        if item.item_id in total:
            scores |= {f"{self.name}-likes": scores[self.name], f"{self.name}-dislikes": against.get(item.item_id, 0.0)}
            scores[self.name] = total[item.item_id]
        return item.model_copy(update={"rank": rank, "score": total.get(item.item_id), "scores": scores})


def split(request: RankRequest) -> list[RankRequest]:
    """The request for the likes alone, then one for each dislike; the request itself where nothing was read."""
    query = request.query
    if not query.intent or (query.wanted == query.preferences and not query.intent.dislikes):
        return [request]
    likes = query.model_copy(update={"preferences": query.wanted, "intent": False})
    dislikes = [
        Query(query_id=query.query_id, preferences=words, intent=False) for words in _read_alone(query.intent.dislikes)
    ]
    return [RankRequest(each, request.candidates, request.retrieved) for each in (likes, *dislikes)]


def _read_alone(dislikes: Sequence[Clause]) -> list[str]:
    words = list(dict.fromkeys(clause.text for clause in dislikes))
    head, rest = words[: MOST_DISLIKES - 1], words[MOST_DISLIKES - 1 :]
    return [*head, ", ".join(rest)] if rest else head


def _largest(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    largest: dict[str, float] = {}
    for by_item in scores:
        for item_id, score in by_item.items():
            largest[item_id] = max(score, largest.get(item_id, score))
    return largest
