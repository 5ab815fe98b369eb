"""Tools for authors of templates: lint, test, compare, and begin a pack. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.authoring.ab_test import Verdict as Verdict
    from promptrec.authoring.ab_test import compare_templates as compare_templates
    from promptrec.authoring.diff import Difference as Difference
    from promptrec.authoring.diff import diff_templates as diff_templates
    from promptrec.authoring.lint.diagnostic import Diagnostic as Diagnostic
    from promptrec.authoring.lint.linter import check as check
    from promptrec.authoring.lint.subprocess_sandbox import check_in_subprocess as check_in_subprocess
    from promptrec.authoring.lint.subprocess_sandbox import render_in_subprocess as render_in_subprocess
    from promptrec.authoring.run_tests import Outcome as Outcome
    from promptrec.authoring.run_tests import rank_with as rank_with
    from promptrec.authoring.run_tests import run_tests as run_tests
    from promptrec.authoring.sample_request import Sample as Sample
    from promptrec.authoring.sample_request import sample as sample
    from promptrec.authoring.scaffold import new_pack as new_pack
    from promptrec.authoring.token_spans import PromptView as PromptView
    from promptrec.authoring.token_spans import TokenSpan as TokenSpan
    from promptrec.authoring.token_spans import view_prompt as view_prompt

_MODULES = {
    "Diagnostic": "promptrec.authoring.lint.diagnostic",
    "Difference": "promptrec.authoring.diff",
    "Outcome": "promptrec.authoring.run_tests",
    "PromptView": "promptrec.authoring.token_spans",
    "Sample": "promptrec.authoring.sample_request",
    "TokenSpan": "promptrec.authoring.token_spans",
    "Verdict": "promptrec.authoring.ab_test",
    "check": "promptrec.authoring.lint.linter",
    "check_in_subprocess": "promptrec.authoring.lint.subprocess_sandbox",
    "compare_templates": "promptrec.authoring.ab_test",
    "diff_templates": "promptrec.authoring.diff",
    "new_pack": "promptrec.authoring.scaffold",
    "rank_with": "promptrec.authoring.run_tests",
    "render_in_subprocess": "promptrec.authoring.lint.subprocess_sandbox",
    "run_tests": "promptrec.authoring.run_tests",
    "sample": "promptrec.authoring.sample_request",
    "view_prompt": "promptrec.authoring.token_spans",
}

__all__ = [*_MODULES]
__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
