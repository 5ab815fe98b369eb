"""Scores from places alone: how many candidates an item is ahead of."""

from collections.abc import Iterable, Mapping, Sequence

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
    """The same scores, but items that `ties` join, directly or through others, share the mean of theirs."""
    leader = {item_id: item_id for item_id in scores}

    def first(item_id: str) -> str:
        while leader[item_id] != item_id:
            leader[item_id] = leader[leader[item_id]]
            item_id = leader[item_id]
        return item_id

    for one, other in ties:
        leader[first(one)] = first(other)
    joined: dict[str, list[float]] = {}
    for item_id, score in scores.items():
        joined.setdefault(first(item_id), []).append(score)
    return {item_id: sum(shared := joined[first(item_id)]) / len(shared) for item_id in scores}
