"""Putting scored candidates in order without ever leaning on the order they were shown in."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from promptrec.data.item import Item

# Two scores closer than this are a tie: batch composition moves float32 sums by about this much.
DECIMALS = 6


def seeded_hash(seed: int, *words: str) -> int:
    """A 64-bit number that depends on the seed and the words alone, the same on every machine."""
    text = "\x00".join((str(seed), *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def shuffled(candidates: Sequence[Item], seed: int, *words: str) -> tuple[Item, ...]:
    """The candidates in an order that depends on the seed, the words and their IDs, not on the order given."""
    return tuple(sorted(candidates, key=lambda item: seeded_hash(seed, *words, item.item_id)))


def best_first(candidates: Sequence[Item], scores: Mapping[str, float], seed: int) -> tuple[tuple[Item, ...], int]:
    """Candidates by falling score; ties, and those without a score (last), by a seeded hash of the item ID.

    Returns:
        The order, and how many scored items shared their score with another.
    """
    rounded = {item_id: round(score, DECIMALS) for item_id, score in scores.items()}
    shared = Counter(rounded[item.item_id] for item in candidates if item.item_id in rounded)

    def place(item: Item) -> tuple[bool, float, int]:
        score = rounded.get(item.item_id)
        return score is None, -(score or 0.0), seeded_hash(seed, item.item_id)

    return tuple(sorted(candidates, key=place)), sum(n for n in shared.values() if n > 1)
