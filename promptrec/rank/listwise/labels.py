"""Label ranker, `listwise-labels`: all candidates in one prompt, each scored by the probability of its label."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from promptrec.data.item import Item
from promptrec.engine.base import Engine, Tokens
from promptrec.messages import Message, message, reason
from promptrec.prompt import PromptTooLong, fit
from promptrec.rank.base import PromptRanker
from promptrec.rank.label_tokens import label_tokens
from promptrec.rank.listwise.generation import WINDOW
from promptrec.rank.ordering import seeded_order
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.kinds import KINDS
from promptrec.template.template import Template

# Candidates that a cascade is advised to keep, if that many can be read: the retriever's default.
KEEP = KINDS["listwise-labels"].most_candidates


@dataclass(frozen=True)
class Assignment:
    """Candidates of a request in the order of a prompt; the first item has the first label."""

    evidence: ResultBuilder
    items: tuple[Item, ...]


@dataclass(frozen=True)
class LabelReading:
    """Labels of an assignment and the natural-log probability of each as the answer, in the order of the items."""

    assignment: Assignment
    labels: tuple[str, ...]
    logprobs: tuple[float, ...]

    @property
    def by_item(self) -> dict[str, float]:
        """Log-probability of each candidate's label, by item ID."""
        return dict(zip((item.item_id for item in self.assignment.items), self.logprobs, strict=True))

    @property
    def mass(self) -> float:
        """Total probability of the labels."""
        return sum(map(math.exp, self.logprobs))

    def add_scores(self) -> None:
        """Add the log-probabilities to the result as scores `listwise-labels`."""
        for item_id, logprob in self.by_item.items():
            self.assignment.evidence.score(item_id, listwise_labels=logprob)
        self.assignment.evidence.diagnostics["label-mass"] = self.mass


@dataclass(frozen=True)
class _LabelPrompt:
    ids: Tokens
    labels: dict[str, int]
    """Token of each label, in the order of the items."""


def assign(evidence: ResultBuilder, seed: int) -> Assignment:
    """The candidates in a seeded random order, so that a label says nothing of the input order."""
    request = evidence.request
    return Assignment(evidence, seeded_order(request.candidates, seed, request.query.query_id))


def read_labels(
    assignments: Sequence[Assignment], engine: Engine, template: Template, adapter: str | None
) -> list[LabelReading | None]:
    """Read the label probabilities of assignments in one engine call.

    Args:
        assignments: the candidates of each prompt.
        engine: that reads.
        template: of kind listwise-labels.
        adapter: folder of a LoRA adapter to read with.

    Returns:
        A reading for each assignment; None, with the error in its result, where it could not be prompted or read.
    """
    # Assignments of one size have the same labels: they are looked up once.
    sizes = {len(assignment.items) for assignment in assignments}
    labels = {n: label_tokens(engine.tokenizer, template.cue, n) for n in sizes}
    prompts = [_prompt(assignment, labels[len(assignment.items)], engine, template) for assignment in assignments]
    readable = [p for p in prompts if p is not None]
    # One call an engine can batch: every prompt reads the labels of the longest one.
    tokens = sorted({token for p in readable for token in p.labels.values()})
    outputs = iter(engine.next_logprobs([p.ids for p in readable], tokens, adapter=adapter))
    readings: list[LabelReading | None] = []
    for assignment, p in zip(assignments, prompts, strict=True):
        reading = None
        if p is not None:
            output = next(outputs)
            assignment.evidence.count(output)
            if output.value is not None:
                by_token = dict(zip(tokens, output.value, strict=True))
                reading = LabelReading(assignment, tuple(p.labels), tuple(by_token[t] for t in p.labels.values()))
        readings.append(reading)
    return readings


def _prompt(assignment: Assignment, labels: dict[str, int], engine: Engine, template: Template) -> _LabelPrompt | None:
    e, n = assignment.evidence, len(assignment.items)
    if len(labels) < n:
        e.errors.append(reason("too-few-labels", count=n, labels=len(labels), fewer=_fewer(len(labels))))
        return None
    budget = engine.context_length - 1
    try:
        fitted = fit(template, e.request.query, assignment.items, tuple(labels), engine.tokenizer, budget)
    except PromptTooLong as too_long:
        # Rankers that show no more than a window at once have no use for the advice.
        why = too_long.reason
        e.errors.append(reason("prompt-of-too-many", why=why, fewer=_fewer(n // 2)) if n > WINDOW else why)
        return None
    e.truncations.update(dict.fromkeys(fitted.truncations))
    return _LabelPrompt(fitted.encoded.ids, labels)


def _fewer(room: int) -> Message:
    """Advice where only about `room` candidates can be read at once."""
    return message("fewer-candidates", cascade=f"bm25:{min(KEEP, room)}:listwise-labels")


class ListwiseLabels(PromptRanker):
    """Natural-log probability of each candidate's label as the first token of the answer."""

    name: ClassVar[str] = "listwise-labels"
    template_kind: ClassVar[str] = "listwise-labels"
    subtracts_dislikes: ClassVar[bool] = True

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`."""
        assignments = [assign(e, self._setup.seed) for e in evidence]
        for reading in read_labels(assignments, engine, template, self._setup.adapter):
            if reading is not None:
                reading.add_scores()
