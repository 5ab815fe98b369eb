"""Base of the rankers that combine other rankers: one result from the members' rankings."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.messages import Reason, reason
from promptrec.rank.base import Ranker
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder, build_rankings


class CompositeRanker(ABC):
    """Ranker made of others. Its scores have its `name`, beside those of its members."""

    def __init__(self, name: str, members: Sequence[Ranker], seed: int = 0) -> None:
        self.name = name
        self.reads_query = any(member.reads_query for member in members)
        self._seed = seed

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [ResultBuilder(request) for request in requests]
        rankings = self.score(evidence, engine)
        refs = tuple(dict.fromkeys(ref for ranking in rankings for ref in ranking.templates))
        seconds = time.perf_counter() - started
        return build_rankings(evidence, self.name, self._seed, refs, engine if refs else None, seconds=seconds)

    @abstractmethod
    def score(self, evidence: Sequence[ResultBuilder], engine: Engine | None) -> Iterable[Ranking]:
        """Score the candidates of each request from the members' rankings, and return those."""


def add_scores(e: ResultBuilder, ranking: Ranking) -> None:
    """Add the scores, truncations and cost of a member's ranking."""
    e.usage += ranking.usage
    e.truncations.update(dict.fromkeys(ranking.truncations))
    for item in ranking.items:
        e.scores.setdefault(item.item_id, {}).update(item.scores)


def add_ranking(e: ResultBuilder, ranking: Ranking) -> None:
    """Add the scores, truncations and cost of a member's ranking, and what its status says of its order."""
    add_scores(e, ranking)
    if ranking.status == "failed":
        e.errors.append(reason("reason-of", name=ranking.ranker, why=ranking.reason))
    elif ranking.status == "fallback":
        e.status = "repaired"
        why = Reason(*ranking.reason.messages[:1])  # the others describe an order that is not used
        e.notes.append(reason("gave-no-order", ranker=ranking.ranker, why=why))
    elif ranking.status != "ok":
        e.status = "repaired"
        e.notes.append(reason("reason-of", name=ranking.ranker, why=ranking.reason))
