"""Cyclic shifts, `listwise-shifts`: mean label log-probability over rotations of the candidates, until the top settles.

A model's preference for a position adds to its preference for the candidate there. Over cyclic shifts every candidate
visits positions that are evenly spaced, so that most of the position bias averages out; over as many shifts as there
are candidates every one visits every position, and an additive bias cancels exactly. Random orders leave more of it,
because a candidate may meet the same position twice.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.engine.base import Engine
from promptrec.messages import reason
from promptrec.rank.base import PromptRanker
from promptrec.rank.batched_rounds import Rounds, gather, run
from promptrec.rank.listwise.labels import Assignment, LabelReading, assign, read_labels
from promptrec.rank.ordering import best_first
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template


class ListwiseShifts(PromptRanker):
    """Mean log-probability (nats) of a candidate's label over cyclic shifts.

    The score `listwise-labels` is that of the first shift. Each round reads one more shift of every request whose first
    `top` candidates have not come out in the same order twice in a row, so a request costs 2 to `shifts` prompts.
    """

    name: ClassVar[str] = "listwise-shifts"
    template_kind: ClassVar[str] = "listwise-labels"
    shifts: ClassVar[int] = 4
    """Most prompts per request; fewer where there are fewer candidates."""
    top: ClassVar[int] = 3
    """Number of first candidates whose order must be stable."""

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`."""
        rounds = gather([self._until_stable(e) for e in evidence])
        run(rounds, lambda assignments: read_labels(assignments, engine, template, self._setup.adapter))

    def _until_stable(self, e: ResultBuilder) -> Rounds[Assignment, LabelReading | None, None]:
        """Read one shift after the other, and score the candidates by those that could be read."""
        readings: list[LabelReading | None] = []
        previous: tuple[Item, ...] = ()
        for assignment in cyclic_shifts(assign(e, self._setup.seed), self.shifts):
            calls = e.usage.calls
            readings += yield [assignment]
            if e.usage.calls > calls:
                e.count_step()
            if readings[-1] is None:
                continue
            order, _ = best_first(e.request.candidates, _means(e, readings), self._setup.seed)
            if order[: self.top] == previous:
                break
            previous = order[: self.top]
        _add_mean_scores(e, readings)


def cyclic_shifts(assignment: Assignment, shifts: int) -> list[Assignment]:
    """The assignment shifted by multiples of n / shifts of its n positions; n shifts where there are fewer positions.

    Halves come before quarters, so that the first few alone also lie about as far apart as they can.
    """
    items = assignment.items
    k = min(shifts, len(items))
    starts = [turn * len(items) // k for turn in sorted(range(k), key=lambda turn: _reversed_bits(turn, k))]
    return [Assignment(assignment.evidence, items[start:] + items[:start]) for start in starts]


def _reversed_bits(turn: int, k: int) -> int:
    """A number below k with its bits in reverse order (van der Corput's order)."""
    return int(f"{turn:0{(k - 1).bit_length()}b}"[::-1], 2)


def _add_mean_scores(e: ResultBuilder, readings: Sequence[LabelReading | None]) -> None:
    read = [reading for reading in readings if reading is not None]
    if not read:
        return
    if readings[0] is not None:
        readings[0].add_scores()
    for item_id, mean in _means(e, readings).items():
        e.score(item_id, listwise_shifts=mean)
    e.diagnostics["label-mass"] = fmean(reading.mass for reading in read)
    unread = len(readings) - len(read)
    if unread:
        e.status = "repaired"
        e.notes.append(reason("shifts-unread", unread=unread, count=len(readings), why=e.errors[0]))


def _means(e: ResultBuilder, readings: Sequence[LabelReading | None]) -> dict[str, float]:
    """Mean log-probability (nats) of each candidate's label, by item ID, over the shifts that could be read."""
    found = [reading.by_item for reading in readings if reading is not None]
    return {i.item_id: fmean(by_item[i.item_id] for by_item in found) for i in e.request.candidates}
