"""The linter for templates: `promptrec template check`. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.authoring.lint.context import LintContext as LintContext
    from promptrec.authoring.lint.diagnostic import Diagnostic as Diagnostic
    from promptrec.authoring.lint.diagnostic import Severity as Severity
    from promptrec.authoring.lint.linter import RULES as RULES
    from promptrec.authoring.lint.linter import Rule as Rule
    from promptrec.authoring.lint.linter import check as check
    from promptrec.authoring.lint.subprocess_sandbox import check_in_subprocess as check_in_subprocess
    from promptrec.authoring.lint.subprocess_sandbox import render_in_subprocess as render_in_subprocess

_MODULES = {
    "Diagnostic": "promptrec.authoring.lint.diagnostic",
    "LintContext": "promptrec.authoring.lint.context",
    "RULES": "promptrec.authoring.lint.linter",
    "Rule": "promptrec.authoring.lint.linter",
    "Severity": "promptrec.authoring.lint.diagnostic",
    "check": "promptrec.authoring.lint.linter",
    "check_in_subprocess": "promptrec.authoring.lint.subprocess_sandbox",
    "render_in_subprocess": "promptrec.authoring.lint.subprocess_sandbox",
}

__all__ = [*_MODULES]
__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
