"""`promptrec evaluate`: rankers and baselines on datasets, into a folder of runs that survives a kill."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from promptrec.cli.options import EngineOption, EngineSettings, JsonOption, settings
from promptrec.cli.progress import Bars
from promptrec.errors import InputError
from promptrec.evaluate.config import Config
from promptrec.evaluate.estimate import estimate_cost
from promptrec.evaluate.evaluation import Evaluation
from promptrec.evaluate.evaluator import evaluate as run_evaluation
from promptrec.evaluate.report.markdown import as_markdown, as_table
from promptrec.evaluate.report.write import write_report
from promptrec.evaluate.trackers import TRACKERS, track

Names = list[str] | None


def evaluate(
    datasets: Annotated[
        Names, typer.Argument(metavar="DATASET...", help="Folders, or names that `promptrec data list` shows.")
    ] = None,
    ranker: Annotated[Names, typer.Option("--ranker", help="Way of ranking; repeat it. Baselines are added.")] = None,
    model: Annotated[Names, typer.Option("--model", help="Name of an added model, or a folder; repeat it.")] = None,
    engine: EngineOption = None,
    engine_option: EngineSettings = None,
    template: Annotated[
        str | None, typer.Option("--template", help="Name or file. Default: the pack of the dataset's domain.")
    ] = None,
    templates: Annotated[Path | None, typer.Option("--templates", help="A folder of your own templates.")] = None,
    adapter: Annotated[str | None, typer.Option("--adapter", help="Folder of a LoRA adapter.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="Only the first so many queries.")] = None,
    pool: Annotated[int | None, typer.Option("--pool", help="Candidates to retrieve where a dataset has none.")] = None,
    metric: Annotated[Names, typer.Option("--metric", help="e.g. ndcg@10; repeat it, the first decides.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Decides ties and everything else that is random.")] = None,
    memorisation: Annotated[
        bool | None, typer.Option("--memorisation", help="Also with titles masked and permuted.")
    ] = None,
    robustness: Annotated[
        bool | None, typer.Option("--robustness", help="Also with other orders, paraphrases, typos, a distraction.")
    ] = None,
    check_limit: Annotated[int | None, typer.Option("--check-limit", help="How many queries those two take.")] = None,
    executor: Annotated[str | None, typer.Option("--executor", help="local or ray.")] = None,
    workers: Annotated[int | None, typer.Option("--workers", help="How many Ray actors, each with an engine.")] = None,
    max_failed: Annotated[
        float | None, typer.Option("--max-failed", help="Share of failed rankings that makes the exit code 1.")
    ] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Rank again what failed before.")] = False,
    config: Annotated[Path | None, typer.Option("--config", help="TOML file with any of these; options win.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder of the runs. Default: runs/DATASET.")] = None,
    tracker: Annotated[Names, typer.Option("--tracker", help=f"Also log to: {', '.join(TRACKERS)}.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Estimate tokens and time, and rank nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Measure rankers on datasets beside the baselines, and write a report.

    The same command goes on where a killed one stopped; runs whose model, template or data changed are new runs.
    """
    told: dict[str, Any] = {
        "datasets": datasets,
        "rankers": ranker,
        "models": model,
        "engine": engine,
        "engine_options": settings("--engine-option", engine_option),
        "template": template,
        "templates": templates,
        "adapter": adapter,
        "limit": limit,
        "pool": pool,
        "metrics": metric,
        "seed": seed,
        "memorisation": memorisation,
        "robustness": robustness,
        "check_limit": check_limit,
        "executor": executor,
        "workers": workers,
        "max_failed": max_failed,
    }
    asked = _config(config, {name: value for name, value in told.items() if value not in (None, [], {})})
    console = Console(stderr=True)
    if dry_run:
        with console.status("reading a few queries"):
            cost = estimate_cost(asked)
        print(cost.model_dump_json(indent=2) if as_json else cost)
        return
    folder = out or Path("runs") / "-".join(Path(name).name.replace(":", "-") for name in asked.datasets)
    with Bars(console) as bars:
        found = run_evaluation(asked, folder, retry_failed=retry_failed, watch=bars)
    report = write_report(folder)
    track(found, folder, tracker or ())
    _show(found, report, as_json)
    if found.failed:
        Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(
            f"promptrec: {found.failed[0]}; `--retry-failed` ranks them again"
        )
        raise typer.Exit(1)
