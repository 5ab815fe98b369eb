"""`yes-no`: one question for each candidate; log-odds of yes, minus the same log-odds when nothing is known.

Calibration against a content-free input: Zhao et al. 2021.
"""

import time
from collections.abc import Sequence
from typing import ClassVar

from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine, Reading, Tokens
from promptrec.prompt import Fitted, fit
from promptrec.rank.base import Setup, engine_and_template
from promptrec.rank.evidence import Evidence, conclude
from promptrec.rank.pairs import Pair, fit_pairs
from promptrec.rank.ranking import Ranking
from promptrec.rank.slots import word_tokens

# Longest answer word, in tokens, that is kept free behind the prompt.
RESERVE = 8


class YesNo:
    """Whether the model would say yes, compared with what it says about the same item to nobody in particular."""

    name: ClassVar[str] = "yes-no"
    template_kind: ClassVar[str | None] = "yes-no"
    reads_query: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._null: dict[tuple[str, Tokens], float] = {}

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        engine, template = engine_and_template(self.name, engine, self._setup)
        evidence = [Evidence(request) for request in requests]
        pairs = fit_pairs(evidence, template, engine, RESERVE)
        odds = self._log_odds([p.fitted for p in pairs], engine)
        nulls = self._null_odds(pairs, engine)
        for pair, reading, null in zip(pairs, odds, nulls, strict=True):
            pair.evidence.count(reading)
            if reading.value is not None and null is not None:
                pair.evidence.score(
                    pair.item.item_id, yes_no=reading.value - null, log_odds=reading.value, null_log_odds=null
                )
        return conclude(evidence, self.name, self._setup, engine, time.perf_counter() - started)

    def _log_odds(self, prompts: Sequence[Fitted], engine: Engine) -> list[Reading[float]]:
        """Log P(yes) - log P(no) after each prompt, by whole words whatever number of tokens they have."""
        if not prompts:
            return []
        template = engine_and_template(self.name, engine, self._setup)[1]
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

    def _null_odds(self, pairs: Sequence[Pair], engine: Engine) -> list[float | None]:
        """The log-odds of each pair's item under the empty profile, read where they are not known yet."""
        template = engine_and_template(self.name, engine, self._setup)[1]
        budget = engine.context_length - RESERVE
        fitted = [fit(template, Query(), (p.item,), (), engine.tokenizer, budget) for p in pairs]
        keys = [(engine.model_id, f.encoded.ids) for f in fitted]
        new = {key: (f, p) for key, f, p in zip(keys, fitted, pairs, strict=True) if key not in self._null}
        for (key, (_, pair)), reading in zip(
            new.items(), self._log_odds([f for f, _ in new.values()], engine), strict=True
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
