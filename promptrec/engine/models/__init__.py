"""Models by name: built-in ones, folders, LoRA adapters, and what a folder holds."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.engine.models.architecture import check_causal as check_causal
    from promptrec.engine.models.architecture import keeps_state as keeps_state
    from promptrec.engine.models.architecture import read_config as read_config
    from promptrec.engine.models.builtin import BUILTIN as BUILTIN
    from promptrec.engine.models.builtin import Package as Package
    from promptrec.engine.models.encoder_folder import check_encoder as check_encoder
    from promptrec.engine.models.fingerprint import adapter_sha256 as adapter_sha256
    from promptrec.engine.models.fingerprint import folder_sha256 as folder_sha256
    from promptrec.engine.models.lora_adapter import Adapter as Adapter
    from promptrec.engine.models.lora_adapter import Adapters as Adapters
    from promptrec.engine.models.registry import DEFAULT_MODEL as DEFAULT_MODEL
    from promptrec.engine.models.registry import ModelInfo as ModelInfo
    from promptrec.engine.models.registry import add as add
    from promptrec.engine.models.registry import list_models as list_models
    from promptrec.engine.models.registry import resolve as resolve

_MODULES = {
    "Adapter": "promptrec.engine.models.lora_adapter",
    "Adapters": "promptrec.engine.models.lora_adapter",
    "BUILTIN": "promptrec.engine.models.builtin",
    "DEFAULT_MODEL": "promptrec.engine.models.registry",
    "ModelInfo": "promptrec.engine.models.registry",
    "Package": "promptrec.engine.models.builtin",
    "adapter_sha256": "promptrec.engine.models.fingerprint",
    "add": "promptrec.engine.models.registry",
    "check_causal": "promptrec.engine.models.architecture",
    "check_encoder": "promptrec.engine.models.encoder_folder",
    "folder_sha256": "promptrec.engine.models.fingerprint",
    "keeps_state": "promptrec.engine.models.architecture",
    "list_models": "promptrec.engine.models.registry",
    "read_config": "promptrec.engine.models.architecture",
    "resolve": "promptrec.engine.models.registry",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
