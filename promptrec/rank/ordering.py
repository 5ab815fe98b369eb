"""Ordering scored candidates without ever leaning on the order they were shown in, and scores from ranks alone."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

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


def places(groups: Sequence[Sequence[Item]]) -> dict[str, float]:
    """The number of items each is ahead of, by item ID; `groups` of equals come best first and share their mean."""
    behind = sum(map(len, groups))
    scores = {}
    for group in groups:
        behind -= len(group)
        scores.update({item.item_id: behind + (len(group) - 1) / 2 for item in group})
    return scores


def levelled(scores: Mapping[str, float], ties: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The same scores, but items that `ties` join, directly or through others, share the mean of theirs.

    Only those that stand side by side do: an item never falls behind one of another tie that it was ahead of.
    """
    leader = {item_id: item_id for item_id in scores}

    def first(item_id: str) -> str:
        while leader[item_id] != item_id:
            leader[item_id] = leader[leader[item_id]]
            item_id = leader[item_id]
        return item_id

    for one, other in ties:
        leader[first(one)] = first(other)

    def side_by_side(group: tuple[float, list[str]]) -> str:
        """Equals that all are in one tie go with their neighbours of the same tie; others stand alone."""
        ties_of = {first(item_id) for item_id in group[1]}
        return ties_of.pop() if len(ties_of) == 1 else f"\x00{group[0]}"

    equals: dict[float, list[str]] = {}
    for item_id in sorted(scores, key=lambda item_id: -scores[item_id]):
        equals.setdefault(scores[item_id], []).append(item_id)
    out = {}
    for _, run in groupby(equals.items(), side_by_side):
        members = [item_id for _, group in run for item_id in group]
        out.update(dict.fromkeys(members, sum(scores[item_id] for item_id in members) / len(members)))
    return out
