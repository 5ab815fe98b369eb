"""`promptrec data`: list, download and describe datasets."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from promptrec.cli.options import JsonOption
from promptrec.cli.output import dump_json, notes, print_table, say
from promptrec.data.sources import registry
from promptrec.data.sources.registry import PUBLIC
from promptrec.errors import InputError
from promptrec.evaluate.datasets.folder import ABOUT, read_about
from promptrec.evaluate.datasets.query_coverage import QueryCoverage
from promptrec.evaluate.datasets.recipes import RECIPES
from promptrec.evaluate.datasets.registry import GENERATED, find_dataset, local_datasets, open_dataset

app = typer.Typer(help="Datasets for evaluation: list, get, describe.", no_args_is_help=True, rich_markup_mode=None)
NameArgument = Annotated[
    str, typer.Argument(help="A dataset folder, one under $PROMPTREC_DATA, or a name of `data list`.")
]


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the datasets that can be used by name, downloaded or not; with a split the name is NAME:SPLIT.

    If the description of a folder under $PROMPTREC_DATA cannot be read, the exit code is 2.
    """
    rows, broken = [], []
    for name in local_datasets():
        try:
            rows.append(_local(name))
        except InputError as error:
            broken.append(str(error))
    rows += [*map(_public, PUBLIC), *map(_generated, GENERATED)]
    if as_json:
        dump_json(rows)
    else:
        fold = (Column(name, overflow="fold") for name in ("splits", "licence", "source"))
        table = Table(Column("name", no_wrap=True), "here", *fold)
        for row in rows:
            table.add_row(row["name"], row["here"], ", ".join(row["splits"]), row["licence"], row["source"])
        print_table(table)
    for message in broken:
        notes().print(f"promptrec: error: {message}")
    if broken:
        raise typer.Exit(2)


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
def info(name: NameArgument, as_json: JsonOption = False) -> None:
    """Show the licence, counts and checksum of a dataset.

    For a public dataset without a split, such as ml-100k: its licence, whether it is here, and its splits.
    """
    if name in PUBLIC:
        _print_facts(_public(name), as_json)
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
    _print_facts(facts, as_json)


def _print_facts(facts: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        dump_json(facts)
        return
    for key, value in facts.items():
        say(f"{key.replace('_', ' ') + ':':23} {', '.join(value) if isinstance(value, list) else value}")


def _local(name: str) -> dict[str, Any]:
    """A dataset folder under $PROMPTREC_DATA."""
    folder = registry.local_folder(name)
    about = read_about(folder / ABOUT) if folder is not None else {}
    return {
        "name": name,
        "here": "yes",
        "splits": [],
        "domain": about.get("domain", ""),
        "licence": about.get("licence", ""),
        "source": about.get("source", str(folder)),
        "warning": "",
    }


def _generated(name: str) -> dict[str, Any]:
    """A dataset that is generated when it is opened."""
    data = GENERATED[name]()
    about = {"domain": data.domain, "licence": data.licence, "source": data.source}
    return {"name": name, "here": "yes", "splits": [], **about, "warning": ""}


def _public(name: str) -> dict[str, Any]:
    """A public dataset and its splits."""
    known = PUBLIC[name]
    return {
        "name": name,
        "here": "yes" if registry.present(name) else "no",
        "splits": [recipe.scheme for recipe in RECIPES.values() if recipe.public == name],
        "domain": known.domain,
        "licence": known.licence,
        "source": known.source,
        "warning": known.warning,
    }
