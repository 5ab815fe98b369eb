"""What an evaluation found: the records that `evaluation.json` holds and reports are made from."""

import math
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from promptrec.data.record import Record
from promptrec.errors import InputError
from promptrec.evaluate.config import Config
from promptrec.evaluate.run_spec import RunSpec, first_validation_error

EVALUATION = "evaluation.json"


class Estimate(Record):
    """A mean over queries with its 95 % interval (BCa bootstrap); `n` counts queries where it is defined."""

    mean: float | None
    low: float | None
    high: float | None
    n: int


class ComparisonResult(Record):
    """System minus reference on the same queries: the mean difference, its interval, and what may be said of it.

    `p` is of the paired randomisation test, `p_holm` after Holm's correction over all pairs of the dataset.
    """

    system: str
    reference: str
    metric: str
    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    effect_size: float | None
    n: int
    verdict: str


class RobustnessResult(Record):
    """How rankings move when what should not matter is changed, over the queries that could be changed."""

    kendall_tau: float | None
    top1_flips: float | None
    drop: ComparisonResult
    queries: int


class RunResult(Record):
    """One run: where it is, what it is, and every number about it. Shares are between 0 and 1, times in seconds."""

    folder: str
    spec: RunSpec
    baseline: bool
    queries: int
    metrics: Mapping[str, Estimate]
    beyond_accuracy: Mapping[str, float | None] = Field(default_factory=dict)
    validity: Mapping[str, float] = Field(default_factory=dict)
    cost: Mapping[str, float] = Field(default_factory=dict)
    alarms: tuple[str, ...] = ()
    memorisation: Mapping[str, ComparisonResult] = Field(default_factory=dict)
    robustness: Mapping[str, RobustnessResult] = Field(default_factory=dict)
    position_lift: tuple[float, ...] = ()

    @property
    def system(self) -> str:
        """What tables call it."""
        return self.spec.system


class DatasetResult(Record):
    """All runs on one dataset, best first by the primary metric. `judged` queries have something right.

    `skipped` says which baselines are not there, and why; `coverage` how much is known of the people, and what of the
    files is passed over; `remarks` what of the dataset makes numbers doubtful.

    `headline` is the first line of any report: it says so when a baseline won.
    """

    name: str
    language: str
    domain: str
    licence: str
    source: str
    sha256: str
    items: int
    queries: int
    judged: int
    candidates: str
    headline: str
    runs: tuple[RunResult, ...]
    comparisons: tuple[ComparisonResult, ...] = ()
    skipped: Mapping[str, str] = Field(default_factory=dict)
    coverage: str = ""
    remarks: tuple[str, ...] = ()


class Evaluation(Record):
    """Datasets in the order they were named, and what is needed to repeat it all."""

    config: Config
    datasets: tuple[DatasetResult, ...]
    command: str
    machine: str
    date: str
    versions: Mapping[str, str]

    @property
    def failed(self) -> tuple[str, ...]:
        """One line for each run with a greater share of failed rankings than the configuration allows."""
        return tuple(
            f"{run.system} on {dataset.name}: {run.validity['failed']:.1%} of the rankings failed"
            for dataset in self.datasets
            for run in dataset.runs
            if run.validity.get("failed", 0.0) > self.config.max_failed
        )

    @property
    def unanswered(self) -> tuple[str, ...]:
        """One line for each run with rankings for which a prompt came back without an answer."""
        return tuple(
            f"{run.system} on {dataset.name}: a prompt failed for {run.validity['unanswered']:.1%} of the rankings"
            for dataset in self.datasets
            for run in dataset.runs
            if run.validity.get("unanswered", 0.0) > 0
        )


def none_if_nan(value: float) -> float | None:
    """The number, or None for NaN."""
    return None if math.isnan(value) else value


def read_evaluation(folder: str | Path) -> Evaluation:
    """The evaluation that was written to a folder.

    Raises:
        InputError: none was, or not one of this version of promptrec.
    """
    path = Path(folder) / EVALUATION
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except OSError:
        raise InputError("not-an-evaluation", path=folder, file=EVALUATION) from None
    except ValidationError as error:
        raise InputError("evaluation-unreadable", path=path, why=first_validation_error(error)) from None
