"""`listwise-text`: the model writes an order of the candidates, held to the answer format, which is then parsed.

The field's slowest and least reliable way (RankGPT, Sun et al. 2023), kept for engines that give no probabilities
and for comparison. What the reply leaves out comes last in a seeded random order, and the ranking says so.
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
from promptrec.rank.ranking import ReplyReport
from promptrec.rank.slots import label_names
from promptrec.template.template import Template


@dataclass(frozen=True)
class _Shown:
    evidence: Evidence
    ids: Tokens
    choices: dict[str, Item]
    max_tokens: int


class ListwiseText(Prompting):
    """The order a model writes down."""

    name: ClassVar[str] = "listwise-text"
    template_kind: ClassVar[str] = "listwise-text"

    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        answer = answer_format(template.header.answer, template.header.language)
        shown = [s for e in evidence if (s := self._show(e, answer, engine, template)) is not None]
        for s, reading in zip(shown, self._write(shown, answer, engine), strict=True):
            s.evidence.count(reading)
            if reading.value is not None:
                self._read(s, answer, reading.value)

    def _show(self, e: Evidence, answer: AnswerFormat, engine: Engine, template: Template) -> _Shown | None:
        items = shuffled(e.request.candidates, self._setup.seed, e.request.query.query_id)
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
        return _Shown(e, fitted.encoded.ids, choices, max_tokens)

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

    def _read(self, s: _Shown, answer: AnswerFormat, reply: str) -> None:
        """Turn a reply into scores: the place named counts n - place; nothing named falls back."""
        parsed = answer.parse(reply, tuple(s.choices))
        report = parsed.report
        s.evidence.reply = ReplyReport(
            missing=tuple(s.choices[c].item_id for c in report.missing),
            repeated=tuple(s.choices[c].item_id for c in report.repeated),
            unknown=report.unknown,
        )
        for place, choice in enumerate(parsed.order):
            s.evidence.score(s.choices[choice].item_id, listwise_text=float(len(s.choices) - place))
        if not parsed.order:
            self._fall_back(s)
        elif not report.is_clean:
            s.evidence.status = "repaired"
            s.evidence.notes.append(
                f"the reply left out {len(report.missing)} of {len(s.choices)} candidates (last, in a seeded random "
                f"order), repeated {len(report.repeated)} and named {len(report.unknown)} unknown"
            )

    def _fall_back(self, s: _Shown) -> None:
        s.evidence.status = "fallback"
        s.evidence.ordered_by = "retriever"
        retrieved = s.evidence.request.retrieved
        for item_id, score in retrieved.items():
            s.evidence.score(item_id, retriever=score)
        s.evidence.notes.append(
            "no candidate could be read from the reply; the order is "
            + ("the retriever's" if retrieved else "a seeded random one")
        )


def _titles(items: Sequence[Item]) -> list[str]:
    """The items' titles, those that occur more than once told apart by their IDs."""
    seen = Counter(item.title for item in items)
    return [item.title if seen[item.title] == 1 else f"{item.title} [{item.item_id}]" for item in items]
