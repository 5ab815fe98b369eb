"""Ranking by likelihood: the model is only asked how probable it finds a text, never to answer.

`query-likelihood`: mean log P(the person's words | item), Sachan et al. 2022 (UPR), after Ponte and Croft 1998.
`item-likelihood`: mean log P(item | the person's words), Sileo et al. 2022.
`item-pmi`: log P(item | the person's words) - log P(item | nothing known), Holtzman et al. 2021.

Length: the first two are means over tokens, so that a long text is not less likely for being long; the two parts of the
third are of the same tokens. Popularity: the third takes off how likely the model finds an item whoever asks, and
centring (`A~8`, see `centred`) does so for all of them.
"""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.engine.base import Engine, Output
from promptrec.rank.base import Prompting, Setup
from promptrec.rank.item_score_cache import ItemScoreCache
from promptrec.rank.pointwise.pair_prompts import Pair, fit_pairs, null_context
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template


class MeanLikelihood(Prompting):
    """How probable the model finds the template's reply after the rest of it (nats a token)."""

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        pairs = fit_pairs(evidence, template, engine)
        for pair, reading in zip(pairs, _read(pairs, engine, self._setup), strict=True):
            pair.evidence.count(reading)
            if reading.value is not None:
                pair.evidence.score(pair.item.item_id, **{self.name: sum(reading.value) / len(reading.value)})


class QueryLikelihood(MeanLikelihood):
    """How probable the model finds the person's words after reading an item (nats a token)."""

    name: ClassVar[str] = "query-likelihood"
    pointwise: ClassVar[bool] = True
    template_kind: ClassVar[str] = "query-likelihood"


class ItemLikelihood(MeanLikelihood):
    """How probable the model finds an item after reading the person's words (nats a token).

    It asks with the prompts of `item-pmi` and reads no empty profile, so items that are likely for everybody lead.
    """

    name: ClassVar[str] = "item-likelihood"
    pointwise: ClassVar[bool] = True
    template_kind: ClassVar[str] = "item-pmi"


class ItemPmi(Prompting):
    """How much likelier an item becomes once the person's words are known (nats).

    The likelihood under the empty profile is read once for each item, see `ItemScoreCache`. Both are of the whole item
    text: `log-likelihood` and `null-log-likelihood` (nats).
    """

    name: ClassVar[str] = "item-pmi"
    pointwise: ClassVar[bool] = True
    keeps: ClassVar[bool] = True
    template_kind: ClassVar[str] = "item-pmi"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._null = ItemScoreCache(setup.kept)

    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `Prompting.gather`."""
        pairs = fit_pairs(evidence, template, engine)
        readings = _read(pairs, engine, self._setup)
        nulls = self._null_likelihoods(pairs, engine, template)
        for pair, reading, null in zip(pairs, readings, nulls, strict=True):
            pair.evidence.count(reading)
            if reading.value is not None and null is not None:
                likelihood = sum(reading.value)
                pair.evidence.score(
                    pair.item.item_id,
                    item_pmi=likelihood - null,
                    log_likelihood=likelihood,
                    null_log_likelihood=null,
                )

    def _null_likelihoods(self, pairs: Sequence[Pair], engine: Engine, template: Template) -> list[float | None]:
        """Log P(item | nothing known) of each pair's item, read where it is not known yet."""
        reader = (self.name, engine.model_id, self._setup.adapter_sha256)
        keys = [(*reader, null_context(template, p.item, engine), p.reply) for p in pairs]
        known = self._null.known(keys)
        new = {key: pair for key, pair in zip(keys, pairs, strict=True) if key not in known}
        readings = engine.loglikelihood([key[-2] for key in new], [key[-1] for key in new], adapter=self._setup.adapter)
        for pair, reading in zip(new.values(), readings, strict=True):
            pair.evidence.count(reading)
        read = {key: sum(r.value) for key, r in zip(new, readings, strict=True) if r.value is not None}
        self._null.keep(read.items())
        told = known | read
        return [told.get(key) for key in keys]


def _read(pairs: Sequence[Pair], engine: Engine, setup: Setup) -> list[Output[tuple[float, ...]]]:
    """The log-probability of each token of each pair's reply."""
    return engine.loglikelihood([p.context for p in pairs], [p.reply for p in pairs], adapter=setup.adapter)
