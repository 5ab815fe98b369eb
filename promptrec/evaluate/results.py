"""Results of an evaluation: the records of `evaluation.json`, from which reports are made."""

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
    """A mean over queries with its 95 % interval (BCa bootstrap)."""

    mean: float | None
    """None if the metric is defined for no query."""
    low: float | None
    high: float | None
    n: int
    """Number of queries for which the metric is defined."""


class ComparisonResult(Record):
    """Paired comparison of a system with a reference on the same queries, system minus reference."""

    system: str
    reference: str
    metric: str
    mean: float | None
    """Mean difference; None if no query has both values."""
    low: float | None
    """Lower bound of the 95 % interval (BCa bootstrap)."""
    high: float | None
    """Upper bound."""
    p: float | None
    """Two-sided p-value of the paired randomisation test."""
    p_holm: float | None
    """The p-value after Holm's correction over all pairs of the dataset."""
    effect_size: float | None
    """Cohen's d_z: the mean in standard deviations of the paired differences."""
    n: int
    """Number of queries with both values."""
    verdict: str
    """The result in a sentence."""


class RobustnessResult(Record):
    """Effect of one perturbation on rankings, over the queries to which it applies."""

    kendall_tau: float | None
    """Mean Kendall's tau-b of perturbed and original rankings, -1 to 1."""
    top1_flips: float | None
    """Share of queries with another first item."""
    drop: ComparisonResult
    """Original minus perturbed, in the primary metric."""
    queries: int
    """Number of these queries."""


class RunResult(Record):
    """Results of one run. Shares are between 0 and 1, times in seconds."""

    folder: str
    """Folder of the run, relative to that of the evaluation."""
    spec: RunSpec
    baseline: bool
    """Whether the system reads no model."""
    queries: int
    """Number of queries ranked."""
    metrics: Mapping[str, Estimate]
    """Metrics of single rankings, by name."""
    beyond_accuracy: Mapping[str, float | None] = Field(default_factory=dict)
    """Measures of all rankings together: see `BeyondAccuracy.summary`."""
    validity: Mapping[str, float] = Field(default_factory=dict)
    """Shares of rankings by status and fault: see `Validity.summary`."""
    obedience: Mapping[str, float] = Field(default_factory=dict)
    """Violations of what people require, and metrics of those who refuse or require: see `Obedience.summary`."""
    cost: Mapping[str, float] = Field(default_factory=dict)
    """Tokens, calls and seconds: see `CostMetrics.summary`."""
    alarms: tuple[str, ...] = ()
    """Warnings, such as of exposure collapse; a sentence each."""
    memorisation: Mapping[str, ComparisonResult] = Field(default_factory=dict)
    """Real minus other titles, by variant (masked, permuted)."""
    robustness: Mapping[str, RobustnessResult] = Field(default_factory=dict)
    """By perturbation (order, paraphrase, typos, distractor)."""
    position_lift: tuple[float, ...] = ()
    """Rate at which the item shown in each slot came first, over the rate by chance; empty without slots."""

    @property
    def system(self) -> str:
        """Name of the system in tables."""
        return self.spec.system


class DatasetResult(Record):
    """Results of all runs on one dataset."""

    name: str
    language: str
    domain: str
    licence: str
    source: str
    sha256: str
    """Checksum of the dataset without its judgements."""
    items: int
    """Size of the catalogue."""
    queries: int
    """Number of queries ranked."""
    judged: int
    """Number of these with at least one relevant item."""
    candidates: str
    """Description of the candidates."""
    headline: str
    """First line of any report: the best system, and the best of the other kind (baseline or not)."""
    runs: tuple[RunResult, ...]
    """Best first by the primary metric."""
    comparisons: tuple[ComparisonResult, ...] = ()
    """Each system that reads a model against each baseline."""
    skipped: Mapping[str, str] = Field(default_factory=dict)
    """Reasons for missing baselines and stopped systems, by name."""
    coverage: str = ""
    """Number of queries with each kind of information, and ignored parts of the files."""
    remarks: tuple[str, ...] = ()
    """Warnings about the dataset, such as leaks; a sentence or two each."""


class Evaluation(Record):
    """Results of an evaluation, and the information to repeat it."""

    config: Config
    datasets: tuple[DatasetResult, ...]
    """In the order of the configuration."""
    command: str
    """Command line, with secrets masked."""
    machine: str
    date: str
    """ISO 8601, UTC."""
    versions: Mapping[str, str]
    """Versions of promptrec and the libraries it uses, by package."""

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
        """One line for each run with rankings for which the engine failed on a prompt."""
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
    """Read the evaluation of a folder.

    Raises:
        InputError: no evaluation, or one of another version of promptrec.
    """
    path = Path(folder) / EVALUATION
    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except OSError:
        raise InputError("not-an-evaluation", path=folder, file=EVALUATION) from None
    except ValidationError as error:
        raise InputError("evaluation-unreadable", path=path, why=first_validation_error(error)) from None
