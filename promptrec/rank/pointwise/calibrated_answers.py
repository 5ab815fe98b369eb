"""`yes-no` and `graded`: one question for each candidate, calibrated against the answer for an empty profile."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from promptrec.data.query import Query
from promptrec.engine.base import Engine, Output, Usage
from promptrec.prompt import Fitted, fit
from promptrec.rank.base import Prompting, Setup
from promptrec.rank.item_score_cache import ItemScoreCache
from promptrec.rank.label_tokens import word_tokens
from promptrec.rank.pointwise.pair_prompts import Pair, fit_pairs
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template

# Longest answer word, in tokens, that is kept free behind the prompt.
RESERVE = 8


class Calibrated(Prompting):
    """A number read off the words of an answer, minus the same number about the same item when nothing is known.

    The second is read once for each item, see `ItemScoreCache`. The signal `word-mass` is the probability of all the
    words together, as a mean over the candidates.
    """

    pointwise: ClassVar[bool] = True
    keeps: ClassVar[bool] = True
    number: ClassVar[str]
    """What the number is called among the scores."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._null = ItemScoreCache(setup.kept)

    @abstractmethod
    def value(self, logprobs: Sequence[float]) -> float:
        """The number, from the natural-log probability of each of the template's words, in their order."""

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        pairs = fit_pairs(evidence, template, engine, RESERVE)
        readings = self._ask([p.fitted for p in pairs], engine, template)
        nulls = self._null_values(pairs, engine, template)
        for pair, reading, null in zip(pairs, readings, nulls, strict=True):
            e = pair.evidence
            e.count(reading)
            if reading.value is None or null is None:
                continue
            value = self.value(reading.value)
            e.score(pair.item.item_id, **{self.name: value - null, self.number: value, f"null-{self.number}": null})
            mass = sum(map(math.exp, reading.value)) / len(e.request.candidates)
            e.diagnostics["word-mass"] = e.diagnostics.get("word-mass", 0.0) + mass

    def _ask(self, prompts: Sequence[Fitted], engine: Engine, template: Template) -> list[Output[tuple[float, ...]]]:
        """Log-probabilities of the template's words after each prompt, whatever number of tokens they have."""
        if not prompts:
            return []
        words = word_tokens(engine.tokenizer, prompts[0].prompt.text, template.header.words)
        ids = [p.encoded.ids for p in prompts]
        start = words[0][:-1]
        if all(word[:-1] == start for word in words):
            # What all words start with, such as a space, favours none: it is read with the prompt, in one reading.
            return engine.next_logprobs(
                [i + start for i in ids], [word[-1] for word in words], adapter=self._setup.adapter
            )
        n = len(words)
        readings = engine.loglikelihood([i for i in ids for _ in words], words * len(ids), adapter=self._setup.adapter)
        return [_joined(readings[at : at + n]) for at in range(0, len(readings), n)]

    def _null_values(self, pairs: Sequence[Pair], engine: Engine, template: Template) -> list[float | None]:
        """The number of each pair's item under the empty profile, read where it is not known yet."""
        budget = engine.context_length - RESERVE
        fitted = [fit(template, Query(), (p.item,), (), engine.tokenizer, budget) for p in pairs]
        reader = (self.name, engine.model_id, self._setup.adapter_sha256)
        keys = [(*reader, f.encoded.ids, template.header.words) for f in fitted]
        known = self._null.known(keys)
        new = {key: (f, p) for key, f, p in zip(keys, fitted, pairs, strict=True) if key not in known}
        readings = self._ask([f for f, _ in new.values()], engine, template)
        for (_, pair), reading in zip(new.values(), readings, strict=True):
            pair.evidence.count(reading)
        read = {key: self.value(r.value) for key, r in zip(new, readings, strict=True) if r.value is not None}
        self._null.keep(read.items())
        told = known | read
        return [told.get(key) for key in keys]


def _joined(readings: Sequence[Output[tuple[float, ...]]]) -> Output[tuple[float, ...]]:
    """The log-probability of each word as a whole, at the cost of all; or the first error among them."""
    usage = sum((r.usage for r in readings), Usage())
    error = next((r.error for r in readings if r.error), None)
    return Output(None if error else tuple(sum(r.get()) for r in readings), usage, error)


class Graded(Calibrated):
    """How well the model would grade an item, compared with its grade for nobody in particular (in grades)."""

    name: ClassVar[str] = "graded"
    template_kind: ClassVar[str] = "graded"
    number: ClassVar[str] = "grade"

    def value(self, logprobs: Sequence[float]) -> float:
        """The expected grade; 1 for the template's first word, which is the worst."""
        return expected_grade(logprobs)


def expected_grade(logprobs: Sequence[float]) -> float:
    """The mean of the grades 1, 2, … under their probabilities, scaled to sum to 1.

    Args:
        logprobs: the natural-log probability of each grade, worst first; what all of them share makes no difference.
    """
    likeliest = max(logprobs)
    weights = [math.exp(p - likeliest) for p in logprobs]
    return sum(grade * weight for grade, weight in enumerate(weights, 1)) / sum(weights)


class YesNo(Calibrated):
    """Whether the model would say yes, compared with what it says about the same item to nobody in particular."""

    name: ClassVar[str] = "yes-no"
    template_kind: ClassVar[str] = "yes-no"
    number: ClassVar[str] = "log-odds"

    def value(self, logprobs: Sequence[float]) -> float:
        """Log P(yes) - log P(no)."""
        yes, no = logprobs
        return yes - no
