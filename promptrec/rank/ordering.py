"""Ordering: seeded orders that are independent of the input order, and scores from ranks."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from promptrec.data.item import Item

# Scores equal to so many decimals are ties: batch composition changes float32 sums by about this much.
DECIMALS = 6


def seeded_hash(seed: int, *words: str) -> int:
    """64-bit hash of the seed and the words, the same on every machine."""
    text = "\x00".join((str(seed), *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def seeded_order(candidates: Sequence[Item], seed: int, *words: str) -> tuple[Item, ...]:
    """The candidates in a random order that depends on the seed, the words and their IDs, not on the input order."""
    return tuple(sorted(candidates, key=lambda item: seeded_hash(seed, *words, item.item_id)))


def best_first(candidates: Sequence[Item], scores: Mapping[str, float], seed: int) -> tuple[tuple[Item, ...], int]:
    """Candidates by descending score; ties, and those without a score (last), by a seeded hash of the item ID.

    Args:
        candidates: to order.
        scores: by item ID, higher is better.
        seed: of the hash.

    Returns:
        The order, and how many scored items shared their score with another.
    """
    rounded = {item_id: round(score, DECIMALS) for item_id, score in scores.items()}
    shared = Counter(rounded[item.item_id] for item in candidates if item.item_id in rounded)

    def place(item: Item) -> tuple[bool, float, int]:
        score = rounded.get(item.item_id)
        return score is None, -(score or 0.0), seeded_hash(seed, item.item_id)

    return tuple(sorted(candidates, key=place)), sum(n for n in shared.values() if n > 1)


def rank_scores(groups: Sequence[Sequence[Item]]) -> dict[str, float]:
    """Rank score by item ID: the number of items below it. `groups` of equals are best first and share their mean."""
    below = sum(map(len, groups))
    scores = {}
    for group in groups:
        below -= len(group)
        scores.update({item.item_id: below + (len(group) - 1) / 2 for item in group})
    return scores


def average_ties(scores: Mapping[str, float], ties: Iterable[tuple[str, str]]) -> dict[str, float]:
    """Scores in which neighbours that are tied, directly or through others, share the mean of theirs.

    Only neighbours do, so that an item is never moved below one of another tie that it was above.
    """
    leader = {item_id: item_id for item_id in scores}

    def first(item_id: str) -> str:
        while leader[item_id] != item_id:
            leader[item_id] = leader[leader[item_id]]
            item_id = leader[item_id]
        return item_id

    for one, other in ties:
        leader[first(one)] = first(other)

    def tie_of(group: tuple[float, list[str]]) -> str:
        """Key of the tie that all items of equal score are in; a key of their own if they are not in one tie."""
        ties_of = {first(item_id) for item_id in group[1]}
        return ties_of.pop() if len(ties_of) == 1 else f"\x00{group[0]}"

    equals: dict[float, list[str]] = {}
    for item_id in sorted(scores, key=lambda item_id: -scores[item_id]):
        equals.setdefault(scores[item_id], []).append(item_id)
    out = {}
    for _, run in groupby(equals.items(), tie_of):
        members = [item_id for _, group in run for item_id in group]
        out.update(dict.fromkeys(members, sum(scores[item_id] for item_id in members) / len(members)))
    return out
