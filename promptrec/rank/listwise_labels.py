"""`listwise-labels`: all candidates in one prompt, each with a label; scores are the labels' next-token probabilities.

One prefill and no decoding (LlamaRec, Yue et al. 2023; FIRST, Reddy et al. 2024), with exact probabilities for
every label. Labels are dealt out in a seeded random order, so that a label is never tied to a place in the input.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine, Tokens
from promptrec.prompt import PromptTooLong, fit
from promptrec.rank.base import Setup, engine_and_template
from promptrec.rank.evidence import Evidence, conclude
from promptrec.rank.order import shuffled
from promptrec.rank.ranking import Ranking
from promptrec.rank.slots import label_tokens


@dataclass(frozen=True)
class _Shown:
    evidence: Evidence
    ids: Tokens
    tokens: dict[str, int]
    """The label token of each candidate, by item ID."""


class ListwiseLabels:
    """Which label the model would write first (natural log-probability of each)."""

    name: ClassVar[str] = "listwise-labels"
    template_kind: ClassVar[str | None] = "listwise-labels"
    reads_query: ClassVar[bool] = True

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        engine, _ = engine_and_template(self.name, engine, self._setup)
        evidence = [Evidence(request) for request in requests]
        shown = [s for e in evidence if (s := self._show(e, engine)) is not None]
        # One call an engine can batch: every request reads the labels of the longest one.
        tokens = sorted({t for s in shown for t in s.tokens.values()})
        readings = engine.next_logprobs([s.ids for s in shown], tokens, adapter=self._setup.adapter)
        for s, reading in zip(shown, readings, strict=True):
            s.evidence.count(reading)
            if reading.value is not None:
                by_token = dict(zip(tokens, reading.value, strict=True))
                for item_id, token in s.tokens.items():
                    s.evidence.score(item_id, listwise_labels=by_token[token])
                s.evidence.signals["label-mass"] = sum(math.exp(by_token[t]) for t in s.tokens.values())
        return conclude(evidence, self.name, self._setup, engine, time.perf_counter() - started)

    def _show(self, e: Evidence, engine: Engine) -> _Shown | None:
        """The prompt of one request; None, with the error booked, where it cannot be asked."""
        template = engine_and_template(self.name, engine, self._setup)[1]
        items = shuffled(e.request.candidates, self._setup.seed, e.request.query.query_id)
        labels = label_tokens(engine.tokenizer, template.cue, len(items))
        if len(labels) < len(items):
            e.errors.append(
                f"{len(items)} candidates but this model's tokenizer has {len(labels)} labels: give fewer candidates "
                "or use the ranker query-likelihood"
            )
            return None
        try:
            fitted = fit(template, e.request.query, items, tuple(labels), engine.tokenizer, engine.context_length - 1)
        except PromptTooLong as too_long:
            e.errors.append(str(too_long))
            return None
        e.cuts.update(dict.fromkeys(fitted.cuts))
        by_item = dict(zip((item.item_id for item in items), labels.values(), strict=True))
        return _Shown(e, fitted.encoded.ids, by_item)
