"""`listwise-labels`: all candidates in one prompt, each with a label, scored by the probability of each label."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.engine.base import Engine, Tokens
from promptrec.prompt import PromptTooLong, fit
from promptrec.rank.base import Prompting
from promptrec.rank.label_tokens import label_tokens
from promptrec.rank.listwise.windows import WINDOW
from promptrec.rank.ordering import shuffled
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.kinds import KINDS
from promptrec.template.template import Template

# As many as the retriever gives by default: what a cascade is advised to keep where that many can be read.
KEEP = KINDS["listwise-labels"].most_candidates


@dataclass(frozen=True)
class Assignment:
    """A request's candidates as one prompt shows them: the first item has the first slot."""

    evidence: ResultBuilder
    items: tuple[Item, ...]


@dataclass(frozen=True)
class LabelReading:
    """The label of each slot of a deal, and its natural log-probability as the answer."""

    assignment: Assignment
    labels: tuple[str, ...]
    logprobs: tuple[float, ...]

    @property
    def by_item(self) -> dict[str, float]:
        """The log-probability of each candidate's label, by item ID."""
        return dict(zip((item.item_id for item in self.assignment.items), self.logprobs, strict=True))

    @property
    def mass(self) -> float:
        """The probability of any label at all."""
        return sum(map(math.exp, self.logprobs))

    def book(self) -> None:
        """Keep it with the evidence, as it is."""
        for item_id, logprob in self.by_item.items():
            self.assignment.evidence.score(item_id, listwise_labels=logprob)
        self.assignment.evidence.diagnostics["label-mass"] = self.mass


@dataclass(frozen=True)
class _Prompted:
    ids: Tokens
    labels: dict[str, int]
    """The token of each label, in the order of the slots."""


def assign(evidence: ResultBuilder, seed: int) -> Assignment:
    """The candidates in a seeded random order, so that a slot is never tied to a place in the input."""
    request = evidence.request
    return Assignment(evidence, shuffled(request.candidates, seed, request.query.query_id))


def read_slots(
    assignments: Sequence[Assignment], engine: Engine, template: Template, adapter: str | None
) -> list[LabelReading | None]:
    """What the model says of each deal; None, with the error booked, where it could not be asked or read."""
    # Deals of one size have the same labels: they are looked for once.
    labels = {
        n: label_tokens(engine.tokenizer, template.cue, n)
        for n in {len(assignment.items) for assignment in assignments}
    }
    prompted = [_prompted(assignment, labels[len(assignment.items)], engine, template) for assignment in assignments]
    asked = [p for p in prompted if p is not None]
    # One call an engine can batch: every prompt reads the labels of the longest one.
    tokens = sorted({token for p in asked for token in p.labels.values()})
    answers = iter(engine.next_logprobs([p.ids for p in asked], tokens, adapter=adapter))
    readings: list[LabelReading | None] = []
    for assignment, p in zip(assignments, prompted, strict=True):
        reading = None
        if p is not None:
            answer = next(answers)
            assignment.evidence.count(answer)
            if answer.value is not None:
                by_token = dict(zip(tokens, answer.value, strict=True))
                reading = LabelReading(assignment, tuple(p.labels), tuple(by_token[t] for t in p.labels.values()))
        readings.append(reading)
    return readings


def _prompted(assignment: Assignment, labels: dict[str, int], engine: Engine, template: Template) -> _Prompted | None:
    e, n = assignment.evidence, len(assignment.items)
    if len(labels) < n:
        e.errors.append(f"{n} candidates but this model's tokenizer has {len(labels)} labels: {_fewer(len(labels))}")
        return None
    budget = engine.context_length - 1
    try:
        fitted = fit(template, e.request.query, assignment.items, tuple(labels), engine.tokenizer, budget)
    except PromptTooLong as too_long:
        # A ranker that shows no more than a window at once has no use for the advice.
        e.errors.append(f"{too_long}: {_fewer(n // 2)}" if n > WINDOW else str(too_long))
        return None
    e.truncations.update(dict.fromkeys(fitted.truncations))
    return _Prompted(fitted.encoded.ids, labels)


def _fewer(room: int) -> str:
    """What to do where only about `room` candidates can be read at once."""
    cascade = f"bm25:{min(KEEP, room)}:listwise-labels"
    return f"give fewer candidates, or use the ranker tournament or a cascade such as {cascade}"


class ListwiseLabels(Prompting):
    """Which label the model would write first (natural log-probability of each)."""

    name: ClassVar[str] = "listwise-labels"
    template_kind: ClassVar[str] = "listwise-labels"

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        assignments = [assign(e, self._setup.seed) for e in evidence]
        for reading in read_slots(assignments, engine, template, self._setup.adapter):
            if reading is not None:
                reading.book()
