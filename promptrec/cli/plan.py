"""`promptrec plan`: cost of rankers, computed before any of them runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

from promptrec.cli import options
from promptrec.cli.output import dump_json, notes, print_table, say
from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.engine.models.registry import DEFAULT_MODEL
from promptrec.errors import InputError, PromptrecError
from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.cost_estimate import COUNTED, dataset_requests, format_duration, plan_system
from promptrec.rank.cost import Plan, Speed, expected_items, sample_requests
from promptrec.rank.expression import template_kinds
from promptrec.rank.registry import RANKERS
from promptrec.rank.selection.auto import AUTO
from promptrec.retrieve.candidates import retrieve_candidates
from promptrec.template.loader import default_pack

USERS = 1000
# Without --candidates: for simulated queries, and for those of a dataset, as `promptrec evaluate` retrieves them.
CANDIDATES, RETRIEVED = 20, Config.model_fields["retrieve"].default
# People whose prompts are written: made-up ones are alike, and a dataset of up to so many is counted whole.
MADE_UP = 64

DatasetName = Annotated[
    str | None, typer.Argument(metavar="DATASET", help="Its queries: a folder, or a name of `promptrec data list`.")
]
CatalogSource = Annotated[
    str | None,
    typer.Option(
        "--catalog", metavar="FILE", help="Simulated queries over the items of this file, or of bundled:films …"
    ),
]
Preferences = Annotated[
    str | None, typer.Option("--preferences", "-p", metavar="TEXT", help="With --catalog: the words of every query.")
]
RankerNames = Annotated[
    list[str] | None, typer.Option("--ranker", help="Ranker; repeat it. Default: all that read a model.")
]
CandidateCount = Annotated[
    int | None,
    typer.Option(
        "--candidates",
        min=1,
        help=f"Candidates a query, if a dataset has none. Default: {CANDIDATES}, or {RETRIEVED} of a dataset.",
    ),
]
Users = Annotated[
    int | None, typer.Option("--users", min=1, help=f"Number of queries. Default: {USERS}, or all of the dataset.")
]
Sample = Annotated[
    int | None,
    typer.Option(
        "--sample",
        min=1,
        help=f"Queries to write prompts for; exact if all. Default: {COUNTED:,} of a dataset, {MADE_UP} simulated.",
    ),
]
ReadingSpeed = Annotated[
    float | None, typer.Option("--speed", help="Tokens per second that it reads, to estimate time.")
]
WritingSpeed = Annotated[float | None, typer.Option("--writing-speed", help="Tokens a second that it generates.")]


@dataclass(frozen=True)
class _People:
    """Queries and their catalogue; `items` is the number of distinct candidates of all queries."""

    dataset: Dataset
    requests: Sequence[RankRequest]
    users: int
    items: float


def plan_(
    dataset: DatasetName = None,
    catalog: CatalogSource = None,
    columns: options.Columns = None,
    preferences: Preferences = None,
    rankers: RankerNames = None,
    model: options.Model = DEFAULT_MODEL,
    engine: options.Engine = None,
    engine_options: options.EngineSettings = None,
    template: options.Template = None,
    templates: options.Templates = None,
    candidates: CandidateCount = None,
    users: Users = None,
    sample: Sample = None,
    speed: ReadingSpeed = None,
    writing_speed: WritingSpeed = None,
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Count the prompts, tokens and rounds of rankers, with a model's tokenizer and without its weights.

    Prompt tokens are what the engine would count. Quality is measured by `promptrec evaluate`.
    """
    counter = DryRunEngine.of(model, engine, options.engine_settings(engine_options))
    known = _speed(speed, writing_speed)
    console = notes()
    with console.status("writing prompts"):
        if catalog is not None and dataset is None:
            items = options.open_catalog(catalog, columns)
            people = _made_up(items, preferences, candidates or CANDIDATES, users, sample or MADE_UP, seed)
        elif catalog is None and dataset is not None and preferences is None and not columns:
            people = _of_dataset(open_dataset(dataset), candidates or RETRIEVED, users, sample or COUNTED)
        else:
            raise InputError("plan-without-queries")
        system = System("", engine=counter, template=template, templates=options.own_templates(templates), seed=seed)
        plans = _plans(system, rankers, people, counter, known, console)
    if as_json:
        dump_json([made.model_dump() for made in plans])
    else:
        _show(plans, timed=known is not None)


def _plans(
    system: System,
    rankers: Sequence[str] | None,
    people: _People,
    counter: DryRunEngine,
    speed: Speed | None,
    console: Console,
) -> list[Plan]:
    """A plan for each ranker that was asked for, or for each that reads a model and has all that it needs."""
    if AUTO in (rankers or ()):
        raise InputError("plan-of-auto", auto=AUTO)
    plans = []
    for name in rankers or [name for name in RANKERS if template_kinds(name)]:
        try:
            one = replace(system, ranker=name)
            made = plan_system(
                one, people.dataset, counter, people.requests, users=people.users, items=people.items, speed=speed
            )
        except PromptrecError as error:
            if rankers:
                raise
            # Nobody asked for this one by name: what it lacks must not hide the others.
            console.print(f"promptrec: without {name}: {error}")
            continue
        plans.append(made)
    return plans


def _speed(reading: float | None, writing: float | None) -> Speed | None:
    if reading is None and writing is not None:
        raise InputError("writing-speed-alone")
    return None if reading is None else Speed(reading, writing)


def _made_up(
    catalog: Catalog, preferences: str | None, candidates: int, users: int | None, sample: int, seed: int
) -> _People:
    """People who name titles, with candidates drawn by lot; or one who says this, with the candidates found for it."""
    language = default_pack(catalog).rpartition("/")[2]
    made = Dataset(name=catalog.name, language=language, catalog=catalog, requests=(), relevance={})
    requests: tuple[RankRequest, ...]
    if preferences is not None:
        users = users or 1
        requests = (retrieve_candidates(catalog, Query(preferences=options.as_typed(preferences)), candidates).request,)
    else:
        users = users or USERS
        requests = sample_requests(catalog, min(users, sample), candidates, seed)
    return _People(made, requests, users, expected_items(catalog, users, len(requests[0].candidates)))


def _of_dataset(dataset: Dataset, candidates: int, users: int | None, sample: int) -> _People:
    if users is not None and users > len(dataset.queries):
        raise InputError("more-users-than-queries", users=users, name=dataset.name, count=len(dataset.queries))
    requests = dataset_requests(dataset, candidates, users)
    items = {item.item_id for request in requests for item in request.candidates}
    return _People(dataset, requests[:sample], len(requests), len(items))


def _show(plans: Sequence[Plan], timed: bool) -> None:
    first = plans[0]
    say(f"{first.users:,} people with {first.candidates:,.4g} candidates each, read by {first.model} in {first.engine}")
    columns = {
        "prompt": [f"{made.total.prompt_tokens:,.0f}" for made in plans],
        "cached": [f"{made.total.cached_tokens:,.0f}" for made in plans],
        "written": [f"{made.total.decoded_tokens:,.0f}" for made in plans],
        "calls": [f"{made.total.calls:,.0f}" for made in plans],
        "rounds": [f"{made.per_user['steps']:,.3g}" for made in plans],
    }
    if timed:
        columns["time"] = ["?" if made.seconds is None else format_duration(made.seconds) for made in plans]
    numbers = (Column(name, justify="right", no_wrap=True) for name in columns)
    table = Table(Column("ranker", no_wrap=True), *numbers, box=SIMPLE_HEAD, padding=0)
    for made, *row in zip(plans, *columns.values(), strict=True):
        table.add_row(made.ranker, *row)
    print_table(table)
    for made in plans:
        if made.problem:
            say(f"{made.ranker} cannot rank all of them: {made.problem}")
    how = "counted for everybody" if first.counts_all else f"about, from the prompts of {first.sampled} people"
    rounds = "rounds are how often a person's prompts wait for answers, which are made up here"
    say(f"tokens {how}; written is the most that may be; {rounds}")
