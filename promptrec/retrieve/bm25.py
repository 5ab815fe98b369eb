"""BM25 over a catalogue (Robertson and Zaragoza 2009), by the library bm25s."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.retrieve.words import words


class Bm25:
    """An index of every item's title and fields.

    Scores are the library's default variant (Lucene's), k1 1.5 and b 0.75.
    """

    def __init__(self, catalog: Catalog) -> None:
        import bm25s

        self._items = tuple(catalog)
        self._row = {item.item_id: row for row, item in enumerate(self._items)}
        tokens = [words(document(item)) for item in self._items]
        self._vocabulary = {w: n for n, w in enumerate(dict.fromkeys(w for doc in tokens for w in doc))}
        self._index: Any = bm25s.BM25()
        if self._vocabulary:
            ids = [[self._vocabulary[w] for w in doc] for doc in tokens]
            self._index.index((ids, self._vocabulary), show_progress=False)

    def search(self, text: str, k: int) -> list[tuple[Item, float]]:
        """Up to `k` items that share a word with the text, best first; ties by a hash of the ID, not by place."""
        scores = self._scores(text)
        found = [(self._items[row], float(scores[row])) for row in np.flatnonzero(scores > 0)]
        return sorted(found, key=lambda pair: (-round(pair[1], 6), _hash(pair[0].item_id)))[:k]

    def scores(self, text: str, items: Sequence[Item]) -> list[float]:
        """The score of each item; 0 for one that shares no word with the text.

        Raises:
            KeyError: an item that is not in the catalogue.
        """
        scores = self._scores(text)
        return [float(scores[self._row[item.item_id]]) for item in items]

    def _scores(self, text: str) -> "np.ndarray[Any, np.dtype[np.float32]]":
        known = [self._vocabulary[w] for w in words(text, asked=True) if w in self._vocabulary]
        if not known:
            return np.zeros(len(self._items), dtype=np.float32)
        return np.asarray(self._index.get_scores_from_ids(known))


def document(item: Item) -> str:
    """All of an item's text."""
    parts = [item.title]
    for value in item.fields.values():
        parts += value if isinstance(value, tuple) else [str(value)]
    return "\n".join(parts)


def _hash(item_id: str) -> bytes:
    return hashlib.sha256(item_id.encode()).digest()
