"""Engine that reads a model with Hugging Face transformers in this process."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.engine.transformers.engine import TransformersEngine as TransformersEngine

_MODULES = {
    "TransformersEngine": "promptrec.engine.transformers.engine",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
