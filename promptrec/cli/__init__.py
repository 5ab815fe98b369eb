"""Command line: parses options, calls the library and prints. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.cli.main import COMMANDS as COMMANDS
    from promptrec.cli.main import build_app as build_app

_MODULES = dict.fromkeys(("COMMANDS", "build_app"), "promptrec.cli.main")

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
