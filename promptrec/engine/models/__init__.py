"""Models by name: built-in ones, folders, LoRA adapters, and what a folder holds."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.engine.models.builtin import BUILTIN as BUILTIN
    from promptrec.engine.models.fingerprint import adapter_sha256 as adapter_sha256
    from promptrec.engine.models.fingerprint import folder_sha256 as folder_sha256
    from promptrec.engine.models.registry import DEFAULT_MODEL as DEFAULT_MODEL
    from promptrec.engine.models.registry import ModelInfo as ModelInfo
    from promptrec.engine.models.registry import add as add
    from promptrec.engine.models.registry import list_models as list_models
    from promptrec.engine.models.registry import resolve as resolve

_MODULES = {
    "BUILTIN": "promptrec.engine.models.builtin",
    "DEFAULT_MODEL": "promptrec.engine.models.registry",
    "ModelInfo": "promptrec.engine.models.registry",
    "adapter_sha256": "promptrec.engine.models.fingerprint",
    "add": "promptrec.engine.models.registry",
    "folder_sha256": "promptrec.engine.models.fingerprint",
    "list_models": "promptrec.engine.models.registry",
    "resolve": "promptrec.engine.models.registry",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
