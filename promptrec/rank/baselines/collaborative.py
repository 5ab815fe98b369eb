"""Collaborative filtering baselines `item-knn` and `implicit-mf`, by LensKit (Ekstrand 2020).

The query's person is not in the training data: candidates are scored from the query's history alone.
"""

import contextlib
import io
import math
import sys
import warnings
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.query import Query
from promptrec.errors import InputError, MissingExtra
from promptrec.messages import Reason, message, reason
from promptrec.rank.base import ModelFreeRanker
from promptrec.rank.result_builder import ResultBuilder

# Ratings from this part of the scale on are likes: 4 of 1 to 5, 8 of 1 to 10, 1 of 0 to 1.
LIKED = 0.75
# Most factors for a short history, and items per factor.
MAX_FACTORS, ITEMS_PER_FACTOR = 16, 10


class _Collaborative(ModelFreeRanker):
    """Base of both: a LensKit scorer trained on likes, with the number of likes as the fallback.

    The order is by number of likes in the training data, with status fallback, where the query has no history or one
    without any item that was liked there.
    """

    def score(self, evidence: Sequence[ResultBuilder]) -> None:
        """See `ModelFreeRanker.score`."""
        for e in evidence:
            history = self._history(e.request.query)
            if history:
                self._score_by_model(e, history)
            else:
                self._score_by_likes(e)

    def _score_by_model(self, e: ResultBuilder, history: list[str]) -> None:
        known = [item.item_id for item in e.request.candidates if item.item_id in self._likes]
        scores = self._predict(history, known) if known else []
        for item_id, score in zip(known, scores, strict=True):
            # LensKit gives NaN if no neighbour is in the history.
            e.score(item_id, **{self.name: 0.0 if math.isnan(score) else score})
        unknown = len(e.request.candidates) - len(known)
        if unknown:
            e.status = "repaired" if known else "fallback"
            e.notes.append(reason("not-in-training-data", unknown=unknown))

    def _score_by_likes(self, e: ResultBuilder) -> None:
        e.status, e.ordered_by = "fallback", "likes"
        lacking = "history-not-in-training-data" if e.request.query.history else "no-history"
        e.notes.append(Reason(message(lacking), message("order-by-likes")))
        for item in e.request.candidates:
            e.score(item.item_id, likes=float(self._likes.get(item.item_id, 0)))

    def _predict(self, history: list[str], candidates: list[str]) -> list[float]:
        model = self._model
        from lenskit.data import ItemList, RecQuery

        scored = model(RecQuery(history_items=ItemList(history)), ItemList(candidates))
        return [float(score) for score in scored.scores()]

    def _history(self, query: Query) -> list[str]:
        """IDs of the history's items that were liked in the training data; entries are IDs or titles."""
        found = [self._catalog.find(entry) for entry in query.history]
        return list(dict.fromkeys(item.item_id for item in found if item and item.item_id in self._likes))

    @property
    def _catalog(self) -> Catalog:
        if self._setup.catalog is None:
            raise InputError("ranker-needs-catalogue-for-history", ranker=self.name)
        return self._setup.catalog

    @cached_property
    def _likes_frame(self) -> Any:  # noqa: ANN401 - a pandas data frame
        if self._setup.training is None:
            raise InputError("ranker-needs-training-data", ranker=self.name)
        return likes(self._setup.training)

    @cached_property
    def _likes(self) -> Mapping[str, int]:
        return dict(self._likes_frame["item_id"].value_counts())

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - a scorer of LensKit
        try:
            from lenskit.data import from_interactions_df
            from lenskit.training import TrainingOptions
        except ImportError as error:
            raise MissingExtra(error.name or "lenskit", "lenskit") from None
        _set_up_lenskit()
        scorer = self._untrained(len(self._likes))
        scorer.train(from_interactions_df(self._likes_frame), TrainingOptions(rng=self._setup.seed))
        return scorer

    @abstractmethod
    def _untrained(self, items: int) -> Any:  # noqa: ANN401
        """An untrained LensKit scorer for so many items."""


class ItemKnn(_Collaborative):
    """The summed cosine similarity of an item's 20 nearest items in the history (Deshpande and Karypis 2004)."""

    name: ClassVar[str] = "item-knn"

    def _untrained(self, items: int) -> Any:  # noqa: ANN401
        from lenskit.knn import ItemKNNScorer

        return ItemKNNScorer(feedback="implicit")


class ImplicitMf(_Collaborative):
    """Matrix factorisation of likes by alternating least squares (Hu, Koren and Volinsky 2008).

    One factor for every 10 items, 16 at most. With as many factors as items, each item gets one of its own, and
    nothing is learned from those who like the same. With LensKit's usual 50, a person is fitted too closely to a
    history of a few items: on MovieLens 100K, 5 known likes and 10 others to be found among 100 films not rated,
    NDCG@10 is .52 with 50 factors and .62 with 16 (185 people; popularity .51, item-knn .62).
    """

    name: ClassVar[str] = "implicit-mf"

    def _untrained(self, items: int) -> Any:  # noqa: ANN401
        from lenskit.als import ImplicitMFScorer

        return ImplicitMFScorer(embedding_size=max(1, min(MAX_FACTORS, items // ITEMS_PER_FACTOR)))


def likes(training: Interactions) -> Any:  # noqa: ANN401 - a pandas data frame
    """Distinct likes as a data frame: columns user_id and item_id.

    Without ratings, every interaction is a like. With ratings, those in the upper quarter of the scale that the data
    use: rating >= lowest + 0.75 (highest - lowest).

    Raises:
        InputError: no interactions at all.
    """
    frame = training.frame
    if not len(frame):
        raise InputError("training-data-empty")
    low, high = frame["rating"].min(), frame["rating"].max()
    is_like = frame["rating"].isna() | (frame["rating"] >= low + LIKED * (high - low))
    # LensKit takes no other type of text column.
    return frame.loc[is_like, ["user_id", "item_id"]].drop_duplicates().astype(object)


def _set_up_lenskit() -> None:
    """Let LensKit choose its threads now, and restore the number of torch's, which engines read with."""
    from lenskit.parallel import ensure_parallel_init

    torch = sys.modules["torch"]  # LensKit has imported it
    threads = torch.get_num_threads()
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        # LensKit warns and logs if torch has been used already.
        warnings.simplefilter("ignore", RuntimeWarning)
        ensure_parallel_init()
    torch.set_num_threads(threads)
