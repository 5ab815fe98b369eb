"""Pair prompts: one prompt for each query and candidate, and item scores that are read once for all queries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.engine.base import Engine, Logprobs, Output, Tokens
from promptrec.prompt import Fitted, PromptTooLong, fit
from promptrec.rank.item_score_cache import ItemScoreCache, Key
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
        """Token IDs that the model reads."""
        return self.fitted.encoded.context

    @property
    def reply(self) -> Tokens:
        """Token IDs that are scored, or those of the cue."""
        return self.fitted.encoded.reply


def fit_pairs(evidence: Sequence[ResultBuilder], template: Template, engine: Engine, reserve: int = 0) -> list[Pair]:
    """A pair for each candidate of each request; one that cannot fit is an error of its request.

    Args:
        evidence: of the requests.
        template: that writes the prompts.
        engine: that will read them.
        reserve: tokens of the context to leave free after the prompt.
    """
    pairs = []
    budget = engine.context_length - reserve
    for e in evidence:
        for item in e.request.candidates:
            try:
                fitted = fit(template, e.request.query, (item,), (), engine.tokenizer, budget)
            except PromptTooLong as too_long:
                e.errors.append(too_long.reason)
                continue
            e.truncations.update(dict.fromkeys(fitted.truncations))
            pairs.append(Pair(e, item, fitted))
    return pairs


def null_context(template: Template, item: Item, engine: Engine) -> Tokens:
    """Token IDs of the prompt for an item and an empty profile."""
    return fit(template, Query(), (item,), (), engine.tokenizer, engine.context_length).encoded.context


def null_scores(
    cache: ItemScoreCache,
    pairs: Sequence[Pair],
    keys: Sequence[Key],
    read: Callable[[Sequence[int]], Sequence[Output[Logprobs]]],
    value: Callable[[Logprobs], float],
) -> list[float | None]:
    """The score of each pair's item under the empty profile; None where it could not be read.

    Args:
        cache: of the scores; what it lacks is read and stored.
        pairs: of queries and items; the cost of reading is booked to their requests.
        keys: what the score of each pair depends on.
        read: gives the engine's output for the pairs at these positions.
        value: the score, from an output's log-probabilities.
    """
    known = cache.get(keys)
    new = {key: n for n, key in enumerate(keys) if key not in known}
    outputs = read(list(new.values()))
    for n, output in zip(new.values(), outputs, strict=True):
        pairs[n].evidence.count(output)
    scores = {key: value(o.value) for key, o in zip(new, outputs, strict=True) if o.value is not None}
    cache.update(scores)
    scores |= known
    return [scores.get(key) for key in keys]
