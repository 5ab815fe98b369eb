"""Which engine reads the model, and why; opening it, or a text encoder."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from promptrec.engine.base import Engine
from promptrec.engine.gpu import nvidia_gpus
from promptrec.engine.models.registry import ModelInfo, resolve
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.errors import UnknownName
from promptrec.retrieve.text_encoder import Encoder

ENGINES = {
    "vllm": "promptrec.engine.vllm.engine:VllmEngine",
    "transformers": "promptrec.engine.transformers.engine:TransformersEngine",
    "server": "promptrec.engine.server:ServerEngine",
}


@dataclass(frozen=True)
class EngineChoice:
    """An engine's name and the reason it was chosen."""

    name: str
    why: str


def choose_engine(requested: str | None = None) -> EngineChoice:
    """The engine asked for, else vLLM on an NVIDIA GPU, else transformers.

    Raises:
        UnknownName: no such engine; the message lists those there are.
    """
    if requested is not None:
        if requested not in ENGINES:
            raise UnknownName("engine", requested, ENGINES)
        return EngineChoice(requested, "asked for")
    if not nvidia_gpus():
        return EngineChoice("transformers", "no NVIDIA GPU found")
    if find_spec("vllm") is None:
        return EngineChoice("transformers", "an NVIDIA GPU is there but vLLM is not: pip install 'promptrec[vllm]'")
    return EngineChoice("vllm", "an NVIDIA GPU was found")


def open_engine(
    model: str | Path, engine: str | None = None, options: EngineOptions = DEFAULTS
) -> tuple[Engine, EngineChoice]:
    """Open a model with the engine asked for, or with the one this machine has.

    Raises:
        UnknownName: no such engine or model. ModelError: a model that is not added, not usable, or a text encoder.
        EngineError: an engine that does not start. MissingExtra: a package it needs; the message has the command.
    """
    choice = choose_engine(engine)
    info = resolve(model, "language model")
    module, name = ENGINES[choice.name].split(":")
    opener: Callable[[ModelInfo, EngineOptions], Engine] = getattr(import_module(module), name)
    opened = opener(info, options)
    threads = getattr(opened, "threads", None)
    return opened, choice if threads is None else EngineChoice(choice.name, f"{choice.why}; {threads}")


def open_encoder(model: str | Path) -> Encoder:
    """Open the text encoder of this name, or in this folder.

    Raises:
        UnknownName: no such encoder. ModelError: one that is not added, not usable, or a language model.
        MissingExtra: sentence-transformers is not installed; the message has the command.
    """
    info = resolve(model, "text encoder")
    return Encoder(info.folder, info.name)
