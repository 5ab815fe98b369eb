"""Systems of an evaluation: those of the configuration, and baselines."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from promptrec.engine.base import Engine
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.engine.progress import listening
from promptrec.engine.registry import open_engine
from promptrec.errors import EngineError, InputError
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.execution import RankInput, rank_batch
from promptrec.rank.expression import ranker_parts, template_kinds
from promptrec.rank.ranking import Ranking
from promptrec.rank.selection.auto import AGREEMENT_REQUESTS, AUTO, auto, reweight
from promptrec.template.loader import known_name

BASELINES = ("random", "popular", "bm25", "embedding")
TRAINED_BASELINES = ("item-knn", "implicit-mf")


def requested_systems(config: Config, engine: Engine | None = None) -> list[System]:
    """The systems of a configuration's rankers: once for each model, or with an engine that is open already.

    Raises:
        UnknownName: a template nobody knows, also where no ranker reads one.
    """
    if config.template is not None:
        known_name(config.template, folder=config.templates)
    common: dict[str, Any] = {"retrieve": config.retrieve, "retriever": config.retriever, "seed": config.seed}
    reading: dict[str, Any] = common | {
        "options": config.engine_options,
        "template": config.template,
        "templates": config.templates,
        "adapter": config.adapter,
        "position_bias": config.position_bias,
        "intent_reader": config.intent_reader,
    }
    systems = []
    for ranker in config.rankers:
        if ranker != AUTO and not template_kinds(ranker):
            systems.append(System(ranker, **common))
        elif engine is not None:
            systems.append(System(ranker, engine=engine, **reading))
        else:
            models = config.models or (DEFAULT_MODEL,)
            systems += [System(ranker, model=model, engine=config.engine, **reading) for model in models]
    if config.literal:
        systems += [replace(system, intent=False) for system in systems]
    return sorted(systems, key=lambda s: (s.model or "", config.rankers.index(s.ranker)))


def baselines(config: Config, dataset: Dataset) -> tuple[list[System], dict[str, str]]:
    """The baselines a dataset allows that were not asked for by name, and why the others are left out."""
    skipped: dict[str, str] = {}
    if not dataset.catalog.has_popularity:
        skipped["popular"] = "the catalogue has no popularity"
    if dataset.training is None:
        skipped |= dict.fromkeys(TRAINED_BASELINES, "the dataset has no training interactions")
    names = [name for name in (*BASELINES, *TRAINED_BASELINES) if name not in config.rankers and name not in skipped]
    common: dict[str, Any] = {"retrieve": config.retrieve, "retriever": config.retriever, "seed": config.seed}
    return [System(name, **common) for name in names], skipped


def check_training(system: System, dataset: Dataset) -> None:
    """Refuse a system that learns from interactions on a dataset that has none.

    Raises:
        InputError: with the file to write.
    """
    if dataset.training is None and system.ranker != AUTO and set(ranker_parts(system.ranker)) & set(TRAINED_BASELINES):
        raise InputError("ranker-needs-interactions", ranker=system.ranker, name=dataset.name)


class Engines:
    """Opens the engine a system reads with, and keeps it until another one is asked for: two may not fit in memory."""

    def __init__(self) -> None:
        self._key: Any = None
        self._open: Engine | None = None
        self._errors: dict[object, EngineError] = {}

    def get(self, system: System) -> Engine | None:
        """An open engine, None for a system that reads no model.

        Raises:
            EngineError: it does not open; it is not tried a second time.
        """
        if not system.reads_model:
            return None
        if system.engine is not None and not isinstance(system.engine, str):
            return system.engine
        inputs = (system.model, system.engine, system.options)
        if inputs != self._key:
            self.close()
            if inputs in self._errors:
                raise self._errors[inputs]
            try:
                self._open, _ = open_engine(system.model or "", system.engine, system.options)
            except EngineError as error:
                self._errors[inputs] = error
                raise
            self._key = inputs
        return self._open

    def close(self) -> None:
        """Free what is open."""
        if self._open is not None:
            self._open.close()
        self._open = self._key = None


def resolve_auto(
    systems: Sequence[System], dataset: Dataset, engines: Engines, listener: ProgressListener
) -> list[System]:
    """The systems, each once, and for the ranker `auto` what it takes for the model and the people of the dataset.

    It takes what the probe in the dataset's language says, weighed by how the rankers agree on the first requests.
    `listener` is told what is measured, then what is taken, and why.
    """
    out: list[System] = []
    for system in systems:
        engine = engines.get(system) if system.ranker == AUTO else None
        if engine is not None:
            info = resolve(system.model, "language model") if system.model else None

            def notify(ranker: str, model: str = engine.model_id) -> None:
                listener.on_note(f"auto: probing {model} as {ranker} (some minutes, once for each model and language)")

            found = auto(
                engine,
                info,
                dataset.language,
                system.encoder,
                options=system.options,
                adapter=system.adapter,
                notify=notify,
            )
            chosen, why = reweight(found, _first_requests(system, dataset, engine, listener))
            listener.on_note(f"{dataset.name}: auto takes {chosen} with {found.model}: {why}")
            system = replace(system, ranker=chosen)
        if system not in out:
            out.append(system)
    return out


def _first_requests(
    system: System, dataset: Dataset, engine: Engine, listener: ProgressListener
) -> Callable[[str], Sequence[Ranking]]:
    """What a ranker of a name makes of the first requests."""
    inputs: Sequence[RankInput] = (dataset.requests if dataset.candidates_given else dataset.queries)[
        :AGREEMENT_REQUESTS
    ]

    def read(ranker: str) -> Sequence[Ranking]:
        reads_model = bool(template_kinds(ranker))
        listener.on_run_start(dataset.name, f"{ranker}, which auto weighs,", 0, len(inputs))
        with listening(listener.on_read):
            rankings = rank_batch(replace(system, ranker=ranker).open(dataset, engine if reads_model else None), inputs)
        listener.on_rankings(rankings, None)
        listener.on_run_end()
        return rankings

    return read
