"""Engine that reads a model behind one or several OpenAI-compatible servers."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.engine.server.client import Retry as Retry
    from promptrec.engine.server.engine import ServerEngine as ServerEngine

_MODULES = {
    "Retry": "promptrec.engine.server.client",
    "ServerEngine": "promptrec.engine.server.engine",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
