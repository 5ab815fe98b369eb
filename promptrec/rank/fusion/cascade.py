"""`A:m:B`: a cheap way of ranking cuts the candidates to the best m, a better one puts those in order.

What it costs grows with m, not with the number of candidates. Those that were cut follow in the cheap one's order.
"""

from collections.abc import Sequence

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import Ranker
from promptrec.rank.fusion.base import Combined, add_ranking
from promptrec.rank.fusion.ensemble import member_scores
from promptrec.rank.ordering import places
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder


class Cascade(Combined):
    """A score is the number of candidates an item is ahead of; those that a stage cannot tell apart share theirs."""

    def __init__(self, name: str, first: Ranker, keep: int, then: Ranker, seed: int = 0) -> None:
        super().__init__(name, (first, then), seed)
        self._first, self._keep, self._then = first, keep, then

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine | None) -> list[Ranking]:
        """See `Combined.gather`."""
        cut = self._first.rank([e.request for e in evidence], engine)
        going = [n for n, ranking in enumerate(cut) if ranking.status != "failed"]
        shortlists = [_shortlist(evidence[n].request, cut[n], self._keep) for n in going]
        refined = dict(zip(going, self._then.rank(shortlists, engine) if shortlists else [], strict=True))
        for n, e in enumerate(evidence):
            add_ranking(e, cut[n])
            if n in refined:
                add_ranking(e, refined[n])
                self._score(e, cut[n], refined[n])
        return [*cut, *refined.values()]

    def _score(self, e: ResultBuilder, cut: Ranking, refined: Ranking) -> None:
        """Groups of equals, best first: the shortlist as refined, then the others as they were cut."""
        told = bool(member_scores(refined))
        if not told:
            e.status = "fallback"
            e.notes.append(f"the order is that of {cut.ranker}, because {refined.ranker} gave none: {refined.reason}")
        shortlist = set(refined.item_ids) if told else set()
        rest = [[i for i in group if i not in shortlist] for group in cut.tie_groups()]
        items = {item.item_id: item for item in e.request.candidates}
        groups = [[items[i] for i in group] for group in (*(refined.tie_groups() if told else ()), *rest)]
        for item_id, place in places(groups).items():
            e.scores.setdefault(item_id, {})[self.name] = place


def _shortlist(request: RankRequest, ranking: Ranking, keep: int) -> RankRequest:
    items = {item.item_id: item for item in request.candidates}
    return RankRequest(request.query, tuple(items[i] for i in ranking.item_ids[:keep]), request.retrieved)
