"""Engines that read prompts with a language model, and the models they read. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.engine.base import BaseEngine as BaseEngine
    from promptrec.engine.base import BatchRefused as BatchRefused
    from promptrec.engine.base import Constraint as Constraint
    from promptrec.engine.base import Engine as Engine
    from promptrec.engine.base import Logprobs as Logprobs
    from promptrec.engine.base import Output as Output
    from promptrec.engine.base import Sampling as Sampling
    from promptrec.engine.base import Tokens as Tokens
    from promptrec.engine.base import Usage as Usage
    from promptrec.engine.dry_run.engine import DryRunEngine as DryRunEngine
    from promptrec.engine.machine_check import Check as Check
    from promptrec.engine.machine_check import check_machine as check_machine
    from promptrec.engine.models.registry import DEFAULT_MODEL as DEFAULT_MODEL
    from promptrec.engine.models.registry import ModelInfo as ModelInfo
    from promptrec.engine.models.registry import list_models as list_models
    from promptrec.engine.models.registry import resolve as resolve
    from promptrec.engine.options import DEFAULTS as DEFAULTS
    from promptrec.engine.options import EngineOptions as EngineOptions
    from promptrec.engine.progress import listening as listening
    from promptrec.engine.progress import report_progress as report_progress
    from promptrec.engine.registry import ENGINES as ENGINES
    from promptrec.engine.registry import EngineChoice as EngineChoice
    from promptrec.engine.registry import choose_engine as choose_engine
    from promptrec.engine.registry import open_encoder as open_encoder
    from promptrec.engine.registry import open_engine as open_engine
    from promptrec.engine.tokenizer import ModelTokenizer as ModelTokenizer

_MODULES = {
    "BaseEngine": "promptrec.engine.base",
    "Check": "promptrec.engine.machine_check",
    "Constraint": "promptrec.engine.base",
    "DEFAULTS": "promptrec.engine.options",
    "DEFAULT_MODEL": "promptrec.engine.models.registry",
    "DryRunEngine": "promptrec.engine.dry_run.engine",
    "ENGINES": "promptrec.engine.registry",
    "Engine": "promptrec.engine.base",
    "EngineChoice": "promptrec.engine.registry",
    "EngineOptions": "promptrec.engine.options",
    "Logprobs": "promptrec.engine.base",
    "ModelInfo": "promptrec.engine.models.registry",
    "Output": "promptrec.engine.base",
    "BatchRefused": "promptrec.engine.base",
    "Sampling": "promptrec.engine.base",
    "ModelTokenizer": "promptrec.engine.tokenizer",
    "Tokens": "promptrec.engine.base",
    "Usage": "promptrec.engine.base",
    "check_machine": "promptrec.engine.machine_check",
    "choose_engine": "promptrec.engine.registry",
    "list_models": "promptrec.engine.models.registry",
    "listening": "promptrec.engine.progress",
    "open_encoder": "promptrec.engine.registry",
    "open_engine": "promptrec.engine.registry",
    "report_progress": "promptrec.engine.progress",
    "resolve": "promptrec.engine.models.registry",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
