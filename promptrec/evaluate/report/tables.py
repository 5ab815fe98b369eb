"""The tables of a report, as text: one source for the page, for Markdown and for the console."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from promptrec.evaluate.results import ComparisonResult, DatasetResult, Estimate, Evaluation, RunResult

NONE = "–"
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Table:
    """Columns and rows of text; `baselines` are the numbers of the rows that are about a baseline."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    baselines: frozenset[int] = frozenset()
    note: str = ""


def accuracy(dataset: DatasetResult, metrics: Iterable[str]) -> Table:
    """Every run, best first: metrics with intervals, how far from the best baseline, the memorisation gap, the cost."""
    names = tuple(metrics)
    best = next((run.system for run in dataset.runs if run.baseline), None)
    against = {c.system: c for c in dataset.comparisons if c.reference == best}
    has_gap = any(run.memorisation for run in dataset.runs)
    against_best, gap_column = f"against {best}" if best else "against", ["memorisation gap"] if has_gap else []
    columns = ("system", *names, against_best, *gap_column, "prompt tokens", "seconds", "not ok")
    rows = tuple(
        (
            run.system,
            *(interval(run.metrics[name]) for name in names),
            difference(against.get(run.system)),
            *([gap(run)] if has_gap else []),
            tokens(run.cost),
            seconds(run.cost.get("seconds")),
            percent(None if "ok" not in run.validity else 1 - run.validity["ok"]),
        )
        for run in dataset.runs
    )
    return Table("Accuracy", columns, rows, _baselines(dataset), _accuracy_note(dataset, names, has_gap))


def _accuracy_note(dataset: DatasetResult, metrics: tuple[str, ...], has_gap: bool) -> str:
    retrieved = any(run.spec.retrieve is not None for run in dataset.runs)
    sentences = [
        "Means with 95 % intervals (bootstrap over queries, BCa). The difference to the best baseline is paired, its p "
        "is Holm's over all pairs of a system and a baseline.",
        "The gap is what real titles add over masked ones." if has_gap else "",
        "A right item that was not retrieved loses all its pairs in auc, so chance is below .5 here; the row random "
        "shows where it is."
        if retrieved and "auc" in metrics
        else "",
        "Not ok are rankings that were repaired, fell back, abstained or failed; the table of validity has each.",
    ]
    return " ".join(filter(None, sentences))


def beyond_accuracy(dataset: DatasetResult) -> Table:
    """Coverage, exposure, novelty, diversity, popularity."""
    note = (
        "Of the first 10 of everybody's list. coverage: share of the catalogue that anybody was shown; gini: "
        "0 where every item was shown equally often, near 1 where few were; novelty: bits of surprise, from "
        "popularity; diversity: 1 less the mean cosine of the texts in a list; popularity-lift: percentiles "
        "above the candidates'; distinct-firsts: different items that came first; first-item-spread: these, "
        "over what chance would give; retrieved: share of the right items among the candidates, where these "
        "were retrieved."
    )
    return _metric_table("Beyond accuracy", dataset, "beyond_accuracy", 3, note)


def validity(dataset: DatasetResult) -> Table:
    """Shares of rankings by status and fault."""
    note = (
        "unanswered: a prompt of the ranking failed; complete: every candidate exactly once; reply-…: written replies "
        "that left out, repeated or made up an item, before repair; copied-…-order: lists in the very order of the "
        "request or of the prompt, which chance gives as copied-by-chance; tied-items: items that nothing told apart "
        "from another."
    )
    return _metric_table("Validity, as shares", dataset, "validity", 3, note)


def obedience(dataset: DatasetResult) -> Table:
    """How rankings do where people refuse or require something."""
    note = (
        "dislikes, constraints: shares of the queries in which the rules read one; violations@k: of the first k items, "
        "those that violate a hard constraint that a column answers; the metrics are means over the queries with "
        "dislikes, with constraints, and with neither."
    )
    return _metric_table("Where people refuse or require something", dataset, "obedience", 3, note)


def robustness(dataset: DatasetResult) -> Table:
    """Effect of perturbations on rankings."""
    checked = [(run, kind, moved) for run in dataset.runs for kind, moved in run.robustness.items()]
    rows = tuple(
        (
            run.system,
            kind,
            number(moved.kendall_tau, 3),
            percent(moved.top1_flips),
            difference(moved.drop),
            f"{moved.queries:,}",
        )
        for run, kind, moved in checked
    )
    columns = ("system", "change", "Kendall's tau", "other item first", "metric lost", "queries")
    baselines = frozenset(n for n, (run, _, _) in enumerate(checked) if run.baseline)
    return Table("Robustness", columns, rows, baselines)


def memorisation(dataset: DatasetResult) -> Table:
    """What real titles add over masked and over permuted ones: a system that reads descriptions gains nothing."""
    checked = [run for run in dataset.runs if run.memorisation]
    kinds = tuple(dict.fromkeys(kind for run in checked for kind in run.memorisation))
    rows = tuple(
        (
            run.system,
            *(difference(run.memorisation.get(kind)) for kind in kinds),
            f"{max(found.n for found in run.memorisation.values()):,}",
        )
        for run in checked
    )
    columns = ("system", *(f"real minus {kind} titles" for kind in kinds), "queries")
    baselines = frozenset(n for n, run in enumerate(checked) if run.baseline)
    return Table("Memorisation", columns, rows, baselines)


def repeat(evaluation: Evaluation) -> Table:
    """Everything needed to make the evaluation again."""
    config = evaluation.config.model_dump(mode="json", exclude_defaults=True)
    rows = [
        ("command", evaluation.command),
        ("configuration", ", ".join(f"{name} = {value}" for name, value in config.items())),
        ("seed", str(evaluation.config.seed)),
        ("date", evaluation.date),
        ("machine", evaluation.machine),
        ("versions", ", ".join(f"{name} {version}" for name, version in evaluation.versions.items())),
    ]
    rows += [
        (f"dataset {d.name}", f"sha256 {d.sha256}; licence {d.licence}; source {d.source}") for d in evaluation.datasets
    ]
    for run in (run for dataset in evaluation.datasets for run in dataset.runs):
        checksums = [f"key {run.spec.key}"]
        if run.spec.model_sha256:
            checksums.append(f"model sha256 {run.spec.model_sha256}")
        checksums += [f"template {template.name} sha256 {template.sha256}" for template in run.spec.templates]
        rows.append((run.folder, "; ".join(checksums)))
    return Table("To repeat it", ("what", "is"), tuple(rows))


def interval(of: Estimate) -> str:
    """0.412 [0.371, 0.455]."""
    if of.mean is None:
        return NONE
    return f"{of.mean:.3f}" + (f" [{of.low:.3f}, {of.high:.3f}]" if of.low is not None and of.high is not None else "")


def difference(of: ComparisonResult | None) -> str:
    """+0.041 [+0.010, +0.072], p = .004."""
    if of is None or of.mean is None:
        return NONE
    bounds = f" [{of.low:+.3f}, {of.high:+.3f}]" if of.low is not None and of.high is not None else ""
    return f"{of.mean:+.3f}{bounds}" + ("" if of.p_holm is None else f", p {probability(of.p_holm)}")


def gap(run: RunResult) -> str:
    """Memorisation gap: real minus masked titles."""
    return difference(run.memorisation["masked"]) if "masked" in run.memorisation else NOT_MEASURED


def probability(p: float) -> str:
    """Three places; none below .001."""
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".")


def tokens(cost: Mapping[str, float]) -> str:
    """54,000 [18,000 cached; 900 written]: all that was in prompts, the part not read again, what was written."""
    read, cached, written = (int(cost.get(f"{kind}-tokens", 0)) for kind in ("prompt", "cached", "decoded"))
    if not read:
        return NONE
    more = [f"{cached:,} cached"] * bool(cached) + [f"{written:,} written"] * bool(written)
    return f"{read:,}" + (f" [{'; '.join(more)}]" if more else "")


def seconds(spent: float | None) -> str:
    """Whole seconds, or hundredths where there are few."""
    return number(spent, 2 if spent is not None and spent < 10 else 0)


def number(value: float | None, places: int) -> str:
    """A number, or a dash where there is none."""
    return NONE if value is None else f"{value:,.{places}f}"


def percent(value: float | None) -> str:
    """A share, or a dash where there is none."""
    return NONE if value is None else f"{value:.1%}"


def _metric_table(title: str, dataset: DatasetResult, field: str, places: int, note: str) -> Table:
    """A column for each number that any run has; those that only count are whole."""
    named: list[Mapping[str, float | None]] = [getattr(run, field) for run in dataset.runs]
    columns = {name: places for numbers in named for name in numbers}
    for name in columns:
        known = [value for numbers in named if (value := numbers.get(name)) is not None]
        if max(known, default=0) > 1 and all(value == int(value) for value in known):
            columns[name] = 0
    rows = tuple(
        (run.system, *(number(numbers.get(name), columns[name]) for name in columns))
        for run, numbers in zip(dataset.runs, named, strict=True)
    )
    return Table(title, ("system", *columns), rows, _baselines(dataset), note)


def _baselines(dataset: DatasetResult) -> frozenset[int]:
    return frozenset(n for n, run in enumerate(dataset.runs) if run.baseline)
