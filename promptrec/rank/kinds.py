"""The two kinds of ranker: those that read no model, and those that write prompts for one.

A ranker only says how evidence is gathered; timing it and drawing the conclusion are the same for all.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import Setup, engine_and_template
from promptrec.rank.evidence import Evidence, conclude
from promptrec.rank.ranking import Ranking, TemplateStamp
from promptrec.template.template import Template


class ModelFree(ABC):
    """See `promptrec.rank.base.Ranker`. Reads no model."""

    name: ClassVar[str]
    template_kind: ClassVar[None] = None
    reads_query: ClassVar[bool] = True
    pointwise: ClassVar[bool] = False
    """Whether an item's score is the same whatever the other candidates are."""
    keeps: ClassVar[bool] = False
    """Whether it reads of an item what is the same whoever asks; see `Kept`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        evidence = [Evidence(request) for request in requests]
        self.gather(evidence)
        return conclude(evidence, self.name, self._setup.seed, seconds=time.perf_counter() - started)

    @abstractmethod
    def gather(self, evidence: Sequence[Evidence]) -> None:
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
    """Whether it reads of an item what is the same whoever asks; see `Kept`."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def rank(self, requests: Sequence[RankRequest], engine: Engine | None = None) -> list[Ranking]:
        """See `Ranker.rank`."""
        started = time.perf_counter()
        engine, template = engine_and_template(self.name, self.template_kind, engine, self._setup)
        evidence = [Evidence(request) for request in requests]
        self.gather(evidence, engine, template)
        return conclude(
            evidence,
            self.name,
            self._setup.seed,
            (TemplateStamp.of(template),),
            engine,
            seconds=time.perf_counter() - started,
        )

    @abstractmethod
    def gather(self, evidence: Sequence[Evidence], engine: Engine, template: Template) -> None:
        """Ask the engine about each request, and book what it says, its errors and its cost."""
