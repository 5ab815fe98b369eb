"""Reports of an evaluation: HTML page, Markdown and console. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.evaluate.report.console import as_console as as_console
    from promptrec.evaluate.report.error_analysis import worst_queries as worst_queries
    from promptrec.evaluate.report.markdown import as_markdown as as_markdown
    from promptrec.evaluate.report.page import as_page as as_page
    from promptrec.evaluate.report.write import write_report as write_report

_MODULES = {
    "as_console": "promptrec.evaluate.report.console",
    "as_markdown": "promptrec.evaluate.report.markdown",
    "as_page": "promptrec.evaluate.report.page",
    "worst_queries": "promptrec.evaluate.report.error_analysis",
    "write_report": "promptrec.evaluate.report.write",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
