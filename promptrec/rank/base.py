"""`Ranker`: how many prompts, and how their answers combine into one order; rankers with and without a model."""

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import adapter_sha256
from promptrec.errors import InputError
from promptrec.rank.item_score_cache import ScoreFile
from promptrec.rank.ranking import Ranking, TemplateRef
from promptrec.rank.result_builder import ResultBuilder, build_ranking
from promptrec.template.template import Template


@dataclass(frozen=True)
class Setup:
    """What a ranker is built from. `templates` holds one of each kind that it writes prompts with.

    `adapter` is the folder of a LoRA adapter that the engine reads with, `encoder` the name or folder of the text
    encoder, `training` what other people chose, for rankers that learn from it, `position_bias` the file of a
    `PositionBias`, `kept` where scores of items that do not depend on the query are stored between processes.
    """

    catalog: Catalog | None = None
    templates: Mapping[str, Template] = field(default_factory=dict)
    seed: int = 0
    adapter: str | None = None
    encoder: str = "minilm"
    training: Interactions | None = None
    position_bias: str | Path | None = None
    kept: ScoreFile | None = None

    @property
    def adapter_sha256(self) -> str | None:
        """What the adapter is now: it may be trained again while a ranker is in use."""
        return adapter_sha256(self.adapter) if self.adapter else None


class Ranker(Protocol):
    """A way of ranking. Many requests at once, so that an engine sees large batches.

    Every candidate of a request comes back exactly once, or the ranking has status failed and no items.
    """

    @property
    def name(self) -> str:
        """What the table calls it; its scores have the same name."""

    @property
    def reads_query(self) -> bool:
        """False for a ranker that gives everybody the same kind of list, so an empty query is no reason to abstain."""

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """One ranking for each request, in the order of the requests."""


def engine_and_template(ranker: str, kind: str, engine: Engine | None, setup: Setup) -> tuple[Engine, Template]:
    """Both, or an InputError that says which one the ranker lacks."""
    if engine is None:
        raise InputError(f"the ranker {ranker} reads a model: give it an engine")
    if kind not in setup.templates:
        raise InputError(f"the ranker {ranker} writes prompts: give it a template of kind {kind}")
    return engine, setup.templates[kind]


class ModelFree(ABC):
    """See `promptrec.rank.base.Ranker`. Reads no model."""

    name: ClassVar[str]
    template_kind: ClassVar[None] = None
    reads_query: ClassVar[bool] = True
    pointwise: ClassVar[bool] = False
    """Whether an item's score is the same whatever the other candidates are."""
    keeps: ClassVar[bool] = False
    """Whether it reads of an item what is the same whoever asks; see `ItemScoreCache`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [ResultBuilder(request) for request in requests]
        self.gather(evidence)
        return build_ranking(evidence, self.name, self._setup.seed, seconds=time.perf_counter() - started)

    @abstractmethod
    def gather(self, evidence: Sequence[ResultBuilder]) -> None:
        """Score the candidates of each request."""


class Prompting(ABC):
    """See `promptrec.rank.base.Ranker`. Reads a model."""

    name: ClassVar[str]
    template_kind: ClassVar[str]
    """The kind of template it writes prompts with."""
    reads_query: ClassVar[bool] = True
    pointwise: ClassVar[bool] = False
    """Whether an item's score is the same whatever the other candidates are."""
    keeps: ClassVar[bool] = False
    """Whether it reads of an item what is the same whoever asks; see `ItemScoreCache`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        engine, template = engine_and_template(self.name, self.template_kind, engine, self._setup)
        evidence = [ResultBuilder(request) for request in requests]
        self.gather(evidence, engine, template)
        return build_ranking(
            evidence,
            self.name,
            self._setup.seed,
            (TemplateRef.of(template),),
            engine,
            seconds=time.perf_counter() - started,
        )

    @abstractmethod
    def gather(self, evidence: Sequence[ResultBuilder], engine: Engine, template: Template) -> None:
        """Ask the engine about each request, and book what it says, its errors and its cost."""
