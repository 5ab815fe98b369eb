"""Partial heap sort: the best few of many items, where a comparison is a question to a model."""

from collections.abc import Callable, Sequence
from itertools import groupby

from promptrec.data.item import Item
from promptrec.rank.batched_rounds import gather
from promptrec.rank.sorting.base import Comparison

# Number of items that are sorted one by one.
TOP = 10

Best = Callable[[Sequence[Item]], Comparison[int]]
"""Comparison that returns the index of the best of some items."""


def best_by_heap(items: Sequence[Item], arity: int, best: Best) -> Comparison[list[list[Item]]]:
    """Groups of items, best first: the best ten one by one, then the levels of the remaining heap.

    An item of a level is known to be below the best ten and below one item of each level before its own, so a level is
    a group of equals. Each item comes back once whatever `best` says, transitive or not. Subheaps whose roots are on
    one level share no items and are compared together, so that the number of heapify rounds grows with the square of
    the heap's height, not with the number of items.

    Args:
        items: in an order that is independent of the input order.
        arity: children per parent; `best` compares a parent and its children.
        best: see `Best`.
    """
    heap = list(items)
    parents = range((len(heap) - 2) // arity, -1, -1)
    for _, level in groupby(parents, key=lambda node: _depth(node, arity)):
        yield from gather([_sift(heap, node, arity, best) for node in level])
    groups: list[list[Item]] = []
    # The last of the best stays at the root of the rest.
    for _ in range(min(TOP, len(items)) - 1):
        groups.append([heap[0]])
        last = heap.pop()
        heap[0] = last
        yield from _sift(heap, 0, arity, best)
    levels = groupby(range(len(heap)), key=lambda node: _depth(node, arity))
    return groups + [[heap[node] for node in level] for _, level in levels]


def _sift(heap: list[Item], node: int, arity: int, best: Best) -> Comparison[None]:
    """Sift a node's item down until it is the best of its family."""
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
