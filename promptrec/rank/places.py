"""Scores from places alone: how many candidates an item is ahead of."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from promptrec.data.item import Item


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
