"""Exposure collapse: a ranker that puts the same few items first for everybody."""

from collections.abc import Sequence

import numpy as np

ORDERS = 16
MIN_QUERIES = 50
MIN_SPREAD = 0.05
MAX_SHARE_OF_CHANCE = 0.8


class Collapse:
    """Counts the distinct first items, and how many there could have been with the candidates that were given.

    Two yardsticks, both from the candidates alone:

    - `by_chance`: the expected number of distinct firsts if each query's first were drawn at random from its own
      candidates: the sum over items of 1 - the product over queries of (1 - [item is a candidate] / candidates).
    - `ignoring`: the mean number if one order of the catalogue served everybody, over 16 random orders. This is
      what a ranker that does not read the query gets; it is 1 where everybody has the same candidates.

    `spread` = (distinct - ignoring) / (by_chance - ignoring): about 0 for a ranker that ignores the query, 1 for a
    random one. The alarm rings on 50 queries or more when the spread is below .05 or `distinct` is within three
    standard deviations (over the 16 orders) of `ignoring`; never when that limit is so near to chance (over .8 of
    it) that the candidates cannot tell one from the other. So three firsts for 500 people ring where the catalogue
    was open to all, and do not where each had the same three candidates.

    Memory is proportional to the catalogue, not to the queries.

    Args:
        items: how many items the catalogue has. Items are given by their place in it from then on.
        seed: of the random orders.
    """

    def __init__(self, items: int, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        self._orders = np.stack([rng.permutation(items) for _ in range(ORDERS)])
        self._first_in_order = np.zeros((ORDERS, items), dtype=bool)
        self._log_never = np.zeros(items)
        self._is_first = np.zeros(items, dtype=bool)
        self._queries = 0

    def add(self, first: int, candidates: Sequence[int]) -> None:
        """Count a query by the item that came first, one of its candidates."""
        rows = np.asarray(candidates)
        self._queries += 1
        self._is_first[first] = True
        with np.errstate(divide="ignore"):
            self._log_never[rows] += np.log1p(-1 / len(rows))
        self._first_in_order[np.arange(ORDERS), rows[self._orders[:, rows].argmin(axis=1)]] = True

    @property
    def distinct(self) -> int:
        """How many items came first for somebody."""
        return int(self._is_first.sum())

    @property
    def by_chance(self) -> float:
        """How many would have on average if firsts were drawn at random."""
        return float((1 - np.exp(self._log_never)).sum())

    @property
    def ignoring(self) -> float:
        """How many would have on average under one order for everybody."""
        return float(self._first_in_order.sum() / ORDERS)

    @property
    def spread(self) -> float:
        """0 where the query makes no difference, 1 as at random; NaN where the candidates leave no choice."""
        room = self.by_chance - self.ignoring
        return (self.distinct - self.ignoring) / room if room > 1 else float("nan")

    def alarm(self) -> str | None:
        """One sentence when the alarm rings."""
        noise = 3 * float(self._first_in_order.sum(axis=1).std(ddof=1))
        limit = self.ignoring + max(noise, MIN_SPREAD * (self.by_chance - self.ignoring))
        if self._queries < MIN_QUERIES or limit > MAX_SHARE_OF_CHANCE * self.by_chance or self.distinct > limit:
            return None
        return (
            f"exposure collapse: {self.distinct:,} distinct first items for {self._queries:,} queries; chance gives "
            f"{self.by_chance:,.0f}, one order for everybody {self.ignoring:,.0f}"
        )
