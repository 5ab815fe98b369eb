from .console import as_console as as_console
from .error_analysis import worst_queries as worst_queries
from .markdown import as_markdown as as_markdown
from .page import as_page as as_page
from .page import write_report as write_report
