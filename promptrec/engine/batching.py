"""Grouping sequences into batches: by shared prefix, by similar or equal length, or by equal prompts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from promptrec.engine.base import Tokens


@dataclass(frozen=True)
class Group:
    """Sequences (by index) whose first `prefix` tokens are the same."""

    prefix: int
    members: tuple[int, ...]


def shared_prefix_groups(sequences: Sequence[Tokens], limits: Sequence[int], least: int = 16) -> list[Group]:
    """Split sequences into groups that share a prefix of at least `least` tokens, and one group that shares none.

    In sorted order, sequences with a common prefix are neighbours, so one pass finds them.

    Args:
        sequences: token IDs.
        limits: the longest prefix that may be shared of each sequence; its outputs come after it.
        least: the shortest prefix worth sharing.

    Returns:
        Groups that hold every index exactly once; those that share no prefix are in a last group with prefix 0.
    """
    order = sorted(range(len(sequences)), key=lambda i: sequences[i])
    groups: list[Group] = []
    alone: list[int] = []
    start = 0
    while start < len(order):
        end, prefix = _group_end(sequences, limits, order, start, least)
        if end - start > 1:
            groups.append(Group(prefix, tuple(order[start:end])))
        else:
            alone.append(order[start])
        start = end
    return [*groups, Group(0, tuple(alone))] if alone else groups


def _group_end(
    sequences: Sequence[Tokens], limits: Sequence[int], order: Sequence[int], start: int, least: int
) -> tuple[int, int]:
    """End of the group that begins at `start`, and the length of its prefix.

    A neighbour joins while the prefix stays at least half of what the first two share: one that shares only the
    template's opening with the others must not shorten their prefix to it.
    """
    prefix = limits[order[start]]
    end = start + 1
    floor = least
    while end < len(order):
        common = min(common_prefix(sequences[order[start]], sequences[order[end]]), prefix, limits[order[end]])
        if common < floor:
            break
        prefix, end = common, end + 1
        floor = max(floor, common // 2)
    return end, prefix


def common_prefix(a: Tokens, b: Tokens) -> int:
    """Length of the common prefix of two sequences."""
    if a == b[: len(a)]:
        return len(a)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def batches(lengths: Sequence[int], cost_limit: int) -> list[tuple[int, ...]]:
    """Indices in batches of similar length, each with (longest length x size) at most `cost_limit`, or of one."""
    out: list[tuple[int, ...]] = []
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and lengths[index] * (len(batch) + 1) > cost_limit:
            out.append(tuple(batch))
            batch = []
        batch.append(index)
    return [*out, tuple(batch)] if batch else out


def equal_length_batches(lengths: Sequence[int], most: int) -> list[tuple[int, ...]]:
    """Indices in batches of equal length, with at most `most` members, so that nothing is padded."""
    out: list[tuple[int, ...]] = []
    for _, alike in groupby(sorted(range(len(lengths)), key=lambda i: lengths[i]), key=lambda i: lengths[i]):
        members = list(alike)
        out += (tuple(members[start : start + most]) for start in range(0, len(members), most))
    return out


def sharing_chunks(prompts: Mapping[int, Tokens], most_tokens: int) -> Iterator[list[int]]:
    """Indices of the prompts in chunks: equal prompts together, repeated ones first.

    The distinct repeated prompts of a chunk have at most `most_tokens` tokens (or are one), so that a cache of that
    size still holds each of them when it is read again. Prompts that occur once need no room in the cache.
    """
    same: dict[Tokens, list[int]] = {}
    for i, prompt in prompts.items():
        same.setdefault(prompt, []).append(i)
    chunk: list[int] = []
    cached = 0
    for prompt, equal in sorted(same.items(), key=lambda entry: len(entry[1]) == 1):
        length = len(prompt) if len(equal) > 1 else 0
        if chunk and cached + length > most_tokens:
            yield chunk
            chunk, cached = [], 0
        chunk += equal
        cached += length
    if chunk:
        yield chunk
