"""`promptrec recommend`: recommend items to one person."""

import typing
from contextlib import closing
from typing import Annotated

import typer
from rich.text import Text

from promptrec.cli import options
from promptrec.cli.options import say_unused
from promptrec.cli.output import notes, print_json, results, say
from promptrec.data.catalog import Catalog
from promptrec.data.clean import clean_text
from promptrec.data.query import Query
from promptrec.engine.models.registry import DEFAULT_MODEL
from promptrec.errors import EngineError, InputError
from promptrec.rank.ranking import Ranking
from promptrec.recommender import Recommender
from promptrec.retrieve.registry import DEFAULT_RETRIEVER

RetrieverOption = Annotated[
    str, typer.Option("--retriever", help="What retrieves them: bm25, or a retriever of another package.")
]
TemplateOption = Annotated[
    str | None, typer.Option("--template", help="Name or file; `promptrec template list` shows them.")
]
History = Annotated[
    list[str] | None, typer.Option("--history", help="ID or title of something they liked; repeat it, oldest first.")
]
Disliked = Annotated[
    list[str] | None, typer.Option("--disliked", help="ID or title of something they did not like; repeat it.")
]
Literal = Annotated[
    bool, typer.Option("--literal", help="Take the words literally: read no dislikes and no constraints in them.")
]
IntentReader = Annotated[
    typing.Literal["rules", "model", "probe"],
    typer.Option("--intent-reader", help="What reads refusals: the rules, the model, or what a probe finds better."),
]


def recommend(
    catalog: options.CatalogFile,
    preferences: Annotated[
        str | None, typer.Option("--preferences", "-p", metavar="TEXT", help="What the person says they like.")
    ] = None,
    history: History = None,
    disliked: Disliked = None,
    candidates: Annotated[
        list[str] | None,
        typer.Option("--candidates", help="IDs to rank (repeat, or comma-separated). Default: the whole catalogue."),
    ] = None,
    columns: options.Columns = None,
    model: options.Model = DEFAULT_MODEL,
    engine: options.Engine = None,
    engine_option: options.EngineSettings = None,
    ranker: options.Ranker = None,
    template: TemplateOption = None,
    templates: options.Templates = None,
    position_bias: options.PositionBias = None,
    score_cache: options.ScoreCache = None,
    k: Annotated[int, typer.Option("-k", help="Number of items.")] = 10,
    retrieve: Annotated[int, typer.Option("--retrieve", help="Candidates to retrieve and rank.")] = 50,
    retriever: RetrieverOption = DEFAULT_RETRIEVER,
    literal: Literal = False,
    intent_reader: IntentReader = "rules",
    seed: options.Seed = 0,
    as_json: options.Json = False,
) -> None:
    """Recommend items of a catalogue to one person, from their words, their history, or both."""
    given = {**locals(), "model": model if model != DEFAULT_MODEL else None}
    given["intent_reader"] = intent_reader if intent_reader != "rules" else None
    query = _query(preferences, history, disliked)
    console = notes()
    settings = options.engine_settings(engine_option)
    with console.status("reading the catalogue"):
        items = options.open_catalog(catalog, columns)
    with console.status(Text(f"loading {model}")):
        recommender = Recommender.load(
            model,
            catalog=items,
            template=template,
            engine=engine,
            ranker=ranker,
            templates=options.own_templates(templates),
            position_bias=position_bias,
            score_cache=score_cache,
            retrieve=retrieve,
            retriever=retriever,
            seed=seed,
            intent=not literal,
            intent_reader=intent_reader,
            **settings.given(),
        )
    say_unused([name for name in given if given[name]], [ranker or recommender.ranker.name], console)
    ids = _ids(candidates or [], items)
    with closing(recommender), console.status("ranking"):
        ranking = recommender.rank(query, ids).top(k) if candidates else recommender.recommend(query, k)
    if recommender.probe is not None:
        console.print(f"auto takes {recommender.probe.ranker}: {recommender.probe.reason}")
    show(ranking, as_json)


def show(ranking: Ranking, as_json: bool) -> None:
    """Print a ranking as JSON or as a table with the engine's name and why it was chosen.

    Raises:
        EngineError: the ranking failed.
    """
    if ranking.status == "failed":
        raise EngineError("ranking-failed", reason=ranking.reason)
    if as_json:
        print_json(ranking.model_dump_json(indent=2))
        return
    if ranking.engine:
        say(f"engine: {ranking.engine} ({ranking.engine_reason})")
    table = ranking.table()
    results(table.least_width).print(table.rich())


def _query(preferences: str | None, history: list[str] | None, disliked: list[str] | None) -> Query:
    if preferences is not None and not preferences.strip():
        raise InputError("empty-preferences-option")
    try:
        liked, hated = (tuple(map(options.as_typed, entries or ())) for entries in (history, disliked))
        return Query(preferences=options.as_typed(preferences or ""), history=liked, disliked=hated)
    except InputError as error:
        raise InputError("preferences-or-history", why=error.message) from None


def _ids(candidates: list[str], catalog: Catalog) -> list[str]:
    """The item IDs that the options give; one may hold several, parted by commas, and an ID may hold commas itself."""
    longest = 1 + max(item.item_id.count(",") for item in catalog)
    ids = []
    for entry in candidates:
        parts = options.as_typed(entry).split(",")
        while parts:
            item_id, taken = _first_id(parts[:longest], catalog)
            ids += [item_id] if item_id else []
            parts = parts[taken:]
    return ids


def _first_id(parts: list[str], catalog: Catalog) -> tuple[str, int]:
    """The ID that most of these parts make from the first on, and how many they are."""
    for taken in range(len(parts), 0, -1):
        run = clean_text(",".join(parts[:taken])).strip()
        unquoted = run[1:-1].replace('""', '"').strip() if run[:1] == run[-1:] == '"' else run
        known = next((name for name in (run, unquoted) if name in catalog), None)
        if known is not None:
            return known, taken
    return parts[0].strip(), 1
