"""The best few of many by a heap, where a model has to be asked which of some items is the best."""

from collections.abc import Callable, Sequence
from itertools import groupby

from promptrec.data.item import Item
from promptrec.rank.batched_rounds import together
from promptrec.rank.sorting.base import Comparison

# How many are put in order one by one.
TOP = 10

Best = Callable[[Sequence[Item]], Comparison[int]]
"""Asks which of some items is the best, and returns its index."""


def best_by_heap(items: Sequence[Item], arity: int, best: Best) -> Comparison[list[list[Item]]]:
    """Groups of items, best first: each of the best ten is alone, then come the levels of what is left of the heap.

    An item of a level stands behind the best ten and one item of each level before its own; more is not known of it,
    so a level is a group of equals. Each item comes back once whatever `best` says, transitive or not. Heaps whose
    parents are on one level have nothing in common and are asked about together: heapifying takes rounds by
    the square of the heap's height, not by the number of items.

    Args:
        items: in an order that must not be that of the input.
        arity: children of a parent; `best` is asked about a parent and its children.
        best: see `Best`.
    """
    heap = list(items)
    parents = range((len(heap) - 2) // arity, -1, -1)
    for _, level in groupby(parents, key=lambda node: _depth(node, arity)):
        yield from together([_sift(heap, node, arity, best) for node in level])
    groups: list[list[Item]] = []
    # The last of the best stays where it is: at the root of the rest.
    for _ in range(min(TOP, len(items)) - 1):
        groups.append([heap[0]])
        last = heap.pop()
        heap[0] = last
        yield from _sift(heap, 0, arity, best)
    levels = groupby(range(len(heap)), key=lambda node: _depth(node, arity))
    return groups + [[heap[node] for node in level] for _, level in levels]


def _sift(heap: list[Item], node: int, arity: int, best: Best) -> Comparison[None]:
    """Let the item of a node sink until it is the best of its family."""
    while children := range(arity * node + 1, min(arity * (node + 1) + 1, len(heap))):
        family = (node, *children)
        winner = family[(yield from best([heap[n] for n in family]))]
        if winner == node:
            return
        heap[node], heap[winner] = heap[winner], heap[node]
        node = winner


def _depth(node: int, arity: int) -> int:
    depth = 0
    while node:
        node, depth = (node - 1) // arity, depth + 1
    return depth
