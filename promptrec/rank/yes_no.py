"""`yes-no`: one question for each candidate; log-odds of yes, minus the same log-odds when nothing is known.

Calibration against a content-free input: Zhao et al. 2021.
"""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.data.query import Query
from promptrec.engine.base import Engine, Reading, Tokens
from promptrec.prompt import Fitted, fit
from promptrec.rank.base import Setup
from promptrec.rank.evidence import Evidence
from promptrec.rank.kinds import Prompting
from promptrec.rank.pairs import Pair, fit_pairs
from promptrec.rank.slots import word_tokens
from promptrec.template.template import Template

# Longest answer word, in tokens, that is kept free behind the prompt.
RESERVE = 8


class YesNo(Prompting):
    """Whether the model would say yes, compared with what it says about the same item to nobody in particular."""

    name: ClassVar[str] = "yes-no"
    template_kind: ClassVar[str] = "yes-no"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._null: dict[tuple[str, Tokens], float] = {}

    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        pairs = fit_pairs(evidence, template, engine, RESERVE)
        odds = self._log_odds([p.fitted for p in pairs], engine, template)
        nulls = self._null_odds(pairs, engine, template)
        for pair, reading, null in zip(pairs, odds, nulls, strict=True):
            pair.evidence.count(reading)
            if reading.value is not None and null is not None:
                pair.evidence.score(
                    pair.item.item_id, yes_no=reading.value - null, log_odds=reading.value, null_log_odds=null
                )

    def _log_odds(self, prompts: Sequence[Fitted], engine: Engine, template: Template) -> list[Reading[float]]:
        """Log P(yes) - log P(no) after each prompt, by whole words whatever number of tokens they have."""
        if not prompts:
            return []
        yes, no = word_tokens(engine.tokenizer, prompts[0].prompt.text, template.header.words)
        ids = [p.encoded.ids for p in prompts]
        if len(yes) == len(no) == 1:
            labels = engine.next_logprobs(ids, (yes[0], no[0]), adapter=self._setup.adapter)
            return [_difference(r, r.value) for r in labels]
        likelihoods = engine.loglikelihood(
            [i for i in ids for _ in range(2)], [yes, no] * len(ids), adapter=self._setup.adapter
        )
        both = zip(likelihoods[::2], likelihoods[1::2], strict=True)
        return [_difference(_joined(y, n), y.value and n.value and (sum(y.value), sum(n.value))) for y, n in both]

    def _null_odds(self, pairs: Sequence[Pair], engine: Engine, template: Template) -> list[float | None]:
        """The log-odds of each pair's item under the empty profile, read where they are not known yet."""
        budget = engine.context_length - RESERVE
        fitted = [fit(template, Query(), (p.item,), (), engine.tokenizer, budget) for p in pairs]
        keys = [(engine.model_id, f.encoded.ids) for f in fitted]
        new = {key: (f, p) for key, f, p in zip(keys, fitted, pairs, strict=True) if key not in self._null}
        for (key, (_, pair)), reading in zip(
            new.items(), self._log_odds([f for f, _ in new.values()], engine, template), strict=True
        ):
            pair.evidence.count(reading)
            if reading.value is not None:
                self._null[key] = reading.value
        return [self._null.get(key) for key in keys]


def _joined(yes: Reading[tuple[float, ...]], no: Reading[tuple[float, ...]]) -> Reading[tuple[float, ...]]:
    """The cost of both readings, and the first error of the two."""
    error = yes.error or no.error
    return Reading(None if error else yes.value, yes.usage + no.usage, error)


def _difference(reading: Reading[tuple[float, ...]], values: Sequence[float] | None) -> Reading[float]:
    return Reading(values[0] - values[1] if values and not reading.error else None, reading.usage, reading.error)
