"""`promptrec evaluate`: run rankers and baselines on datasets, and report. `promptrec report`: report again."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from promptrec.cli import evaluate_options as option
from promptrec.cli import options
from promptrec.cli.options import say_unused
from promptrec.cli.output import hint_on_failure, notes, print_json, results, say, visible
from promptrec.cli.progress import progress
from promptrec.engine.options import DEFAULTS
from promptrec.errors import InputError
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate as run_evaluation
from promptrec.evaluate.report.console import as_console
from promptrec.evaluate.report.page import PAGE, write_report
from promptrec.evaluate.results import Evaluation, read_evaluation
from promptrec.evaluate.runs.cost_estimate import estimate_cost
from promptrec.evaluate.trackers import open_trackers


def evaluate(
    datasets: option.Datasets = None,
    rankers: option.Rankers = None,
    models: option.Models = None,
    engine: options.Engine = None,
    engine_options: options.EngineSettings = None,
    template: options.Template = None,
    templates: options.Templates = None,
    adapter: options.Adapter = None,
    position_bias: options.PositionBias = None,
    limit: option.Limit = None,
    retrieve: option.Retrieve = None,
    retriever: option.Retriever = None,
    metrics: option.Metrics = None,
    seed: option.Seed = None,
    memorisation: option.Memorisation = None,
    literal: option.Literal = None,
    intent_reader: option.Reader = None,
    robustness: option.Robustness = None,
    check_limit: option.CheckLimit = None,
    executor: option.ExecutorName = None,
    workers: option.Workers = None,
    max_failed: option.MaxFailed = None,
    retry_failed: option.RetryFailed = False,
    config: option.ConfigFile = None,
    out: option.Out = None,
    tracker: option.Tracker = None,
    dry_run: option.DryRun = False,
    as_json: options.Json = False,
) -> None:
    """Measure rankers and baselines on datasets, and write a report.

    The same command continues a killed run. A changed model, template or dataset is a new run.
    """
    given = {name: value for name, value in locals().items() if name in Config.model_fields}
    given["engine_options"] = options.engine_settings(engine_options)
    parsed = _config(config, {name: value for name, value in given.items() if value not in (None, [], DEFAULTS)})
    console = notes()
    given_options = parsed.model_fields_set - ({"templates"} if templates is None else set())
    say_unused(sorted(given_options), parsed.rankers, console)
    _say_unused_limit(parsed, console)
    if dry_run:
        console.print("reading a few queries with each model")
        with progress(console) as listener:
            cost = estimate_cost(parsed, listener=listener)
        print_json(cost.model_dump_json(indent=2)) if as_json else say(str(cost))
        return
    trackers = open_trackers(tracker or ())
    folder = out or Path("runs") / "-".join(Path(name).name.replace(":", "-") for name in parsed.datasets)
    with progress(console) as listener:
        command = visible(options.command_line(sys.argv[1:]))
        found = run_evaluation(parsed, folder, retry_failed=retry_failed, listener=listener, command=command)
    for log in trackers:
        log(found, folder)
    with hint_on_failure(f"the whole evaluation is in {folder}"):
        _show(found, folder, as_json)
    for line in dict.fromkeys((*found.failed, *found.unanswered)):
        console.print(f"promptrec: {line}; the same command with --retry-failed ranks them again")
    if found.failed:
        raise typer.Exit(1)


def _say_unused_limit(parsed: Config, console: Console) -> None:
    if "check_limit" in parsed.model_fields_set and not (parsed.memorisation or parsed.robustness):
        console.print("promptrec: --check-limit changes nothing without --memorisation or --robustness")


def _show(found: Evaluation, folder: Path, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump_json(indent=2))
        return
    results().print(as_console(found))
    say(f"report: {folder / PAGE}")


def _config(path: Path | None, given: dict[str, object]) -> Config:
    if path is None and "datasets" not in given:
        raise InputError("no-dataset-given")
    parsed = Config.from_toml(path, given) if path is not None else Config.parse(given, "promptrec evaluate")
    # Given by nobody, they count as no option that changes nothing.
    return parsed.model_copy(update={"templates": parsed.templates or options.own_templates()})


def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder that `promptrec evaluate --out` wrote.")],
    as_json: options.Json = False,
) -> None:
    """Write report.html and report.md of an evaluation, and print its tables."""
    found = read_evaluation(run)
    write_report(run)
    _show(found, run, as_json)
