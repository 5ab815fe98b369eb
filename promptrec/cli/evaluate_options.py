"""Options of `promptrec evaluate`, each named like the field of `Config` that it sets.

Numbers are text here: `Config` parses them, so that the message for a wrong one is the same as for a file.
"""

from pathlib import Path
from typing import Annotated

import typer

from promptrec.evaluate.trackers import TRACKERS

Datasets = Annotated[
    list[str] | None, typer.Argument(metavar="DATASET...", help="Folders, or names that `promptrec data list` shows.")
]
Rankers = Annotated[
    list[str] | None,
    typer.Option("--ranker", help="Ranker, sum (A+B), cascade (A:50:B) or auto; repeat it. Baselines are added."),
]
Models = Annotated[list[str] | None, typer.Option("--model", help="Added model, or a model folder; repeat it.")]
Limit = Annotated[str | None, typer.Option("--limit", metavar="N", help="Only the first N queries of each dataset.")]
Retrieve = Annotated[
    str | None,
    typer.Option("--retrieve", metavar="N", help="Candidates to retrieve if a dataset has none. Default: 50."),
]
Retriever = Annotated[
    str | None, typer.Option("--retriever", help="Retriever of these: bm25, or one of another package. Default: bm25.")
]
Metrics = Annotated[
    list[str] | None, typer.Option("--metric", help="e.g. ndcg@10; repeat it. Systems are compared on the first.")
]
Seed = Annotated[str | None, typer.Option("--seed", metavar="N", help="Seed of ties and of all else that is random.")]
Memorisation = Annotated[
    bool | None,
    typer.Option("--memorisation/--no-memorisation", help="Also evaluate with masked and with permuted titles."),
]
Literal = Annotated[
    bool | None,
    typer.Option("--literal/--no-literal", help="Also run each ranker without reading what people refuse and require."),
]
Reader = Annotated[
    str | None, typer.Option("--intent-reader", help="What reads refusals: rules, or the model of each system.")
]
Robustness = Annotated[
    bool | None,
    typer.Option(
        "--robustness/--no-robustness", help="Also evaluate with other orders, paraphrases, typos and a distraction."
    ),
]
CheckLimit = Annotated[
    str | None, typer.Option("--check-limit", metavar="N", help="Queries for these two checks. Default: 100.")
]
ExecutorName = Annotated[str | None, typer.Option("--executor", help="local, or ray. Default: local.")]
Workers = Annotated[str | None, typer.Option("--workers", metavar="N", help="Ray actors, each with its own engine.")]
MaxFailed = Annotated[
    str | None,
    typer.Option("--max-failed", metavar="SHARE", help="Share of failed rankings above which the exit code is 1."),
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Rank the queries again whose ranking failed.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="TOML file with these options but --out, --tracker, --retry-failed, --dry-run; the command line wins.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="RUN", help="Folder for the runs. Default: runs/DATASET.")]
Tracker = Annotated[
    list[str] | None,
    typer.Option("--tracker", help=f"Also log the results to a tracker; repeat it: {', '.join(TRACKERS)}."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Estimate tokens and time; write nothing.")]
