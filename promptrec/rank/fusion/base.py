"""What rankers made of other rankers share: their members' evidence, gathered into one."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine, Usage
from promptrec.rank.base import Ranker
from promptrec.rank.ranking import Ranking
from promptrec.rank.result_builder import ResultBuilder, build_ranking


class Combined(ABC):
    """See `promptrec.rank.base.Ranker`. `name` is also what its own scores are called."""

    def __init__(self, name: str, members: Sequence[Ranker], seed: int = 0) -> None:
        self.name = name
        self.reads_query = any(member.reads_query for member in members)
        self._seed = seed

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [ResultBuilder(request) for request in requests]
        rankings = self.gather(evidence, engine)
        stamps = tuple(dict.fromkeys(stamp for ranking in rankings for stamp in ranking.templates))
        seconds = time.perf_counter() - started
        return build_ranking(evidence, self.name, self._seed, stamps, engine if stamps else None, seconds=seconds)

    @abstractmethod
    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine | None) -> Iterable[Ranking]:
        """Score the candidates of each request from the members' rankings, which are also returned."""


def spend(e: ResultBuilder, ranking: Ranking) -> None:
    """Add to the evidence what a member's ranking cost."""
    ledger = ranking.ledger
    e.usage += Usage(ledger.prompt_tokens, ledger.cached_tokens, ledger.decoded_tokens)
    e.calls += ledger.calls
    e.failed += ledger.failed
    e.steps += ledger.steps


def take(e: ResultBuilder, ranking: Ranking) -> None:
    """Add to the evidence what a member found out and what it cost."""
    spend(e, ranking)
    e.truncations.update(dict.fromkeys(ranking.truncations))
    for item in ranking.items:
        e.scores.setdefault(item.item_id, {}).update(item.scores)


def book(e: ResultBuilder, ranking: Ranking) -> None:
    """Add to the evidence what a member found out and what it cost, and what is to be said of its order."""
    take(e, ranking)
    if ranking.status == "failed":
        e.errors.append(f"{ranking.ranker}: {ranking.reason}")
    elif ranking.status == "fallback":
        why = ranking.reason.partition(";")[0]  # what follows tells of an order that is not taken
        e.status = "repaired"
        e.notes.append(f"{ranking.ranker} gave no order of its own: {why}")
    elif ranking.status != "ok":
        e.status = "repaired"
        e.notes.append(f"{ranking.ranker}: {ranking.reason}")
