"""Engines by name, choosing and opening one, or a text encoder.

Other packages add engines through the entry point group `promptrec.engines`.
"""

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from promptrec.engine.base import Engine
from promptrec.engine.gpu import nvidia_gpus
from promptrec.engine.models.registry import resolve
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.errors import UnknownName
from promptrec.messages import Reason, reason
from promptrec.plugins import ENGINES as GROUP
from promptrec.plugins import find_component, plugin_names
from promptrec.retrieve.text_encoder import Encoder

ENGINES = {
    "vllm": "promptrec.engine.vllm.engine:VllmEngine",
    "transformers": "promptrec.engine.transformers.engine:TransformersEngine",
    "server": "promptrec.engine.server:ServerEngine",
}


@dataclass(frozen=True)
class EngineChoice:
    """Name of an engine and the reason why it was chosen."""

    name: str
    reason: Reason


def choose_engine(requested: str | None = None) -> EngineChoice:
    """The requested engine, else vLLM on an NVIDIA GPU, else transformers.

    Raises:
        UnknownName: no such engine; the message lists those that exist.
    """
    if requested is not None:
        if requested not in ENGINES and requested not in (plugins := plugin_names(GROUP)):
            raise UnknownName("engine", requested, {*ENGINES, *plugins})
        return EngineChoice(requested, reason("engine-asked-for"))
    if not nvidia_gpus():
        return EngineChoice("transformers", reason("no-gpu"))
    if find_spec("vllm") is None:
        return EngineChoice("transformers", reason("gpu-without-vllm"))
    return EngineChoice("vllm", reason("gpu-found"))


def open_engine(
    model: str | Path, engine: str | None = None, options: EngineOptions = DEFAULTS
) -> tuple[Engine, EngineChoice]:
    """Open a model with the requested engine, or with the one that this machine has.

    Raises:
        InputError: an option that the engine does not take, or a package's engine that cannot be imported.
        UnknownName: no such engine or model.
        ModelError: a model that is not added, not usable, or a text encoder.
        EngineError: an engine that does not start.
        MissingExtra: a package that it needs; the message has the command.
    """
    choice = choose_engine(engine)
    info = resolve(model, "language model")
    engine_class = find_component("engine", choice.name, ENGINES, GROUP)
    if isinstance(engine_class, str):
        module, _, attribute = engine_class.partition(":")
        engine_class = getattr(import_module(module), attribute)
    opened: Engine = engine_class(info, options)
    threads = getattr(opened, "threads", None)
    return opened, choice if threads is None else EngineChoice(choice.name, Reason(choice.reason, str(threads)))


def open_encoder(model: str | Path) -> Encoder:
    """Open the text encoder of this name, or in this folder.

    Raises:
        UnknownName: no such encoder.
        ModelError: one that is not added, not usable, or a language model.
        MissingExtra: sentence-transformers is not installed; the message has the command.
    """
    info = resolve(model, "text encoder")
    return Encoder(info.folder, info.name)
