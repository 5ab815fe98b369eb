"""`promptrec report`: write the report of an evaluation again."""

from pathlib import Path
from typing import Annotated

import typer

from promptrec.cli import options
from promptrec.cli.output import print_json, results, say
from promptrec.evaluate.report.console import as_console
from promptrec.evaluate.report.write import write_report
from promptrec.evaluate.results import read_evaluation


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder that `promptrec evaluate --out` wrote.")],
    as_json: options.Json = False,
) -> None:
    """Write report.html and report.md of an evaluation, and print its tables."""
    found = read_evaluation(run)
    page = write_report(run)
    if as_json:
        print_json(found.model_dump_json(indent=2))
        return
    results().print(as_console(found))
    say(f"report: {page}")
