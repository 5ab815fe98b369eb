"""Ensemble, `A+B` or `.7*A+.3*B`: weighted sum of the members' standardised scores.

Each member's scores are standardised over the candidates of each request, z = (score - mean) / standard deviation, so
that nats, cosines and log-odds can be added (CombSUM, Fox and Shaw 1994). Equal weights need no labels.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from promptrec.engine.base import Engine
from promptrec.messages import Reason, reason
from promptrec.rank.base import Ranker
from promptrec.rank.fusion.base import CompositeRanker, add_ranking
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder


class Ensemble(CompositeRanker):
    """Weighted sum of rankers. Where a member fails, the sum is that of the others, and the ranking says so."""

    def __init__(
        self, name: str, members: Sequence[Ranker], seed: int = 0, weights: Sequence[float] | None = None
    ) -> None:
        super().__init__(name, members, seed)
        self._members = tuple(members)
        self._weights = tuple(weights or [1.0] * len(members))

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine | None) -> list[Ranking]:
        """See `CompositeRanker.score`."""
        found = [member.rank([e.request for e in evidence], engine) for member in self._members]
        for place, e in enumerate(evidence):
            for rankings in found:
                add_ranking(e, rankings[place])
            total = weighted_sum([standardise(member_scores(rankings[place])) for rankings in found], self._weights)
            for item_id, score in total.items():
                e.scores.setdefault(item_id, {})[self.name] = score
            if not total and not e.errors:
                e.status = "fallback"
            if total and e.errors:
                e.status = "repaired"
                e.notes.append(reason("without-rankers", why=Reason(*e.errors)))
        return [ranking for rankings in found for ranking in rankings]


def member_scores(ranking: Ranking) -> dict[str, float]:
    """The scores named after the ranker, by item ID: without items it could not read, empty for a fallback."""
    name = ranking.ranker
    return {item.item_id: item.scores[name] for item in ranking.items if name in item.scores}


def weighted_sum(scores: Sequence[Mapping[str, float]], weights: Sequence[float]) -> dict[str, float]:
    """Weighted sum of several scores by item ID; a missing score adds nothing."""
    total: dict[str, float] = {}
    for by_item, weight in zip(scores, weights, strict=True):
        for item_id, z in by_item.items():
            total[item_id] = total.get(item_id, 0.0) + weight * z
    return total


def standardise(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores with mean 0 and standard deviation 1; all 0 where they are all equal."""
    values = np.array(list(scores.values()))
    spread = float(values.std()) if len(values) else 0.0
    if spread == 0:
        return dict.fromkeys(scores, 0.0)
    return {item_id: float((value - values.mean()) / spread) for item_id, value in scores.items()}
