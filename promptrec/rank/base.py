"""Base of all rankers: the `Ranker` protocol, what a ranker is built from, and rankers with and without a model."""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import adapter_sha256
from promptrec.errors import InputError
from promptrec.intent.settings import IntentSettings, merged
from promptrec.rank.item_score_cache import ScoreFile
from promptrec.rank.ranking import Ranking, TemplateRef
from promptrec.rank.result_builder import ResultBuilder, build_rankings
from promptrec.template.template import Template

IntentReader = Literal["rules", "model"]


@dataclass(frozen=True)
class Setup:
    """Inputs that rankers are built from.

    Attributes:
        catalog: all items, for rankers that need more than the candidates.
        templates: one template for each kind that the ranker writes prompts with.
        seed: of every random choice.
        adapter: folder of a LoRA adapter that the engine reads with.
        encoder: name or folder of the text encoder.
        training: interactions of other people, for rankers that learn from them.
        position_bias: file of a `PositionBias`.
        score_cache: file of query-independent item scores.
        intent_reader: what reads dislikes: the rules, or the model that ranks.
        intent: whether likes, dislikes and constraints of a query are read; if not, its words are taken literally.
    """

    catalog: Catalog | None = None
    templates: Mapping[str, Template] = field(default_factory=dict)
    seed: int = 0
    adapter: str | None = None
    encoder: str = "minilm"
    training: Interactions | None = None
    position_bias: str | Path | None = None
    score_cache: ScoreFile | None = None
    intent: bool = True
    intent_reader: IntentReader = "rules"

    @property
    def intent_settings(self) -> IntentSettings:
        """What the pack of the templates adds to the rules that read a query."""
        return merged(template.header.intent_settings for template in self.templates.values())

    @property
    def adapter_sha256(self) -> str | None:
        """SHA-256 of the adapter's files now: it may be trained again while a ranker is in use."""
        return adapter_sha256(self.adapter)


class Ranker(Protocol):
    """Orders the candidates of many requests at once, so that an engine sees large batches.

    Every candidate of a request comes back exactly once, or the ranking has status failed and no items.
    """

    @property
    def name(self) -> str:
        """Name of the ranker and of the scores that decide its order."""

    @property
    def reads_query(self) -> bool:
        """Whether the order depends on the query; if so, an empty query is a reason to abstain."""

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """One ranking for each request, in the order of the requests."""


class BaseRanker(ABC):
    """Ranker of the registry; see `Ranker`."""

    name: ClassVar[str]
    template_kind: ClassVar[str | None] = None
    """Kind of the template that prompts are written with; None for a ranker without a model."""
    reads_query: ClassVar[bool] = True
    pointwise: ClassVar[bool] = False
    """Whether an item's score is independent of the other candidates."""
    subtracts_dislikes: ClassVar[bool] = False
    """Whether it scores what a person refuses apart, see `SubtractDislikes`; if not, it reads the whole words."""
    caches_item_scores: ClassVar[bool] = False
    """Whether it reads query-independent item scores; see `ItemScoreCache`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    @abstractmethod
    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""


class ModelFreeRanker(BaseRanker):
    """Ranker that reads no language model."""

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [ResultBuilder(request) for request in requests]
        self.score(evidence)
        return build_rankings(evidence, self.name, self._setup.seed, seconds=time.perf_counter() - started)

    @abstractmethod
    def score(self, evidence: Sequence[ResultBuilder]) -> None:
        """Score the candidates of each request."""


class PromptRanker(BaseRanker):
    """Ranker that prompts a language model."""

    template_kind: ClassVar[str]

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`.

        Raises:
            InputError: no engine, or no template of the ranker's kind.
        """
        started = time.perf_counter()
        if engine is None:
            raise InputError("ranker-needs-engine", ranker=self.name)
        template = self._setup.templates.get(self.template_kind)
        if template is None:
            raise InputError("ranker-needs-template", ranker=self.name, kind=self.template_kind)
        evidence = [ResultBuilder(request) for request in requests]
        self.score(evidence, engine, template)
        ref, seconds = TemplateRef.of(template), time.perf_counter() - started
        return build_rankings(evidence, self.name, self._setup.seed, (ref,), engine, seconds=seconds)

    @abstractmethod
    def score(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """Score the candidates of each request with the engine; errors and cost go to its result builder."""
