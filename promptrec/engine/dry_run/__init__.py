"""Engine that counts tokens in place of another one, without weights."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.engine.dry_run.engine import DryRunEngine as DryRunEngine

_MODULES = {
    "DryRunEngine": "promptrec.engine.dry_run.engine",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
