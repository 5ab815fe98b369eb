"""`listwise-labels`: all candidates in one prompt, each with a label, and how probable each label is as the answer."""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.engine.base import Engine
from promptrec.rank.evidence import Evidence
from promptrec.rank.kinds import Prompting
from promptrec.rank.slot_readings import dealt, read_slots
from promptrec.template.template import Template


class ListwiseLabels(Prompting):
    """Which label the model would write first (natural log-probability of each)."""

    name: ClassVar[str] = "listwise-labels"
    template_kind: ClassVar[str] = "listwise-labels"

    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        deals = [dealt(e, self._setup.seed) for e in evidence]
        for reading in read_slots(deals, engine, template, self._setup.adapter):
            if reading is not None:
                reading.book()
