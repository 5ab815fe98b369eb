"""`promptrec position-bias`: fit the position bias of a model without judgements."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from promptrec.cli import options
from promptrec.cli.output import bars, notes, print_json, print_table, say
from promptrec.data.query import RankRequest
from promptrec.engine.models.registry import DEFAULT_MODEL
from promptrec.errors import InputError
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.run_spec import System
from promptrec.rank.listwise.labels import ListwiseLabels
from promptrec.rank.listwise.position_bias import LEAST_REQUESTS, PositionBias
from promptrec.recommender import Recommender


def position_bias(
    dataset: Annotated[
        str, typer.Argument(metavar="DATASET", help="Its queries: a folder, or a name of `promptrec data list`.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="File to write, for --position-bias FILE.")],
    model: options.Model = DEFAULT_MODEL,
    engine: options.Engine = None,
    engine_option: options.EngineSettings = None,
    template: options.Template = None,
    templates: options.Templates = None,
    adapter: options.Adapter = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N queries.")] = None,
    retrieve: Annotated[
        int, typer.Option("--retrieve", min=1, help="Candidates to retrieve if a dataset has none.")
    ] = 50,
    as_json: options.Json = False,
) -> None:
    """Fit the position bias of a model, which the ranker listwise-prior subtracts.

    It needs queries and candidates, and no judgements. It is valid for the model, the template and the numbers of
    candidates that it was fitted with; the ranker refuses others.
    """
    if out.is_dir() or not out.parent.is_dir():
        raise InputError("not-an-output-file", file=out)
    data = open_dataset(dataset)
    with options.loaded_engine(model, engine, options.engine_settings(engine_option)) as opened, bars() as bar:
        own = options.own_templates(templates)
        system = System(
            ListwiseLabels.name, engine=opened, template=template, templates=own, adapter=adapter, retrieve=retrieve
        )
        requests = _requests(system.open(data), data, limit)
        task = bar.add_task("reading requests", total=len(requests))
        written = system.prompt_templates(data)[0]
        fitted = PositionBias.fit(
            written, requests, opened, adapter=adapter, progress=lambda done: bar.update(task, completed=done)
        )
    fitted.save(out)
    unread = len(requests) - sum(found.requests for found in fitted.by_size.values())
    if unread:
        notes().print(f"promptrec: {unread} of {len(requests)} requests could not be read and count for nothing")
    print_json(fitted.model_dump_json(indent=2)) if as_json else _show(fitted, out)


def _requests(recommender: Recommender, data: Dataset, limit: int | None) -> Sequence[RankRequest]:
    """Requests of a dataset; empty queries are left out."""
    if data.candidates_given:
        requests = [recommender.request(r.query, r.candidates) for r in data.requests[:limit] if not r.query.is_empty]
    else:
        requests = [recommender.candidates(query, k=1).request for query in data.queries[:limit] if not query.is_empty]
    return requests


def _show(fitted: PositionBias, out: Path) -> None:
    """Print a line for each number of slots, with the slots that the model likes best and least."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=f"{fitted.model} · {fitted.template.name}")
    for name in ("candidates", "requests", "best liked", "least liked"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("remarks", overflow="fold")
    for n, found in fitted.by_size.items():
        by_offset = sorted(zip(found.offsets, found.labels, strict=True))
        ends = [f"{label} {offset:+.2f}" for offset, label in (by_offset[-1], by_offset[0])]
        few = f"not used: it takes {LEAST_REQUESTS} requests" if found.requests < LEAST_REQUESTS else ""
        table.add_row(f"{n}", f"{found.requests}", *ends, few)
    print_table(table)
    say(f"how much likelier a slot's label is than the mean of its prompt's, in nats; kept in {out}")
