"""Obedience: how rankings do where people refuse or require something, and how often they violate it."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.intent.filters import bind
from promptrec.intent.reader import read_intent
from promptrec.rank.ranking import Ranking

# Places of a list that are looked at for violations.
DEPTHS = (3, 10)


class Obedience:
    """Takes rankings one at a time, with their queries, and keeps a few numbers of each.

    What a query refuses and requires is read by the rules, whether the ranker under test read it or not.
    """

    def __init__(self) -> None:
        self._kinds: dict[str, tuple[str, ...]] = {}
        self._violations: dict[int, list[float]] = {depth: [] for depth in DEPTHS}

    def add(self, ranking: Ranking, candidates: Sequence[Item], query: Query) -> None:
        """Count a ranking; `candidates` are its request's."""
        intent = query.intent or read_intent(query.preferences)
        named = {"dislikes": intent.dislikes, "constraints": intent.constraints}
        self._kinds[ranking.query_id] = tuple(name for name, found in named.items() if found) or ("neither",)
        hard = [f for f in bind(intent.constraints, candidates) if f is not None and f.constraint.hard]
        if not hard:
            return
        by_id = {item.item_id: item for item in candidates}
        violated = [any(f.meets(by_id[i]) is False for f in hard) for i in ranking.item_ids[: max(DEPTHS)]]
        for depth in DEPTHS:
            if violated:
                self._violations[depth].append(fmean(violated[:depth]))

    def summary(self, values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        """Shares from 0 to 1 and means by name; NaN where there is nothing to take one of.

        dislikes, constraints: share of the queries that refuse something, that require something.
        violations@3, violations@10: share of the first items that violate a hard constraint that the candidates'
            columns answer, over the queries with one.
        METRIC of dislikes, of constraints, of neither: mean over these queries.
        """
        n = len(self._kinds)
        shares = {
            name: sum(name in kinds for kinds in self._kinds.values()) / n if n else math.nan
            for name in ("dislikes", "constraints")
        }
        violations = {f"violations@{d}": fmean(found) if found else math.nan for d, found in self._violations.items()}
        return shares | violations | self._apart(values)

    def _apart(self, values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
        if all(kinds == ("neither",) for kinds in self._kinds.values()):
            return {}
        out = {}
        for metric, by_query in values.items():
            for kind in ("dislikes", "constraints", "neither"):
                found = [v for q, v in by_query.items() if kind in self._kinds.get(q, ()) and not math.isnan(v)]
                out[f"{metric} of {kind}"] = fmean(found) if found else math.nan
        return out
