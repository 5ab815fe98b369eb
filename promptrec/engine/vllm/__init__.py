"""Engine that reads a model with vLLM in this process."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.engine.vllm.engine import VllmEngine as VllmEngine

_MODULES = {
    "VllmEngine": "promptrec.engine.vllm.engine",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
