"""Base of the sorting rankers: the model is shown a few candidates at a time and asked which fits best.

The answer to a set is the exact probability of each label; nothing is generated. A sort needs the answers of one step
before the next; the steps of all requests run in batched rounds, one engine call each.
"""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from itertools import groupby
from statistics import fmean
from typing import ClassVar, TypeVar

from promptrec.data.item import Item
from promptrec.engine.base import Engine
from promptrec.messages import reason
from promptrec.rank.base import PromptRanker
from promptrec.rank.batched_rounds import Rounds, gather, run
from promptrec.rank.listwise.labels import Assignment, LabelReading, read_labels
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template

Outcome = TypeVar("Outcome")
ItemSet = tuple[Item, ...]
"""Candidates of one prompt, in the order shown."""
Labels = tuple[float, ...] | None
"""Log-probability (nats) of the label of each item of a set, in the order shown; None if it could not be read."""
Comparison = Rounds[ItemSet, Labels, Outcome]


class ComparisonRanker(PromptRanker):
    """Ranker that compares small sets of candidates.

    If a set could not be read, the ranking is repaired. A candidate that was in no set that could be read has no score,
    so it comes last.
    """

    template_kind: ClassVar[str] = "listwise-labels"

    @abstractmethod
    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """Generator of the sets to read next, for one request; returns the candidates' scores by item ID."""

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`."""
        adapter = self._setup.adapter
        comparisons = gather([self._add_scores(e) for e in evidence])
        run(comparisons, lambda assignments: read_labels(assignments, engine, template, adapter))

    def _add_scores(self, e: ResultBuilder) -> Rounds[Assignment, LabelReading | None, None]:
        comparison = self.compare(e)
        read: list[LabelReading] = []
        count = 0
        try:
            sets = next(comparison)
            while True:
                calls = e.usage.calls
                readings = yield [Assignment(e, items) for items in sets]
                if e.usage.calls > calls:
                    e.count_step()
                count += len(sets)
                read += [reading for reading in readings if reading is not None]
                sets = comparison.send([None if reading is None else reading.logprobs for reading in readings])
        except StopIteration as stop:
            scores: dict[str, float] = stop.value
        shown = {item.item_id for reading in read for item in reading.assignment.items}
        for item_id, score in scores.items():
            if item_id in shown or not count:
                e.score(item_id, **{self.name: score})
        if read:
            e.diagnostics["label-mass"] = fmean(reading.mass for reading in read)
        if 0 < len(read) < count:
            e.status = "repaired"
            e.notes.append(reason("sets-unread", unread=count - len(read), count=count, why=e.errors[0]))


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
