"""Dislikes: an item's score for what a person likes, less a weight times its score for what they refuse.

A ranker that reads "curry, but not Indian" as one text ranks Indian curries first: they have all its words. Here the
ranker scores the likes alone, and each dislike as a query of its own; the scores for a dislike are standardised over
the candidates, and the largest is subtracted, in standard deviations of the scores for the likes. This is Rocchio's
rule (1971) with the negative part spoken by the person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from promptrec.data.intent import Clause
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine
from promptrec.intent.absence import says_without
from promptrec.messages import Reason, reason
from promptrec.rank.base import Ranker
from promptrec.rank.fusion.ensemble import member_scores, standardise
from promptrec.rank.ordering import best_first
from promptrec.rank.ranking import Ranking

# Standard deviations of the likes' scores that one of the largest dislike costs. Chosen on recipe_mpr_dev, where its
# gain was measured too (eval/LOG.md, 2026-11-30).
WEIGHT = 0.75
# Standard deviations by which an item whose own text says that it is without what is refused is less like it than the
# item that is least like it otherwise: it answers the person, which an item that is silent does not.
WITHOUT = 1.5
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
        ranked = iter(self._member.rank([part for those in parts for part in those.requests], engine))
        out = []
        for request, those in zip(requests, parts, strict=True):
            liked = next(ranked) if those.likes else None
            disliked = [next(ranked) for _ in those.dislikes]
            against = [_against(part, ranking) for part, ranking in zip(those.dislikes, disliked, strict=True)]
            out.append(self._subtracted(request, liked, disliked, against) if disliked or liked is None else liked)
        return out

    def _subtracted(
        self,
        request: RankRequest,
        liked: Ranking | None,
        disliked: Sequence[Ranking],
        scores: Sequence[Mapping[str, float]],
    ) -> Ranking:
        rankings = [*([liked] if liked else []), *disliked]
        first = rankings[0]
        unread = [ranking for ranking in disliked if not member_scores(ranking)]
        update: dict[str, object] = {
            "usage": sum((ranking.usage for ranking in rankings[1:]), first.usage),
            "truncations": tuple(dict.fromkeys(t for ranking in rankings for t in ranking.truncations)),
        }
        if unread and first.items:
            update["reason"] = Reason(first.reason, reason("dislikes-unread", why=unread[0].reason))
            update["status"] = "repaired" if first.status == "ok" else first.status
        against = _largest(scores)
        base = member_scores(liked) if liked else dict.fromkeys(against, 0.0)
        if base and against:
            update |= self._order(request, first, base, against)
        return first.model_copy(update=update)

    def _order(
        self, request: RankRequest, first: Ranking, base: Mapping[str, float], against: Mapping[str, float]
    ) -> dict[str, object]:
        spread = float(np.std(list(base.values()))) or 1.0
        total = {item_id: score - WEIGHT * spread * against.get(item_id, 0.0) for item_id, score in base.items()}
        order, ties = best_first(request.candidates, total, self._seed)
        known = {item.item_id: item for item in first.items}
        items = []
        for rank, item in enumerate(order, start=1):
            one, scores = known[item.item_id], dict(known[item.item_id].scores)
            if item.item_id in total:
                apart = {f"{self.name}-likes": base, f"{self.name}-dislikes": against, self.name: total}
                scores |= {name: found.get(item.item_id, 0.0) for name, found in apart.items()}
            items.append(one.model_copy(update={"rank": rank, "score": total.get(item.item_id), "scores": scores}))
        return {"items": tuple(items), "ties": ties, "ordered_by": self.name}


@dataclass(frozen=True)
class RequestParts:
    """A request in parts.

    Attributes:
        likes: the request for the likes alone, or as it is where nothing was read; None where nothing is liked.
        dislikes: one for each dislike.
    """

    likes: RankRequest | None
    dislikes: tuple[RankRequest, ...] = ()

    @property
    def requests(self) -> tuple[RankRequest, ...]:
        """All of them, the likes first."""
        return (self.likes, *self.dislikes) if self.likes else self.dislikes


def split(request: RankRequest) -> RequestParts:
    """The request for the likes alone, and one for each dislike; the request itself where nothing is refused.

    Items that were disliked are one dislike together: what a person who liked them would like.
    """
    query = request.query
    known = Query(query_id=query.query_id, history=query.disliked, intent=False)
    against = (replace(request, query=known),) if query.disliked else ()
    if not query.intent or (query.wanted == query.preferences and not query.intent.dislikes):
        return RequestParts(request, against)
    likes = query.model_copy(update={"preferences": query.wanted, "intent": False})
    dislikes = tuple(
        replace(request, query=Query(query_id=query.query_id, preferences=words, intent=False))
        for words in _read_alone(query.intent.dislikes)
    )
    dislikes += against
    if likes.is_empty:
        # Without anything else, the words of the constraints are all that is known.
        literal = replace(request, query=query.model_copy(update={"intent": False}))
        return RequestParts(None, dislikes) if dislikes else RequestParts(literal)
    return RequestParts(replace(request, query=likes), dislikes)


def _read_alone(dislikes: Sequence[Clause]) -> list[str]:
    words = list(dict.fromkeys(clause.text for clause in dislikes))
    head, rest = words[: MOST_DISLIKES - 1], words[MOST_DISLIKES - 1 :]
    return [*head, ", ".join(rest)] if rest else head


def _against(part: RankRequest, ranking: Ranking) -> dict[str, float]:
    """The standardised scores for one dislike; items whose own text says that they are without it are far below.

    "Flourless cake" is more like flour than other cakes are, to any encoder.
    """
    scores = standardise(member_scores(ranking))
    words = part.query.preferences
    if scores and words:  # disliked items have no words
        least = min(scores.values()) - WITHOUT
        for item in part.candidates:
            texts = (item.title, *(value for value in item.fields.values() if isinstance(value, str)))
            if item.item_id in scores and any(says_without(text, words) for text in texts):
                scores[item.item_id] = least
    return scores


def _largest(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    largest: dict[str, float] = {}
    for by_item in scores:
        for item_id, score in by_item.items():
            largest[item_id] = max(score, largest.get(item_id, score))
    return largest
