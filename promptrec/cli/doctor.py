"""`promptrec doctor`: what this machine has, what is missing, and whether the chosen model fits."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Column, Table

from promptrec.cli import options
from promptrec.cli.output import dump_json, print_table
from promptrec.data.catalog import BUNDLES
from promptrec.engine.machine_check import Check, check_machine
from promptrec.engine.models.registry import DEFAULT_MODEL

MARKS = {"ok": "ok", "missing": "-", "fails": "FAILS"}


def doctor(
    model: Annotated[str | None, typer.Option("--model", help="The model that has to work.")] = None,
    engine: Annotated[str | None, typer.Option("--engine", help="The engine that has to work.")] = None,
    as_json: options.Json = False,
) -> None:
    """Show what this machine has for promptrec and what is missing, with the command that gets it.

    Ends with exit code 1 if a model or an engine that was asked for cannot work.
    """
    catalogues = Check("catalogues", ", ".join(f"bundled:{name}" for name in BUNDLES))
    checks = [*check_machine(model or DEFAULT_MODEL, engine), catalogues]
    if as_json:
        dump_json([asdict(check) for check in checks])
    else:
        fold = (Column(name, overflow="fold") for name in ("found", "what to do"))
        table = Table(Column("", no_wrap=True), Column("what", no_wrap=True), *fold)
        for check in checks:
            table.add_row(MARKS[check.status], check.name, check.found, check.hint)
        print_table(table)
    if (model or engine) and any(check.status == "fails" for check in checks):
        raise typer.Exit(1)
