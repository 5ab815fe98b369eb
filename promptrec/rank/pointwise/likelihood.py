"""Likelihood rankers: score a candidate by how probable the model finds a text, without asking it for an answer.

`query-likelihood`: mean log P(query | item), Sachan et al. 2022 (UPR), after Ponte and Croft 1998.
`item-likelihood`: mean log P(item | query), Sileo et al. 2022.
`item-pmi`: log P(item | query) - log P(item | empty profile), Holtzman et al. 2021.

Length: the first two are means over tokens, so that a long text is not less likely for being long; the two parts of the
third are of the same tokens. Popularity: the third subtracts how likely the model finds an item for any query, and
mean-centring (`A~8`) does so for all of them.
"""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.engine.base import Engine, Logprobs, Output
from promptrec.rank.base import PromptRanker, Setup
from promptrec.rank.item_score_cache import ItemScoreCache
from promptrec.rank.pointwise.pair_prompts import Pair, fit_pairs, null_context, null_scores
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.template import Template


class MeanLikelihood(PromptRanker):
    """Mean log-probability (nats per token) of the template's reply given the rest of the prompt."""

    pointwise: ClassVar[bool] = True
    subtracts_dislikes: ClassVar[bool] = True

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`."""
        pairs = fit_pairs(evidence, template, engine)
        for pair, output in zip(pairs, _read(pairs, engine, self._setup), strict=True):
            pair.evidence.count(output)
            if output.value is not None:
                pair.evidence.score(pair.item.item_id, **{self.name: sum(output.value) / len(output.value)})


class QueryLikelihood(MeanLikelihood):
    """Mean log-probability of the person's words given an item (nats per token)."""

    name: ClassVar[str] = "query-likelihood"
    template_kind: ClassVar[str] = "query-likelihood"


class ItemLikelihood(MeanLikelihood):
    """Mean log-probability of an item given the person's words (nats per token).

    It uses the prompts of `item-pmi` and reads no empty profile, so items that are likely for any query lead.
    """

    name: ClassVar[str] = "item-likelihood"
    template_kind: ClassVar[str] = "item-pmi"


class ItemPmi(PromptRanker):
    """Pointwise mutual information of an item and the person's words (nats).

    The scores `log-likelihood` and `null-log-likelihood` (nats) are its two parts: of the item's text given the query,
    and given the empty profile, which is read once for each item (see `ItemScoreCache`).
    """

    name: ClassVar[str] = "item-pmi"
    pointwise: ClassVar[bool] = True
    subtracts_dislikes: ClassVar[bool] = True
    caches_item_scores: ClassVar[bool] = True
    template_kind: ClassVar[str] = "item-pmi"

    def __init__(self, setup: Setup) -> None:
        super().__init__(setup)
        self._cache = ItemScoreCache(setup.score_cache)

    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """See `PromptRanker.score`."""
        pairs = fit_pairs(evidence, template, engine)
        outputs = _read(pairs, engine, self._setup)
        for pair, output, null in zip(pairs, outputs, self._null_scores(pairs, engine, template), strict=True):
            pair.evidence.count(output)
            if output.value is not None and null is not None:
                likelihood = sum(output.value)
                pair.evidence.score(
                    pair.item.item_id, item_pmi=likelihood - null, log_likelihood=likelihood, null_log_likelihood=null
                )

    def _null_scores(self, pairs: Sequence[Pair], engine: Engine, template: Template) -> list[float | None]:
        """Log P(item | empty profile) of each pair's item."""
        contexts = [null_context(template, pair.item, engine) for pair in pairs]
        reader = (self.name, engine.model_id, self._setup.adapter_sha256)
        keys = [(*reader, context, pair.reply) for context, pair in zip(contexts, pairs, strict=True)]

        def read(positions: Sequence[int]) -> list[Output[Logprobs]]:
            return engine.loglikelihood(
                [contexts[n] for n in positions], [pairs[n].reply for n in positions], adapter=self._setup.adapter
            )

        return null_scores(self._cache, pairs, keys, read, sum)


def _read(pairs: Sequence[Pair], engine: Engine, setup: Setup) -> list[Output[Logprobs]]:
    return engine.loglikelihood([p.context for p in pairs], [p.reply for p in pairs], adapter=setup.adapter)
