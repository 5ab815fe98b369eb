"""Rankers that compare: the model is shown a few candidates at a time and asked which fits best.

A set is read by the exact probabilities of its labels, with nothing written. The sets of all people that are known at
a moment are one call of the engine, which is what lets a sort, whose every step waits for the one before, be batched.
"""

from abc import abstractmethod
from collections.abc import Sequence
from statistics import fmean
from typing import ClassVar, TypeVar

from promptrec.data.item import Item
from promptrec.engine.base import Engine
from promptrec.rank.base import Prompting
from promptrec.rank.batched_rounds import Rounds, answered, together
from promptrec.rank.listwise.labels import Assignment, LabelReading, read_slots
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template

Outcome = TypeVar("Outcome")
ItemSet = tuple[Item, ...]
"""Candidates in the order they are shown."""
Labels = tuple[float, ...] | None
"""Log-probability (nats) of the label of each item of a set, in the order shown; None where it could not be read."""
Comparison = Rounds[ItemSet, Labels, Outcome]


class Comparing(Prompting):
    """See `promptrec.rank.base.Ranker`.

    A set that could not be read says nothing, and the ranking is repaired. A candidate that was in no set that could
    be read has no score, so it comes last.
    """

    template_kind: ClassVar[str] = "listwise-labels"

    @abstractmethod
    def compare(self, e: ResultBuilder) -> Comparison[dict[str, float]]:
        """Yield the sets of a request's candidates to be read next, and return the candidates' scores by ID."""

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        adapter = self._setup.adapter
        comparisons = together([self._booked(e) for e in evidence])
        answered(comparisons, lambda assignments: read_slots(assignments, engine, template, adapter))

    def _booked(self, e: ResultBuilder) -> Rounds[Assignment, LabelReading | None, None]:
        """The comparison of one request, with what comes of it booked to its evidence."""
        comparison = self.compare(e)
        read: list[LabelReading] = []
        asked = 0
        try:
            sets = next(comparison)
            while True:
                calls = e.usage.calls
                readings = yield [Assignment(e, items) for items in sets]
                if e.usage.calls > calls:
                    e.count_step()
                asked += len(sets)
                read += [reading for reading in readings if reading is not None]
                sets = comparison.send([None if reading is None else reading.logprobs for reading in readings])
        except StopIteration as stop:
            scores: dict[str, float] = stop.value
        shown = {item.item_id for reading in read for item in reading.assignment.items}
        for item_id, score in scores.items():
            if item_id in shown or not asked:
                e.score(item_id, **{self.name: score})
        if read:
            e.diagnostics["label-mass"] = fmean(reading.mass for reading in read)
        if 0 < len(read) < asked:
            e.status = "repaired"
            e.notes.append(f"{asked - len(read)} of {asked} sets could not be read and say nothing: {e.errors[0]}")
