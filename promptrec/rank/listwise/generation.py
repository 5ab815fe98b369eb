"""Generation ranker, `listwise-text`: the model writes an order of the candidates in the answer format."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from promptrec.answer.base import AnswerFormat, Parsed, ParseReport
from promptrec.answer.registry import answer_format
from promptrec.data.item import Item
from promptrec.engine.base import Engine, Output, OutputConstraint, Sampling, Tokens
from promptrec.messages import Reason, message, reason
from promptrec.prompt import PromptTooLong, fit
from promptrec.rank.base import PromptRanker
from promptrec.rank.label_tokens import label_names
from promptrec.rank.ordering import best_first, seeded_order
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.kinds import KINDS
from promptrec.template.template import Template

# Candidates per prompt, and distance between the starts of neighbouring windows.
WINDOW = KINDS["listwise-text"].most_candidates
STEP = 10


def windows(n: int) -> tuple[slice, ...]:
    """Slices of a list of `n`, from its end to its beginning, each overlapping the one before.

    If every window is ordered correctly, one pass brings the best `WINDOW - STEP` to the front. A list no longer than
    a window is one slice.
    """
    spans = [slice(max(0, n - WINDOW), n)]
    while spans[-1].start > 0:
        end = spans[-1].stop - STEP
        spans.append(slice(max(0, end - WINDOW), end))
    return tuple(spans)


class WindowedOrder:
    """Order of a request's candidates while the windows of `parts` are read one after the other.

    `items` is the order so far: at first the retriever's, or a seeded random one. A part without a reply stays as it
    is.
    """

    def __init__(self, evidence: ResultBuilder, seed: int) -> None:
        request = evidence.request
        self.evidence = evidence
        self.items = list(
            best_first(request.candidates, request.retrieved, seed)[0]
            if request.retrieved
            else seeded_order(request.candidates, seed, request.query.query_id)
        )
        self.parts = windows(len(self.items))
        self._reports: list[ParseReport] = []
        self._named = 0
        """Number of candidates that the replies named, repeats in several windows counted."""
        self._complete = 0
        """Number of replies without a fault."""
        self._unread = len(self.parts)

    def reorder(self, part: slice, choices: Mapping[str, Item], parsed: Parsed) -> None:
        """Order a part as its reply does: what it named, then the others in the order they had."""
        report = parsed.report
        self._reports.append(
            ParseReport(
                missing=tuple(choices[c].item_id for c in report.missing),
                repeated=tuple(choices[c].item_id for c in report.repeated),
                unknown=report.unknown,
            )
        )
        named = [choices[choice] for choice in parsed.order]
        self.items[part] = named + [item for item in self.items[part] if item not in named]
        self._named += len(named)
        self._complete += report.is_clean
        self._unread -= bool(named)

    def score_candidates(self) -> None:
        """Score the candidates by n - position; where no reply named any, the order is a fallback."""
        e, n = self.evidence, len(self.items)
        e.reply = _merge(self._reports)
        if not self._named:
            # If the engine failed, the ranking has failed too, see `build_rankings`.
            if not e.errors:
                self._fall_back()
            return
        # A candidate that the only reply left out has no position; one of several replies keeps the one it had.
        ordered = self.items[: self._named] if len(self.parts) == 1 else self.items
        for position, item in enumerate(ordered):
            e.score(item.item_id, listwise_text=float(n - position))
        if self._complete < len(self.parts):
            e.status = "repaired"
            e.notes.append(self._repairs(e.reply or ParseReport()))

    def _repairs(self, reply: ParseReport) -> Reason:
        faults = {"missing": len(reply.missing), "repeated": len(reply.repeated), "unknown": len(reply.unknown)}
        if len(self.parts) == 1:
            return reason("reply-incomplete", count=len(self.items), **faults)
        errors = self.evidence.errors
        code = "windows-unread-because" if errors else "windows-unread"
        return Reason(
            message("replies-incomplete", windows=len(self.parts), **faults),
            message(code, unread=self._unread, why=errors[0] if errors else ""),
            message("unnamed-keep-order"),
        )

    def _fall_back(self) -> None:
        e = self.evidence
        e.status = "fallback"
        e.ordered_by = "retriever"
        retrieved = e.request.retrieved
        for item_id, score in retrieved.items():
            e.score(item_id, retriever=score)
        order = message("order-of-retriever" if retrieved else "order-seeded")
        e.notes.append(Reason(message("no-candidate-in-reply"), order))


def _merge(reports: Sequence[ParseReport]) -> ParseReport | None:
    """The faults of all replies in one report; None if there are no replies."""
    if not reports:
        return None
    return ParseReport(
        missing=tuple(chain.from_iterable(report.missing for report in reports)),
        repeated=tuple(chain.from_iterable(report.repeated for report in reports)),
        unknown=tuple(chain.from_iterable(report.unknown for report in reports)),
    )


@dataclass(frozen=True)
class _WindowPrompt:
    part: slice
    order: WindowedOrder
    ids: Tokens
    choices: dict[str, Item]
    max_tokens: int


class ListwiseText(PromptRanker):
    """Order that a model writes. The score is the number of candidates minus the position, from 0."""

    name: ClassVar[str] = "listwise-text"
    template_kind: ClassVar[str] = "listwise-text"

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`. The n-th windows of all requests are read together."""
        answer = answer_format(template.header.answer, template.header.language)
        orders = [WindowedOrder(e, self._setup.seed) for e in evidence]
        for turn in range(max((len(order.parts) for order in orders), default=0)):
            current = [order for order in orders if turn < len(order.parts)]
            fitted = [self._prompt(order, order.parts[turn], answer, engine, template) for order in current]
            prompts = [prompt for prompt in fitted if prompt is not None]
            for prompt, output in zip(prompts, self._generate(prompts, answer, engine), strict=True):
                prompt.order.evidence.count(output)
                prompt.order.evidence.count_step()
                if output.value is not None:
                    prompt.order.reorder(prompt.part, prompt.choices, answer.parse(output.value, tuple(prompt.choices)))
        for order in orders:
            order.score_candidates()

    def _prompt(
        self, order: WindowedOrder, part: slice, answer: AnswerFormat, engine: Engine, template: Template
    ) -> _WindowPrompt | None:
        e = order.evidence
        items = seeded_order(order.items[part], self._setup.seed, e.request.query.query_id)
        labels = label_names(len(items))
        choices = dict(zip(_titles(items) if answer.name == "titles" else labels, items, strict=True))
        complete = engine.tokenizer.encode(answer.write(tuple(choices)), trusted=False)
        max_tokens = len(complete) + 8
        budget = engine.context_length - max_tokens
        instruction = answer.instruction(tuple(choices))
        try:
            fitted = fit(template, e.request.query, items, labels, engine.tokenizer, budget, instruction=instruction)
        except PromptTooLong as too_long:
            e.errors.append(too_long.reason)
            return None
        e.truncations.update(dict.fromkeys(fitted.truncations))
        return _WindowPrompt(part, order, fitted.encoded.ids, choices, max_tokens)

    def _generate(self, prompts: Sequence[_WindowPrompt], answer: AnswerFormat, engine: Engine) -> list[Output[str]]:
        """The reply to each prompt; those with the same choices are read in one call."""
        groups: dict[tuple[tuple[str, ...], int], list[int]] = {}
        for index, prompt in enumerate(prompts):
            groups.setdefault((tuple(prompt.choices), prompt.max_tokens), []).append(index)
        replies: dict[int, Output[str]] = {}
        for (choices, max_tokens), members in groups.items():
            outputs = engine.generate(
                [prompts[i].ids for i in members],
                Sampling(max_tokens=max_tokens, seed=self._setup.seed),
                OutputConstraint(regex=answer.pattern(choices)),
                adapter=self._setup.adapter,
            )
            replies.update(zip(members, outputs, strict=True))
        return [replies[i] for i in range(len(prompts))]


def _titles(items: Sequence[Item]) -> list[str]:
    """The items' titles; those that occur more than once have the item ID added."""
    seen = Counter(item.title for item in items)
    return [item.title if seen[item.title] == 1 else f"{item.title} [{item.item_id}]" for item in items]
