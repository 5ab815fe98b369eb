from .context import LintContext as LintContext
from .diagnostic import Diagnostic as Diagnostic
from .diagnostic import Severity as Severity
from .linter import RULES as RULES
from .linter import Rule as Rule
from .linter import check as check
from .subprocess_sandbox import check_in_subprocess as check_in_subprocess
from .subprocess_sandbox import render_in_subprocess as render_in_subprocess
