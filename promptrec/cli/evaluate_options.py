"""The options of `promptrec evaluate`; each is named like the field of `Config` that it sets.

Numbers are taken as text: `Config` reads them, so that a wrong one is answered alike here and in a file.
"""

from pathlib import Path
from typing import Annotated

import typer

from promptrec.evaluate.trackers import TRACKERS

Datasets = Annotated[
    list[str] | None,
    typer.Argument(metavar="DATASET...", help="Folders, or names that `promptrec data list` shows."),
]
Rankers = Annotated[
    list[str] | None,
    typer.Option(
        "--ranker", help="Way of ranking, a sum (A+B), a cascade (A:50:B), or auto; repeat it. The baselines are added."
    ),
]
Models = Annotated[
    list[str] | None, typer.Option("--model", help="Name of an added model, or a model folder; repeat it.")
]
TemplateName = Annotated[
    str | None, typer.Option("--template", help="Name or file. Default: the pack of the dataset's domain and language.")
]
Adapter = Annotated[str | None, typer.Option("--adapter", help="Folder of a LoRA adapter to read with.")]
Limit = Annotated[
    str | None, typer.Option("--limit", metavar="N", help="Only the first so many queries of each dataset.")
]
Retrieve = Annotated[
    str | None,
    typer.Option("--retrieve", metavar="N", help="Candidates to retrieve if a dataset has none. Default: 50."),
]
Metrics = Annotated[
    list[str] | None, typer.Option("--metric", help="e.g. ndcg@10; repeat it. Systems are compared on the first.")
]
Seed = Annotated[
    str | None, typer.Option("--seed", metavar="N", help="Decides ties and everything else that is random.")
]
Memorisation = Annotated[
    bool | None, typer.Option("--memorisation/--no-memorisation", help="Also with titles masked and titles permuted.")
]
Robustness = Annotated[
    bool | None,
    typer.Option("--robustness/--no-robustness", help="Also with other orders, paraphrases, typos, a distraction."),
]
CheckLimit = Annotated[
    str | None, typer.Option("--check-limit", metavar="N", help="How many queries those two take. Default: 100.")
]
ExecutorName = Annotated[str | None, typer.Option("--executor", help="local, or ray. Default: local.")]
Workers = Annotated[
    str | None, typer.Option("--workers", metavar="N", help="How many Ray actors, each with its own engine.")
]
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
        help="TOML file with these, but --out, --tracker, --retry-failed and --dry-run; options given win.",
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="RUN", help="Folder for the runs. Default: runs/DATASET.")]
Tracker = Annotated[
    list[str] | None, typer.Option("--tracker", help=f"Log the results there too; repeat it: {', '.join(TRACKERS)}.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Estimate tokens and time, and keep nothing.")]
