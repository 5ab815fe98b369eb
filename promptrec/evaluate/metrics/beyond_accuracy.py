"""Beyond-accuracy metrics of many rankings: coverage, exposure, novelty, diversity, popularity and collapse."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.errors import import_extra
from promptrec.evaluate.metrics.ranking import RunningMean
from promptrec.rank.ranking import Ranking
from promptrec.retrieve.bm25 import document
from promptrec.retrieve.tokenize import words


@dataclass(frozen=True)
class ItemVectors:
    """A vector for each item of a catalogue, in catalogue order.

    `name` is that of the vectors, because diversity depends on them. `rows` is a dense or a sparse
    (SciPy CSR) matrix of shape (items, dimensions) whose rows have length 1, or 0 for an item without words.
    """

    name: str
    rows: Any

    @classmethod
    def tfidf(cls, catalog: Catalog) -> Self:
        """TF-IDF of the words of title and fields, by scikit-learn; Chinese counts as characters and pairs.

        Raises:
            MissingExtra: scikit-learn is not installed.
        """
        text = import_extra("sklearn.feature_extraction.text", "scikit-learn", "evaluate")
        tokens = [words(document(item)) for item in catalog]
        # A word that no text has keeps the vocabulary from being empty, which scikit-learn refuses.
        vectorizer = text.TfidfVectorizer(analyzer=lambda row: row, dtype=np.float64).fit([*tokens, ["\x00"]])
        return cls("tfidf", vectorizer.transform(tokens).tocsr())

    def diversity(self, rows: Sequence[int]) -> float:
        """1 - the mean cosine over all pairs of these rows (Ziegler et al. 2005); NaN for fewer than two.

        The pairs' sum comes from |sum of vectors|^2 = sum of |vector|^2 + twice the sum over pairs.
        """
        n = len(rows)
        if n < 2:
            return float("nan")
        total = np.asarray(self.rows[list(rows)].sum(axis=0)).ravel()
        squared = self._squared_lengths[list(rows)].sum()
        return 1.0 - float(total @ total - squared) / (n * (n - 1))

    @cached_property
    def _squared_lengths(self) -> "np.ndarray[Any, np.dtype[np.float64]]":
        squares = self.rows.multiply(self.rows) if hasattr(self.rows, "multiply") else np.square(self.rows)
        return np.asarray(squares.sum(axis=1)).ravel()


ORDERS = 16
MIN_QUERIES = 50
MIN_SPREAD = 0.05
MAX_SHARE_OF_CHANCE = 0.8


class ExposureCollapse:
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


Numbers = np.ndarray[Any, np.dtype[np.float64]]


class BeyondAccuracy:
    """Takes rankings one at a time; memory is proportional to the catalogue, not to the rankings.

    Rankings without items (status failed) are passed over: `Validity` counts them.

    Args:
        catalog: all items.
        k: how many of the first items count as shown.
        vectors: of the catalogue's items, for the diversity of lists; by default TF-IDF of their text.
    """

    def __init__(self, catalog: Catalog, k: int = 10, vectors: ItemVectors | None = None) -> None:
        self._k = k
        self._catalog = catalog
        self._row = {item.item_id: row for row, item in enumerate(catalog)}
        self._vectors = vectors or ItemVectors.tfidf(catalog)
        popularity = np.array([math.nan if i.popularity is None else i.popularity for i in catalog], dtype=np.float64)
        self._information = self_information(popularity)
        self._percentile = percentiles(popularity)
        self._exposure = np.zeros(len(catalog))
        self._novelty, self._diversity, self._lift = RunningMean(), RunningMean(), RunningMean()
        self._collapse = ExposureCollapse(len(catalog))

    def add(self, ranking: Ranking, candidates: Sequence[Item]) -> None:
        """Count a ranking and the candidates it put in order.

        Raises:
            InputError: an item that the catalogue does not have.
        """
        if not ranking.items:
            return
        shown = [self._row_of(item_id) for item_id in ranking.item_ids[: self._k]]
        could = [self._row_of(item.item_id) for item in candidates]
        self._exposure[shown] += 1
        self._novelty.add(_known_mean(self._information[shown]))
        self._diversity.add(self._vectors.diversity(shown))
        self._lift.add(_known_mean(self._percentile[shown]) - _known_mean(self._percentile[could]))
        self._collapse.add(shown[0], could)

    def summary(self) -> dict[str, float]:
        """The measures by name; NaN where nothing is known.

        coverage@k: share of the catalogue that was shown to somebody.
        gini@k: inequality of exposure over the whole catalogue, 0 when every item was shown equally often.
        novelty@k: mean self-information of shown items, in bits (Zhou et al. 2010), where popularity is known.
        diversity-V@k: 1 - mean pairwise cosine within a list, V naming the vectors.
        popularity-lift@k: mean popularity percentile of the shown items minus that of the candidates, -1 to 1.
        distinct-firsts, first-item-spread: see `ExposureCollapse`.
        """
        k = self._k
        return {
            f"coverage@{k}": float((self._exposure > 0).mean()),
            f"gini@{k}": gini(self._exposure),
            f"novelty@{k}": self._novelty.value,
            f"diversity-{self._vectors.name}@{k}": self._diversity.value,
            f"popularity-lift@{k}": self._lift.value,
            "distinct-firsts": float(self._collapse.distinct),
            "first-item-spread": self._collapse.spread,
        }

    def alarms(self) -> list[str]:
        """A sentence for each thing that nobody should overlook."""
        alarm = self._collapse.alarm()
        return [alarm] if alarm else []

    def _row_of(self, item_id: str) -> int:
        return self._row[self._catalog[item_id].item_id]


def gini(counts: Numbers) -> float:
    """Gini coefficient of counts: 0 when all are equal, (n - 1) / n when one has all; NaN when all are 0."""
    n, total = len(counts), counts.sum()
    if not total:
        return math.nan
    return float((2 * np.arange(1, n + 1) - n - 1) @ np.sort(counts) / (n * total))


def self_information(popularity: Numbers) -> Numbers:
    """-log2 of each item's share of all popularity, in bits; NaN where popularity is unknown or not positive."""
    known: Numbers = np.where(popularity > 0, popularity, np.nan)
    information: Numbers = -np.log2(known / np.nansum(known))
    return information


def percentiles(popularity: Numbers) -> Numbers:
    """The share of known popularities below each, those equal to it counted half; NaN where unknown."""
    known = np.sort(popularity[~np.isnan(popularity)])
    if not len(known):
        return popularity
    below = np.searchsorted(known, popularity, side="left") + np.searchsorted(known, popularity, side="right")
    return np.where(np.isnan(popularity), np.nan, below / 2 / len(known))


def _known_mean(values: Numbers) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan
