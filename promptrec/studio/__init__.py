"""Studio: a local web page to write, check and try templates. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.studio.app import create_app as create_app
    from promptrec.studio.model import Model as Model
    from promptrec.studio.session import Session as Session
    from promptrec.studio.workspace import Workspace as Workspace

_MODULES = {
    "Model": "promptrec.studio.model",
    "Session": "promptrec.studio.session",
    "Workspace": "promptrec.studio.workspace",
    "create_app": "promptrec.studio.app",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
