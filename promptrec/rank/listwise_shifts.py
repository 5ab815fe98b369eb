"""`listwise-shifts`: listwise-labels asked several times, the candidates turned on by some slots each time.

What a model likes about a slot adds to what it likes about the candidate in it. Over cyclic shifts every candidate
visits slots that lie evenly apart, so that most of the first averages out; over as many shifts as there are candidates
every one visits every slot, and an additive liking cancels exactly. Random orders leave more of it behind, because a
candidate may meet the same slot twice.
"""

from collections.abc import Sequence
from statistics import fmean
from typing import ClassVar

from promptrec.engine.base import Engine
from promptrec.rank.evidence import Evidence
from promptrec.rank.kinds import Prompting
from promptrec.rank.slot_readings import Deal, SlotReading, dealt, read_slots
from promptrec.template.template import Template


class ListwiseShifts(Prompting):
    """The mean log-probability (nats) of a candidate's label over the shifts.

    The reading of the first shift is kept too: it is the score of listwise-labels. A request costs `shifts` prompts,
    all known from the start.
    """

    name: ClassVar[str] = "listwise-shifts"
    template_kind: ClassVar[str] = "listwise-labels"
    shifts: ClassVar[int] = 4
    """Fewer are asked where there are fewer candidates."""

    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        turns = [turned(dealt(e, self._setup.seed), self.shifts) for e in evidence]
        deals = [deal for each in turns for deal in each]
        readings = iter(read_slots(deals, engine, template, self._setup.adapter))
        for e, each in zip(evidence, turns, strict=True):
            _average(e, [next(readings) for _ in each])


def turned(deal: Deal, shifts: int) -> list[Deal]:
    """The deal, and the same turned on by n / shifts of its n slots each time; n deals where there are fewer slots."""
    items = deal.items
    starts = sorted({shift * len(items) // shifts for shift in range(shifts)})
    return [Deal(deal.evidence, items[start:] + items[:start]) for start in starts]


def _average(e: Evidence, readings: Sequence[SlotReading | None]) -> None:
    """Score the candidates from those shifts that could be read."""
    read = [reading for reading in readings if reading is not None]
    if not read:
        return
    if readings[0] is not None:
        readings[0].book()
    found = [reading.by_item for reading in read]
    for item in e.request.candidates:
        e.score(item.item_id, listwise_shifts=fmean(by_item[item.item_id] for by_item in found))
    e.signals["label-mass"] = fmean(reading.mass for reading in read)
    unread = len(readings) - len(read)
    if unread:
        e.status = "repaired"
        e.notes.append(f"{unread} of {len(readings)} shifts could not be read and count for nothing: {e.errors[0]}")
