"""BM25 over a catalogue (Robertson and Zaragoza 2009), by the library bm25s."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.retrieve.tokenize import words


class Bm25:
    """An index of every item's title and fields; `Bm25.of` gives the one of a catalogue.

    Scores are the library's default variant (Lucene's), k1 1.5 and b 0.75.
    """

    def __init__(self, catalog: Catalog) -> None:
        import bm25s

        self._items = tuple(catalog)
        self._row = {item.item_id: row for row, item in enumerate(self._items)}
        numbers: defaultdict[str, int] = defaultdict(count().__next__)
        ids = [[numbers[word] for word in words(document(item))] for item in self._items]
        self._vocabulary = dict(numbers)
        self._index: Any = bm25s.BM25()
        if self._vocabulary:
            self._index.index((ids, self._vocabulary), show_progress=False)
        # Ties go by a hash of the ID, not by place: the place of each row in the order of the hashes.
        hashes = [hashlib.sha256(item.item_id.encode()).digest() for item in self._items]
        self._tie_place = np.empty(len(hashes), dtype=np.int64)
        self._tie_place[sorted(range(len(hashes)), key=hashes.__getitem__)] = np.arange(len(hashes))

    @classmethod
    def of(cls, catalog: Catalog) -> "Bm25":
        """The index of a catalogue, built once and cached as long as the catalogue lives."""
        index = _INDEXES.get(catalog)
        if index is None:
            with _LOCK:
                index = _INDEXES.get(catalog) or _INDEXES.setdefault(catalog, cls(catalog))
        return index

    def search(self, query: str, k: int) -> list[tuple[str, float]]:
        """IDs and scores of up to `k` items that share a word with the query, best first.

        Scores that are equal to 6 decimals are ordered by a hash of the ID.
        """
        scores = self._scores(query)
        rows = np.flatnonzero(scores > 0)
        worth = -np.round(scores[rows].astype(np.float64), 6)
        if 0 < k < len(rows):  # all that are as good as the k-th, with its equals
            near = np.flatnonzero(worth <= np.partition(worth, k - 1)[k - 1])
            rows, worth = rows[near], worth[near]
        best = rows[np.lexsort((self._tie_place[rows], worth))][: max(k, 0)]
        return [(self._items[row].item_id, float(scores[row])) for row in best]

    def scores(self, text: str, items: Sequence[Item]) -> list[float]:
        """The score of each item; 0 for one that shares no word with the text.

        Raises:
            KeyError: an item that is not in the catalogue.
        """
        scores = self._scores(text)
        return [float(scores[self._row[item.item_id]]) for item in items]

    def _scores(self, text: str) -> "np.ndarray[Any, np.dtype[np.float32]]":
        known = [self._vocabulary[w] for w in words(text, query=True) if w in self._vocabulary]
        if not known:
            return np.zeros(len(self._items), dtype=np.float32)
        return np.asarray(self._index.get_scores_from_ids(known))


_INDEXES: WeakKeyDictionary[Catalog, Bm25] = WeakKeyDictionary()
_LOCK = Lock()


def document(item: Item) -> str:
    """All of an item's text."""
    parts = [item.title]
    for value in item.fields.values():
        parts += value if isinstance(value, tuple) else [str(value)]
    return "\n".join(parts)
