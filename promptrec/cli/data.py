"""`promptrec data`: list, download and describe datasets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from promptrec.cli import options
from promptrec.cli.output import dump_json, notes, print_facts, print_table, report_broken, say
from promptrec.data.sources import registry
from promptrec.data.sources.registry import PUBLIC
from promptrec.errors import InputError
from promptrec.evaluate.datasets.audit import QueryCoverage
from promptrec.evaluate.datasets.folder import ABOUT, read_about
from promptrec.evaluate.datasets.recipes import RECIPES
from promptrec.evaluate.datasets.registry import GENERATED, find_dataset, local_datasets, open_dataset

app = typer.Typer(help="Datasets for evaluation: list, get, info.", no_args_is_help=True, rich_markup_mode=None)
NameArgument = Annotated[str, typer.Argument(help="A folder, one under $PROMPTREC_DATA, or a name of `data list`.")]


@app.command("list")
def list_(as_json: options.Json = False) -> None:
    """List the datasets that can be used by name, downloaded or not; with a split the name is NAME:SPLIT.

    If the description of a folder under $PROMPTREC_DATA cannot be read, the exit code is 2.
    """
    rows, broken = [], []
    for name in local_datasets():
        try:
            folder = registry.local_folder(name)
            rows.append(_row(name, {"source": str(folder)} | (read_about(folder / ABOUT) if folder else {})))
        except InputError as error:
            broken.append(str(error))
    rows += [*map(_public, PUBLIC), *(_row(name, vars(GENERATED[name]())) for name in GENERATED)]
    if as_json:
        dump_json(rows)
    else:
        fold = (Column(name, overflow="fold") for name in ("splits", "licence", "source"))
        table = Table(Column("name", no_wrap=True), "here", *fold)
        for row in rows:
            table.add_row(row["name"], row["here"], ", ".join(row["splits"]), row["licence"], row["source"])
        print_table(table)
    report_broken(broken)


@app.command()
def get(name: NameArgument) -> None:
    """Download and build a dataset unless it is here already, and print its folder.

    A public dataset without a split (ml-100k) is only downloaded. A generated one (planted) needs nothing.
    """
    console = notes()
    if name in GENERATED:
        console.print(f"{name} is generated when it is opened: there is nothing to get")
        return
    say(str(registry.get(name, console.print) if name in PUBLIC else find_dataset(name, console.print)))


@app.command()
def info(name: NameArgument, as_json: options.Json = False) -> None:
    """Show the licence, counts and checksum of a dataset.

    For a public dataset without a split, such as ml-100k: its licence, whether it is here, and its splits.
    """
    if name in PUBLIC:
        print_facts(_public(name), as_json)
        return
    console = notes()
    data = open_dataset(name, console.print)
    coverage = QueryCoverage.of(data)
    relevant = Counter(query_id for query_id, grades in data.relevance.items() for g in grades.values() if g > 0)
    facts = {
        "name": data.name,
        "domain": data.domain,
        "language": data.language,
        "licence": data.licence,
        "source": data.source,
        "warning": PUBLIC[RECIPES[name].public].warning if name in RECIPES else "",
        "items": len(data.catalog),
        "fields": list(data.catalog.field_names),
        "queries": len(data.queries),
        "candidates": sum(len(request.candidates) for request in data.requests) if data.candidates_given else "all",
        "relevant": sum(relevant.values()),
        "queries_with_relevant": len(relevant),
        "with_words": coverage.preferences,
        "with_history": coverage.history,
        "with_context": coverage.context,
        "with_attributes": coverage.attributes,
        "history_entries": coverage.entries,
        "history_not_found": coverage.unknown_entries,
        "ignored_columns": list(coverage.ignored_columns),
        "remarks": list(data.remarks),
        "training_interactions": len(data.training) if data.training is not None else 0,
        "sha256": data.sha256,
    }
    print_facts(facts, as_json)


def _row(name: str, about: Mapping[str, Any], here: bool = True, splits: Sequence[str] = ()) -> dict[str, Any]:
    """Facts of a dataset for the list and for `info`."""
    facts = {field: about.get(field, "") for field in ("domain", "licence", "source", "warning")}
    return {"name": name, "here": "yes" if here else "no", "splits": list(splits), **facts}


def _public(name: str) -> dict[str, Any]:
    splits = [recipe.scheme for recipe in RECIPES.values() if recipe.public == name]
    return _row(name, vars(PUBLIC[name]), bool(registry.present(name)), splits)
