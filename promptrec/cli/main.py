"""The `promptrec` command: its subcommands, and what becomes of errors."""

import sys

import typer
from rich.console import Console

import promptrec
from promptrec.cli import (
    compare,
    data,
    demo,
    evaluate,
    model,
    plan,
    probe,
    recommend,
    report,
    slot_prior,
    studio,
    template,
)
from promptrec.errors import PromptrecError

app = typer.Typer(
    help="Recommend to people nobody has seen before, from what they say in words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("recommend")(recommend.recommend)
app.command("plan")(plan.plan_)
app.command("demo")(demo.demo)
app.command("evaluate")(evaluate.evaluate)
app.command("compare")(compare.compare)
app.command("report")(report.report)
app.command("probe")(probe.probe)
app.command("slot-prior")(slot_prior.slot_prior)
app.command("studio")(studio.studio)
app.add_typer(data.app, name="data")
app.add_typer(model.app, name="model")
app.add_typer(template.app, name="template")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"promptrec {promptrec.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True, help="Print the version."),
) -> None:
    """Recommend to people nobody has seen before, from what they say in words."""


def main() -> None:
    """Run the command; a user's mistake is one line on stderr and exit code 2, never a traceback."""
    try:
        app()
    except PromptrecError as error:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"promptrec: error: {error}")
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
