"""`listwise-prior`: listwise-labels minus what the model thinks of the slots, which was fitted beforehand."""

from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

from promptrec.engine.base import Engine
from promptrec.rank.evidence import Evidence
from promptrec.rank.kinds import Prompting
from promptrec.rank.slot_prior import LEAST_REQUESTS, SlotOffsets, SlotPrior
from promptrec.rank.slot_readings import SlotReading, dealt, read_slots
from promptrec.template.template import Template


class ListwisePrior(Prompting):
    """The log-probability (nats) of a candidate's label minus its slot's offset; see `SlotPrior`.

    The score of listwise-labels is kept beside it. The signal slot-prior-requests says from how many requests the
    offsets come: 0 where there are too few with so many candidates, and the log-probabilities stand as they are.
    """

    name: ClassVar[str] = "listwise-prior"
    template_kind: ClassVar[str] = "listwise-labels"

    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`.

        Raises:
            InputError: no slot prior is given, or one of another model, adapter, template or set of labels.
        """
        adapter, where = self._setup.adapter, f"the slot prior {self._setup.slot_prior}"
        self._prior.check(engine, template, adapter, where)
        deals = [dealt(e, self._setup.seed) for e in evidence]
        for reading in read_slots(deals, engine, template, adapter):
            if reading is not None:
                reading.book()
                _correct(reading, self._prior.fitted(reading.labels, where))

    @cached_property
    def _prior(self) -> SlotPrior:
        return SlotPrior.load(self._setup.slot_prior)


def _correct(reading: SlotReading, fitted: SlotOffsets | None) -> None:
    """Book a reading without what the model thinks of the slots, where that is known well enough."""
    e, n = reading.deal.evidence, len(reading.labels)
    requests = fitted.requests if fitted else 0
    known = fitted if requests >= LEAST_REQUESTS else None
    offsets = known.offsets if known else (0.0,) * n
    for (item_id, logprob), offset in zip(reading.by_item.items(), offsets, strict=True):
        e.score(item_id, listwise_prior=logprob - offset)
    e.signals["slot-prior-requests"] = requests if known else 0
    if not known:
        e.notes.append(
            f"the slot prior is not used: it was fitted on {requests} requests with {n} candidates and needs "
            f"{LEAST_REQUESTS}"
        )
