"""A report on the console: for each dataset the headline and the accuracy."""

from rich.console import Group, RenderableType
from rich.table import Table as RichTable
from rich.text import Text

from promptrec.evaluate.evaluation import Evaluation
from promptrec.evaluate.report import tables
from promptrec.evaluate.report.markdown import about


def as_console(evaluation: Evaluation) -> RenderableType:
    """Something rich can print."""
    shown: list[RenderableType] = []
    for dataset in evaluation.datasets:
        table = tables.accuracy(dataset, evaluation.config.metrics[:2])
        drawn = RichTable(box=None, pad_edge=False)
        for column in table.columns:
            drawn.add_column(Text(column))
        for n, row in enumerate(table.rows):
            drawn.add_row(*map(Text, row), style="dim" if n in table.baselines else "bold")
        alarms = [Text(f"{run.system}: {alarm}", style="yellow") for run in dataset.runs for alarm in run.alarms]
        shown += [Text(dataset.headline, style="bold"), Text(about(dataset), style="dim"), drawn, *alarms, Text()]
    return Group(*shown)
