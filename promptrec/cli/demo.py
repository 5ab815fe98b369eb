"""`promptrec demo`: recommendations for three people from the bundled catalogues."""

from typing import Annotated

import typer
from rich.text import Text

from promptrec.cli import options
from promptrec.cli.output import notes, results
from promptrec.data.catalog import Catalog
from promptrec.data.query import Query
from promptrec.engine.models.registry import DEFAULT_MODEL
from promptrec.recommender import Recommender

PEOPLE = {
    ("films", "films/en"): (
        Query(
            query_id="Ada",
            preferences="I love slow, thoughtful science fiction about space travel and what it does to people. "
            "No superheroes, please.",
        ),
        Query(
            query_id="Ben",
            preferences="Something funny for a rainy evening with my daughter: animals, adventure, a happy ending.",
        ),
    ),
    ("places-zh", "general/zh"): (
        Query(query_id="小陈", preferences="我第一次去北京，喜欢安静的古建筑和园林，想慢慢逛半天，门票不要太贵。"),
    ),
}


def demo(
    model: options.Model = DEFAULT_MODEL,
    engine: options.Engine = None,
    k: Annotated[int, typer.Option("-k", help="Items for each person.")] = 5,
    retrieve: Annotated[int, typer.Option("--retrieve", help="Candidates to retrieve and rank for each.")] = 20,
) -> None:
    """Recommend films and places to three people described in words."""
    console = results()
    opened = None
    for (catalog_name, template), people in PEOPLE.items():
        catalog = Catalog.bundled(catalog_name)
        with notes().status(Text(f"loading {model}")):
            recommender = Recommender.load(
                model, catalog=catalog, template=template, engine=opened.engine if opened else engine, retrieve=retrieve
            )
        if opened is None:
            opened = recommender
            if recommender.choice:
                console.print(Text(f"engine: {recommender.choice.name} ({recommender.choice.reason}) · model: {model}"))
        console.print(Text(f"\n{len(catalog):,} items: {catalog.credit}", style="dim"))
        for query in people:
            console.print(Text(f"\n{query.query_id} says: {query.preferences}", style="italic"))
            with notes().status(f"ranking {retrieve} candidates for {query.query_id}"):
                ranking = recommender.recommend(query, k)
            console.print(ranking.table().rich())
    if opened:
        opened.close()
