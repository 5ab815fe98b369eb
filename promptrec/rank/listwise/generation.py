"""`listwise-text`: the model writes an order of the candidates, held to the answer format, which is then parsed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from promptrec.answer.base import AnswerFormat, Parsed
from promptrec.answer.registry import answer_format
from promptrec.data.item import Item
from promptrec.engine.base import Constraint, Engine, Output, Sampling, Tokens
from promptrec.prompt import PromptTooLong, fit
from promptrec.rank.base import Prompting
from promptrec.rank.label_tokens import label_names
from promptrec.rank.listwise.windows import windows
from promptrec.rank.ordering import best_first, shuffled
from promptrec.rank.ranking import ReplyReport
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template


class WrittenOrder:
    """`items` are in the order found so far: at first the retriever's, or a seeded random one.

    `parts` are the windows in the order they are asked; a part that nothing is read for stays as it is.
    """

    def __init__(self, evidence: ResultBuilder, seed: int) -> None:
        request = evidence.request
        self.evidence = evidence
        self.items = list(
            best_first(request.candidates, request.retrieved, seed)[0]
            if request.retrieved
            else shuffled(request.candidates, seed, request.query.query_id)
        )
        self.parts = windows(len(self.items))
        self._replies: list[ReplyReport] = []
        self._named = 0
        """How many candidates the replies named, repeats in several windows counted."""
        self._whole = 0
        """How many windows were answered in full."""
        self._unread = len(self.parts)

    def read(self, part: slice, choices: Mapping[str, Item], parsed: Parsed) -> None:
        """Order a part as a reply does: what it named, then what it left out, as that was."""
        report = parsed.report
        self._replies.append(
            ReplyReport(
                missing=tuple(choices[c].item_id for c in report.missing),
                repeated=tuple(choices[c].item_id for c in report.repeated),
                unknown=report.unknown,
            )
        )
        named = [choices[choice] for choice in parsed.order]
        self.items[part] = named + [item for item in self.items[part] if item not in named]
        self._named += len(named)
        self._whole += report.is_clean
        self._unread -= bool(named)

    def build_ranking(self) -> None:
        """Score the candidates: the place counts n - place; where no reply named any, the order is a fallback."""
        e, n = self.evidence, len(self.items)
        e.reply = _joined(self._replies)
        if not self._named:
            # What the engine could not do at all is a failure; Evidence says so.
            if not e.errors:
                self._fall_back()
            return
        # What the only reply left out has no place; what one of several left out keeps the place it had.
        placed = self.items[: self._named] if len(self.parts) == 1 else self.items
        for place, item in enumerate(placed):
            e.score(item.item_id, listwise_text=float(n - place))
        if self._whole < len(self.parts):
            e.status = "repaired"
            e.notes.append(self._repairs(e.reply or ReplyReport()))

    def _repairs(self, reply: ReplyReport) -> str:
        faults = f"repeated {len(reply.repeated)} and named {len(reply.unknown)} unknown"
        if len(self.parts) == 1:
            left_out = f"{len(reply.missing)} of {len(self.items)} candidates (last, in a seeded random order)"
            return f"the reply left out {left_out}, {faults}"
        said = f"the replies to {len(self.parts)} windows left out {len(reply.missing)} candidates, {faults}; "
        why = f" ({self.evidence.errors[0]})" if self.evidence.errors else ""
        return f"{said}{self._unread} of them could not be read{why}; what was not named stays in the order it had"

    def _fall_back(self) -> None:
        e = self.evidence
        e.status = "fallback"
        e.ordered_by = "retriever"
        retrieved = e.request.retrieved
        for item_id, score in retrieved.items():
            e.score(item_id, retriever=score)
        e.notes.append(
            "no candidate could be read from the reply; the order is "
            + ("the retriever's" if retrieved else "a seeded random one")
        )


def _joined(replies: Sequence[ReplyReport]) -> ReplyReport | None:
    """The faults of all replies, in the order they were read; None where there is no reply.

    They are joined once: a report that grew with every window would be copied as often as there are windows.
    """
    if not replies:
        return None
    return ReplyReport(
        missing=tuple(chain.from_iterable(reply.missing for reply in replies)),
        repeated=tuple(chain.from_iterable(reply.repeated for reply in replies)),
        unknown=tuple(chain.from_iterable(reply.unknown for reply in replies)),
    )


@dataclass(frozen=True)
class _Shown:
    part: slice
    order: WrittenOrder
    ids: Tokens
    choices: dict[str, Item]
    max_tokens: int


class ListwiseText(Prompting):
    """The order a model writes down. The score counts down from the number of candidates, place by place."""

    name: ClassVar[str] = "listwise-text"
    template_kind: ClassVar[str] = "listwise-text"

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`. The windows of all requests that have the same turn are asked together."""
        answer = answer_format(template.header.answer, template.header.language)
        orders = [WrittenOrder(e, self._setup.seed) for e in evidence]
        for turn in range(max((len(order.parts) for order in orders), default=0)):
            due = [order for order in orders if turn < len(order.parts)]
            shown = [s for o in due if (s := self._show(o, o.parts[turn], answer, engine, template)) is not None]
            for s, reading in zip(shown, self._write(shown, answer, engine), strict=True):
                s.order.evidence.count(reading)
                s.order.evidence.count_step()
                if reading.value is not None:
                    s.order.read(s.part, s.choices, answer.parse(reading.value, tuple(s.choices)))
        for order in orders:
            order.build_ranking()

    def _show(
        self, order: WrittenOrder, part: slice, answer: AnswerFormat, engine: Engine, template: Template
    ) -> _Shown | None:
        e = order.evidence
        items = shuffled(order.items[part], self._setup.seed, e.request.query.query_id)
        labels = label_names(len(items))
        choices = dict(zip(_titles(items) if answer.name == "titles" else labels, items, strict=True))
        ideal = engine.tokenizer.encode(answer.write(tuple(choices)), trusted=False)
        max_tokens = len(ideal) + 8
        budget = engine.context_length - max_tokens
        try:
            told = answer.instruction(tuple(choices))
            fitted = fit(template, e.request.query, items, labels, engine.tokenizer, budget, instruction=told)
        except PromptTooLong as too_long:
            e.errors.append(str(too_long))
            return None
        e.truncations.update(dict.fromkeys(fitted.truncations))
        return _Shown(part, order, fitted.encoded.ids, choices, max_tokens)

    def _write(self, shown: Sequence[_Shown], answer: AnswerFormat, engine: Engine) -> list[Output[str]]:
        """What the model writes for each, those with the same choices in one call."""
        groups: dict[tuple[tuple[str, ...], int], list[int]] = {}
        for index, s in enumerate(shown):
            groups.setdefault((tuple(s.choices), s.max_tokens), []).append(index)
        replies: dict[int, Output[str]] = {}
        for (choices, max_tokens), members in groups.items():
            readings = engine.generate(
                [shown[i].ids for i in members],
                Sampling(max_tokens=max_tokens, seed=self._setup.seed),
                Constraint(regex=answer.pattern(choices)),
                adapter=self._setup.adapter,
            )
            replies.update(zip(members, readings, strict=True))
        return [replies[i] for i in range(len(shown))]


def _titles(items: Sequence[Item]) -> list[str]:
    """The items' titles, those that occur more than once told apart by their IDs."""
    seen = Counter(item.title for item in items)
    return [item.title if seen[item.title] == 1 else f"{item.title} [{item.item_id}]" for item in items]
