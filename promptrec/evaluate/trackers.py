"""Trackers that log the numbers of an evaluation. All of them work offline."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from promptrec.errors import MissingExtra, UnknownName, import_extra, writing
from promptrec.evaluate.results import Evaluation, RunResult

Log = Callable[[Evaluation, Path], None]


def open_trackers(names: Iterable[str]) -> list[Log]:
    """The trackers of these names, after `jsonl`, which is always there.

    Raises:
        UnknownName: there is none of this name. MissingExtra: its package is not installed.
    """
    wanted = list(dict.fromkeys(("jsonl", *names)))
    for name in wanted:
        if name not in TRACKERS:
            raise UnknownName("tracker", name, TRACKERS)
    return [TRACKERS[name]() for name in wanted]


def numbers(run: RunResult) -> dict[str, float]:
    """Every number of a run by name; metrics by their own, the rest behind the name of what it is about."""
    named = {name: of.mean for name, of in run.metrics.items()}
    for group in ("beyond_accuracy", "validity", "obedience", "cost"):
        named |= {f"{group}/{name}": value for name, value in getattr(run, group).items()}
    named |= {f"memorisation/{name}": gap.mean for name, gap in run.memorisation.items()}
    return {name: value for name, value in named.items() if value is not None}


def _runs(evaluation: Evaluation) -> Iterator[tuple[str, RunResult]]:
    for dataset in evaluation.datasets:
        for run in dataset.runs:
            yield dataset.name, run


def _jsonl() -> Log:
    """A line for each run, added to `log.jsonl` in the evaluation's folder."""

    def log(evaluation: Evaluation, out: Path) -> None:
        with writing(out / "log.jsonl"), (out / "log.jsonl").open("a", encoding="utf-8") as file:
            for dataset, run in _runs(evaluation):
                about = {"date": evaluation.date, "dataset": dataset, "system": run.system, "key": run.spec.key}
                file.write(json.dumps({**about, **numbers(run)}, ensure_ascii=False) + "\n")

    return log


def _mlflow() -> Log:
    """An MLflow run for each of ours, where MLFLOW_TRACKING_URI says, else in `mlflow.db` in the folder."""
    # The database store needs alembic, which mlflow-skinny does not bring.
    for package in ("mlflow", "alembic"):
        if find_spec(package) is None:
            raise MissingExtra(package, "mlflow")
    from mlflow import MlflowClient

    def log(evaluation: Evaluation, out: Path) -> None:
        # A client of this folder: what mlflow.set_tracking_uri says holds for the whole process and its children, so
        # that the evaluation after this one would be logged here.
        client = MlflowClient(os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(out / 'mlflow.db').resolve()}")
        experiment = client.get_experiment_by_name("promptrec")
        number = experiment.experiment_id if experiment else client.create_experiment("promptrec")
        for dataset, run in _runs(evaluation):
            logged = client.create_run(number, run_name=f"{dataset} {run.system}").info.run_id
            for key, value in run.spec.model_dump(mode="json").items():
                if value is not None:
                    client.log_param(logged, key, value)
            for name, value in numbers(run).items():
                client.log_metric(logged, name.replace("@", "_at_"), value)  # MLflow's names hold no "@"
            client.set_terminated(logged)

    return log


def _wandb() -> Log:
    """A Weights & Biases run for each of ours; offline in the folder unless WANDB_MODE says otherwise."""
    wandb = import_extra("wandb", "wandb", "wandb")

    def log(evaluation: Evaluation, out: Path) -> None:
        # What wandb notes of the machine holds the command line, and with it any key that stands there.
        settings = wandb.Settings(x_disable_meta=True)
        # The process that writes may have been started in another folder.
        # The process that writes may have been started in another folder, hence the whole path.
        common = {"dir": str(out.resolve()), "mode": os.environ.get("WANDB_MODE") or "offline", "settings": settings}
        for dataset, run in _runs(evaluation):
            config = run.spec.model_dump(mode="json")
            with wandb.init(project="promptrec", name=f"{dataset} {run.system}", config=config, **common) as logged:
                logged.log(numbers(run))

    return log


def _tensorboard() -> Log:
    """Scalars for each run in `tensorboard/` in the folder."""
    tensorboard = import_extra("tensorboardX", "tensorboardX", "tensorboard")

    def log(evaluation: Evaluation, out: Path) -> None:
        for dataset, run in _runs(evaluation):
            with tensorboard.SummaryWriter(str(out / "tensorboard" / dataset / run.spec.folder_name)) as writer:
                for name, value in numbers(run).items():
                    writer.add_scalar(name, value, 0)

    return log


TRACKERS: dict[str, Callable[[], Log]] = {
    "jsonl": _jsonl,
    "mlflow": _mlflow,
    "wandb": _wandb,
    "tensorboard": _tensorboard,
}
