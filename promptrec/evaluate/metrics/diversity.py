"""Intra-list diversity: dissimilarity of the items of a list, by vectors of their text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from promptrec.data.catalog import Catalog
from promptrec.errors import import_extra
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
