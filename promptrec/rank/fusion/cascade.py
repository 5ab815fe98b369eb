"""Cascade, `A:m:B`: a cheap ranker selects the best m candidates, a better one reranks them.

The cost of B grows with m, not with the number of candidates. The other candidates follow in the order of A.
"""

from collections.abc import Sequence

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.messages import reason
from promptrec.rank.base import Ranker
from promptrec.rank.fusion.base import CompositeRanker, add_ranking
from promptrec.rank.fusion.ensemble import member_scores
from promptrec.rank.ordering import rank_scores
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder


class Cascade(CompositeRanker):
    """Reranking of a shortlist. Scores are rank scores, see `rank_scores`."""

    def __init__(self, name: str, first: Ranker, keep: int, then: Ranker, seed: int = 0) -> None:
        super().__init__(name, (first, then), seed)
        self._first, self._keep, self._then = first, keep, then

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine | None) -> list[Ranking]:
        """See `CompositeRanker.score`."""
        first = self._first.rank([e.request for e in evidence], engine)
        usable = [n for n, ranking in enumerate(first) if ranking.status != "failed"]
        shortlists = [_shortlist(evidence[n].request, first[n], self._keep) for n in usable]
        second = dict(zip(usable, self._then.rank(shortlists, engine) if shortlists else [], strict=True))
        for n, e in enumerate(evidence):
            add_ranking(e, first[n])
            if n in second:
                add_ranking(e, second[n])
                self._merge(e, first[n], second[n])
        return [*first, *second.values()]

    def _merge(self, e: ResultBuilder, first: Ranking, second: Ranking) -> None:
        """Score the shortlist in the second stage's order, then the other candidates in the first stage's."""
        shortlist, top = set(second.item_ids), second.tie_groups()
        if not member_scores(second):
            shortlist, top = set(), ()
            e.status = "fallback"
            e.notes.append(reason("order-of-first-stage", first=first.ranker, second=second.ranker, why=second.reason))
        rest = [[i for i in group if i not in shortlist] for group in first.tie_groups()]
        items = {item.item_id: item for item in e.request.candidates}
        for item_id, score in rank_scores([[items[i] for i in group] for group in (*top, *rest)]).items():
            e.scores.setdefault(item_id, {})[self.name] = score


def _shortlist(request: RankRequest, ranking: Ranking, keep: int) -> RankRequest:
    items = {item.item_id: item for item in request.candidates}
    return RankRequest(request.query, tuple(items[i] for i in ranking.item_ids[:keep]), request.retrieved)
