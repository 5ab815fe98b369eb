"""Validity: completeness and repairs of rankings."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import get_args

from promptrec.data.item import Item
from promptrec.rank.ordering import seeded_order
from promptrec.rank.ranking import Ranking, Status


class Validity:
    """Takes rankings one at a time, and keeps only counts."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._chance = 0.0

    def add(self, ranking: Ranking, candidates: Sequence[Item]) -> None:
        """Count a ranking; `candidates` are its request's, in the request's order."""
        given = [item.item_id for item in candidates]
        self._counts.update(["rankings", ranking.status])
        self._counts["items"] += len(ranking.items)
        self._counts["ties"] += ranking.ties
        self._counts["unanswered"] += ranking.usage.failed > 0
        self._counts["complete"] += sorted(ranking.item_ids) == sorted(given)
        if ranking.reply is not None:
            self._counts["replies"] += 1
            for fault in ("missing", "repeated", "unknown"):
                self._counts[fault] += bool(getattr(ranking.reply, fault))
        if len(ranking.items) > 1:
            prompted = [item.item_id for item in seeded_order(candidates, ranking.seed, ranking.query_id)]
            self._counts["orders"] += 1
            self._counts["copied-request"] += list(ranking.item_ids) == given
            self._counts["copied-prompt"] += list(ranking.item_ids) == prompted
            self._chance += math.exp(-math.lgamma(len(given) + 1))

    def summary(self) -> dict[str, float]:
        """Shares from 0 to 1 by name; NaN where there is nothing to take a share of.

        ok, repaired, fallback, abstained, failed: of all rankings, by status.
        unanswered: rankings for which a prompt came back without an answer; --retry-failed asks again.
        complete: rankings that hold every candidate exactly once.
        reply-missing, reply-repeated, reply-unknown: of the written replies, before repair; unknown is ungrounded.
        copied-request-order: of rankings of two items or more, those in the order of the request.
        copied-prompt-order: those in the order in which rankers that show many candidates in one prompt show them.
        copied-by-chance: either share for random orders, the mean of 1/n!.
        tied-items: items whose place was decided by the hash of their IDs, of all items.
        """
        n = self._counts
        replies = {f"reply-{fault}": _share(n[fault], n["replies"]) for fault in ("missing", "repeated", "unknown")}
        return {
            **{status: _share(n[status], n["rankings"]) for status in get_args(Status)},
            "unanswered": _share(n["unanswered"], n["rankings"]),
            "complete": _share(n["complete"], n["rankings"]),
            **replies,
            "copied-request-order": _share(n["copied-request"], n["orders"]),
            "copied-prompt-order": _share(n["copied-prompt"], n["orders"]),
            "copied-by-chance": _share(self._chance, n["orders"]),
            "tied-items": _share(n["ties"], n["items"]),
        }


def _share(part: float, total: int) -> float:
    return part / total if total else math.nan
