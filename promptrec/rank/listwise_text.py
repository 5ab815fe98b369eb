"""`listwise-text`: the model writes an order of the candidates, held to the answer format, which is then parsed.

The field's slowest and least reliable way (RankGPT, Sun et al. 2023), kept for engines that give no probabilities
and for comparison. More candidates than a window holds are ordered window by window, from the back to the front,
beginning with the retriever's order where there is one. Unlike RankGPT, no window shows the order it was found in:
a model that copies what it is shown must not pass for one that agrees with the retriever.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from promptrec.answer.base import AnswerFormat
from promptrec.answer.table import answer_format
from promptrec.data.item import Item
from promptrec.engine.base import Constraint, Engine, Reading, Sampling, Tokens
from promptrec.prompt import PromptTooLong, fit
from promptrec.rank.evidence import Evidence
from promptrec.rank.kinds import Prompting
from promptrec.rank.order import shuffled
from promptrec.rank.slots import label_names
from promptrec.rank.written_order import WrittenOrder
from promptrec.template.template import Template


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

    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`. The windows of all requests that have the same turn are asked together."""
        answer = answer_format(template.header.answer, template.header.language)
        orders = [WrittenOrder(e, self._setup.seed) for e in evidence]
        for turn in range(max((len(order.parts) for order in orders), default=0)):
            due = [order for order in orders if turn < len(order.parts)]
            shown = [s for o in due if (s := self._show(o, o.parts[turn], answer, engine, template)) is not None]
            for s, reading in zip(shown, self._write(shown, answer, engine), strict=True):
                s.order.evidence.count(reading)
                s.order.evidence.steps += 1
                if reading.value is not None:
                    s.order.read(s.part, s.choices, answer.parse(reading.value, tuple(s.choices)))
        for order in orders:
            order.conclude()

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
        e.cuts.update(dict.fromkeys(fitted.cuts))
        return _Shown(part, order, fitted.encoded.ids, choices, max_tokens)

    def _write(self, shown: Sequence[_Shown], answer: AnswerFormat, engine: Engine) -> list[Reading[str]]:
        """What the model writes for each, those with the same choices in one call."""
        groups: dict[tuple[tuple[str, ...], int], list[int]] = {}
        for index, s in enumerate(shown):
            groups.setdefault((tuple(s.choices), s.max_tokens), []).append(index)
        replies: dict[int, Reading[str]] = {}
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
