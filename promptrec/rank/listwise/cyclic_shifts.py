"""`listwise-shifts`: listwise-labels asked again with the candidates turned on, until the first few stand.

What a model likes about a slot adds to what it likes about the candidate in it. Over cyclic shifts every candidate
visits slots that lie evenly apart, so that most of the first averages out; over as many shifts as there are candidates
every one visits every slot, and an additive liking cancels exactly. Random orders leave more of it behind, because a
candidate may meet the same slot twice.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.engine.base import Engine
from promptrec.rank.base import Prompting
from promptrec.rank.batched_rounds import Rounds, answered, together
from promptrec.rank.listwise.labels import Assignment, LabelReading, assign, read_slots
from promptrec.rank.ordering import best_first
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template


class ListwiseShifts(Prompting):
    """The mean log-probability (nats) of a candidate's label over the shifts.

    The reading of the first shift is kept too: it is the score of listwise-labels. Each round asks one more shift for
    every request whose first `top` candidates have not come out in the same order twice running. So a request costs
    two prompts at least and `shifts` at most; the steps of its ledger are its rounds.
    """

    name: ClassVar[str] = "listwise-shifts"
    template_kind: ClassVar[str] = "listwise-labels"
    shifts: ClassVar[int] = 4
    """Fewer are asked where there are fewer candidates."""
    top: ClassVar[int] = 3

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        turning = together([self._until_settled(e) for e in evidence])
        answered(turning, lambda assignments: read_slots(assignments, engine, template, self._setup.adapter))

    def _until_settled(self, e: ResultBuilder) -> Rounds[Assignment, LabelReading | None, None]:
        """Ask for one shift after the other, and score the candidates by those that could be read."""
        readings: list[LabelReading | None] = []
        stood: tuple[Item, ...] = ()
        for assignment in turned(assign(e, self._setup.seed), self.shifts):
            calls = e.usage.calls
            readings += yield [assignment]
            if e.usage.calls > calls:
                e.count_step()
            if readings[-1] is None:
                continue
            order, _ = best_first(e.request.candidates, _means(e, readings), self._setup.seed)
            if order[: self.top] == stood:
                break
            stood = order[: self.top]
        _average(e, readings)


def turned(assignment: Assignment, shifts: int) -> list[Assignment]:
    """The deal, and the same turned on by n / shifts of its n slots each time; n deals where there are fewer slots.

    Halves come before quarters, so that the first few alone also lie about as far apart as they can.
    """
    items = assignment.items
    k = min(shifts, len(items))
    starts = [turn * len(items) // k for turn in sorted(range(k), key=lambda turn: _reversed_bits(turn, k))]
    return [Assignment(assignment.evidence, items[start:] + items[:start]) for start in starts]


def _reversed_bits(turn: int, k: int) -> int:
    """A turn below k with its bits read from the other end (van der Corput's order)."""
    return int(f"{turn:0{(k - 1).bit_length()}b}"[::-1], 2)


def _average(e: ResultBuilder, readings: Sequence[LabelReading | None]) -> None:
    """Score the candidates from those shifts that could be read."""
    read = [reading for reading in readings if reading is not None]
    if not read:
        return
    if readings[0] is not None:
        readings[0].book()
    for item_id, mean in _means(e, readings).items():
        e.score(item_id, listwise_shifts=mean)
    e.diagnostics["label-mass"] = fmean(reading.mass for reading in read)
    unread = len(readings) - len(read)
    if unread:
        e.status = "repaired"
        e.notes.append(f"{unread} of {len(readings)} shifts could not be read and count for nothing: {e.errors[0]}")


def _means(e: ResultBuilder, readings: Sequence[LabelReading | None]) -> dict[str, float]:
    """The mean log-probability (nats) of each candidate's label, by item ID, over the shifts that could be read."""
    found = [reading.by_item for reading in readings if reading is not None]
    return {i.item_id: fmean(by_item[i.item_id] for by_item in found) for i in e.request.candidates}
