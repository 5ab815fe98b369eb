"""The options of `promptrec plan` that no other command has."""

from typing import Annotated

import typer

USERS, CANDIDATES = 1000, 20
# People whose prompts are written: made-up ones are alike, and a dataset of up to so many is counted whole.
MADE_UP, QUERIES = 64, 1000

DatasetName = Annotated[
    str | None, typer.Argument(metavar="DATASET", help="Its queries: a folder, or a name of `promptrec data list`.")
]
CatalogSource = Annotated[
    str | None,
    typer.Option("--catalog", metavar="FILE", help="Made-up people and items of this file, or of bundled:films …"),
]
Preferences = Annotated[
    str | None, typer.Option("--preferences", "-p", metavar="TEXT", help="With --catalog: what everybody says.")
]
RankerNames = Annotated[
    list[str] | None, typer.Option("--ranker", help="Way of ranking; repeat it. Default: all that read a model.")
]
Candidates = Annotated[int, typer.Option("--candidates", min=1, help="For each person, where a dataset gives none.")]
Users = Annotated[
    int | None, typer.Option("--users", min=1, help=f"How many people. Default: {USERS}, or all of the dataset.")
]
Sample = Annotated[
    int | None,
    typer.Option(
        "--sample",
        min=1,
        help=f"Prompts are written for so many of them; for all, it is exact. Default: {QUERIES:,} of a dataset, "
        f"{MADE_UP} that are made up.",
    ),
]
ReadingSpeed = Annotated[
    float | None, typer.Option("--speed", help="Tokens a second that this machine reads: for the time.")
]
WritingSpeed = Annotated[
    float | None, typer.Option("--writing-speed", help="Tokens a second that it writes, for rankers that write.")
]
