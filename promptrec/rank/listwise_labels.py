"""`listwise-labels`: all candidates in one prompt, each with a label; scores are the labels' next-token probabilities.

One prefill and no decoding (LlamaRec, Yue et al. 2023; FIRST, Reddy et al. 2024), with exact probabilities for
every label. Labels are dealt out in a seeded random order, so that a label is never tied to a place in the input.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from promptrec.engine.base import Engine, Tokens
from promptrec.prompt import PromptTooLong, fit
from promptrec.rank.evidence import Evidence
from promptrec.rank.kinds import Prompting
from promptrec.rank.order import shuffled
from promptrec.rank.slots import label_tokens
from promptrec.template.template import Template


@dataclass(frozen=True)
class _Shown:
    evidence: Evidence
    ids: Tokens
    tokens: dict[str, int]
    """The label token of each candidate, by item ID."""


class ListwiseLabels(Prompting):
    """Which label the model would write first (natural log-probability of each)."""

    name: ClassVar[str] = "listwise-labels"
    template_kind: ClassVar[str] = "listwise-labels"

    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        shown = [s for e in evidence if (s := self._show(e, engine, template)) is not None]
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

    def _show(self, e: Evidence, engine: Engine, template: Template) -> _Shown | None:
        """The prompt of one request; None, with the error booked, where it cannot be asked."""
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
