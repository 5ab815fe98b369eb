"""A report on the console: for each dataset the headline and the accuracy."""

from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table as RichTable
from rich.text import Text

from promptrec.evaluate.report import tables
from promptrec.evaluate.report.markdown import dataset_summary
from promptrec.evaluate.results import DatasetResult, Evaluation

# Columns of letters from which on there is room for a second metric.
WIDE = 110


def as_console(evaluation: Evaluation) -> RenderableType:
    """Something rich can print."""
    shown: list[RenderableType] = []
    for dataset in evaluation.datasets:
        table = _Accuracy(dataset, evaluation.config.metrics)
        alarms = [Text(f"{run.system}: {alarm}", style="yellow") for run in dataset.runs for alarm in run.alarms]
        remarks = [Text(remark, style="yellow") for remark in dataset.remarks]
        headline = Text(dataset.headline, style="bold")
        shown += [headline, *remarks, Text(dataset_summary(dataset), style="dim"), table, *alarms, Text()]
    return Group(*shown)


@dataclass(frozen=True)
class _Accuracy:
    """The accuracy in as many columns as there is room for; the page has all metrics."""

    dataset: DatasetResult
    metrics: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        table = tables.accuracy(self.dataset, self.metrics[: 2 if options.max_width >= WIDE else 1])
        drawn = RichTable(box=None, pad_edge=False, collapse_padding=True)
        for place, column in enumerate(table.columns):
            # Names are never cut: whoever reads them types them again.
            drawn.add_column(Text(column), no_wrap=place == 0, overflow="fold")
        for n, (name, *cells) in enumerate(table.rows):
            numbers = (Text(cell.replace(" [", "\n[").replace("], p", "]\np")) for cell in cells)
            drawn.add_row(Text(name.replace(" · ", "\n")), *numbers, style="dim" if n in table.baselines else "bold")
        yield drawn
