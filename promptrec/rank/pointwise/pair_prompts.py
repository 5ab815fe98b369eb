"""One prompt for each pair of query and candidate: fitted, read, and booked to the request it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.engine.base import Engine, Tokens
from promptrec.prompt import Fitted, PromptTooLong, fit
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template


@dataclass(frozen=True)
class Pair:
    """A query and one candidate as a prompt that fits the engine's context."""

    evidence: ResultBuilder
    item: Item
    fitted: Fitted

    @property
    def context(self) -> Tokens:
        """Token ids of what the model reads."""
        return self.fitted.encoded.context

    @property
    def reply(self) -> Tokens:
        """Token ids of what is scored, or of the cue."""
        return self.fitted.encoded.reply


def fit_pairs(evidence: Sequence[ResultBuilder], template: Template, engine: Engine, reserve: int = 0) -> list[Pair]:
    """A pair for each candidate of each request; one that cannot fit is booked as an error of its request.

    `reserve` tokens of the context are kept free for what the engine adds after the prompt.
    """
    pairs = []
    budget = engine.context_length - reserve
    for e in evidence:
        for item in e.request.candidates:
            try:
                fitted = fit(template, e.request.query, (item,), (), engine.tokenizer, budget)
            except PromptTooLong as too_long:
                e.errors.append(str(too_long))
                continue
            e.truncations.update(dict.fromkeys(fitted.truncations))
            pairs.append(Pair(e, item, fitted))
    return pairs


def null_context(template: Template, item: Item, engine: Engine) -> Tokens:
    """The context of the same prompt when nothing is known of the person."""
    return fit(template, Query(), (item,), (), engine.tokenizer, engine.context_length).encoded.context
