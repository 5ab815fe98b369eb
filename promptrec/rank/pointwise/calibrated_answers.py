"""Calibrated answers: `yes-no` and `graded` ask about each candidate and subtract the empty profile's answer."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from promptrec.data.query import Query
from promptrec.engine.base import Engine, Logprobs, Output, Usage
from promptrec.prompt import Fitted, fit
from promptrec.rank.base import PromptRanker, Setup
from promptrec.rank.item_score_cache import ItemScoreCache
from promptrec.rank.label_tokens import word_tokens
from promptrec.rank.pointwise.pair_prompts import Pair, fit_pairs, null_scores
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template

# Tokens left free after the prompt for the longest answer word.
RESERVE = 8


class CalibratedRanker(PromptRanker):
    """Score of the answer words' probabilities, minus the same score of the same item for an empty profile.

    The second is read once for each item, see `ItemScoreCache`. The diagnostic `word-mass` is the probability of all
    answer words together, as a mean over the candidates.
    """

    pointwise: ClassVar[bool] = True
    subtracts_dislikes: ClassVar[bool] = True
    caches_item_scores: ClassVar[bool] = True
    number: ClassVar[str]
    """Name of the score before the subtraction."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._cache = ItemScoreCache(setup.score_cache)

    @abstractmethod
    def value(self, logprobs: Logprobs) -> float:
        """The score, from the natural-log probability of each of the template's answer words in their order."""

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`."""
        pairs = fit_pairs(evidence, template, engine, RESERVE)
        outputs = self._read([p.fitted for p in pairs], engine, template)
        for pair, output, null in zip(pairs, outputs, self._null_scores(pairs, engine, template), strict=True):
            e = pair.evidence
            e.count(output)
            if output.value is None or null is None:
                continue
            value = self.value(output.value)
            e.score(pair.item.item_id, **{self.name: value - null, self.number: value, f"null-{self.number}": null})
            mass = sum(map(math.exp, output.value)) / len(e.request.candidates)
            e.diagnostics["word-mass"] = e.diagnostics.get("word-mass", 0.0) + mass

    def _read(self, prompts: Sequence[Fitted], engine: Engine, template: Template) -> list[Output[Logprobs]]:
        if not prompts:
            return []
        words = word_tokens(engine.tokenizer, prompts[0].prompt.text, template.header.answers)
        ids = [p.encoded.ids for p in prompts]
        start = words[0][:-1]
        adapter = self._setup.adapter
        if all(word[:-1] == start for word in words):
            # Tokens that all words start with, such as a space, favour none: they are read with the prompt.
            return engine.next_logprobs([i + start for i in ids], [word[-1] for word in words], adapter=adapter)
        n = len(words)
        outputs = engine.loglikelihood([i for i in ids for _ in words], words * len(ids), adapter=adapter)
        return [_join(outputs[at : at + n]) for at in range(0, len(outputs), n)]

    def _null_scores(self, pairs: Sequence[Pair], engine: Engine, template: Template) -> list[float | None]:
        budget = engine.context_length - RESERVE
        fitted = [fit(template, Query(), (p.item,), (), engine.tokenizer, budget) for p in pairs]
        reader = (self.name, engine.model_id, self._setup.adapter_sha256)
        keys = [(*reader, f.encoded.ids, template.header.answers) for f in fitted]

        def read(positions: Sequence[int]) -> list[Output[Logprobs]]:
            return self._read([fitted[n] for n in positions], engine, template)

        return null_scores(self._cache, pairs, keys, read, self.value)


def _join(outputs: Sequence[Output[Logprobs]]) -> Output[Logprobs]:
    """One output of several words: the log-probability of each as the sum of its tokens'; or the first error."""
    usage = sum((output.usage for output in outputs), Usage())
    error = next((output.error for output in outputs if output.error), None)
    return Output(None if error else tuple(sum(output.get()) for output in outputs), usage, error)


class Graded(CalibratedRanker):
    """Expected grade that the model gives an item, minus the one it gives for an empty profile."""

    name: ClassVar[str] = "graded"
    template_kind: ClassVar[str] = "graded"
    number: ClassVar[str] = "grade"

    def value(self, logprobs: Logprobs) -> float:
        """The expected grade; 1 for the template's first word, which is the worst."""
        return expected_grade(logprobs)


def expected_grade(logprobs: Sequence[float]) -> float:
    """Mean of the grades 1, 2, … under their probabilities, scaled to sum to 1.

    Args:
        logprobs: natural-log probability of each grade, worst first; a constant added to all makes no difference.
    """
    likeliest = max(logprobs)
    weights = [math.exp(p - likeliest) for p in logprobs]
    return sum(grade * weight for grade, weight in enumerate(weights, 1)) / sum(weights)


class YesNoRanker(CalibratedRanker):
    """Log-odds of yes, minus those for an empty profile."""

    name: ClassVar[str] = "yes-no"
    template_kind: ClassVar[str] = "yes-no"
    number: ClassVar[str] = "log-odds"

    def value(self, logprobs: Logprobs) -> float:
        """Log P(yes) - log P(no)."""
        yes, no = logprobs
        return yes - no
