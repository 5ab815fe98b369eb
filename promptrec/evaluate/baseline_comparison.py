"""Comparisons of systems that read a model with baselines, and the headline of a report."""

from collections.abc import Mapping, Sequence

from promptrec.evaluate.results import ComparisonResult, RunResult, none_if_nan
from promptrec.evaluate.stats.comparison import Values, verdict
from promptrec.evaluate.stats.significance import PairedDifference, holm, paired_difference


def compare_all(measured: Sequence[tuple[RunResult, Values]], metric: str, seed: int) -> tuple[ComparisonResult, ...]:
    """Paired differences of each system that reads a model with each baseline, on one metric.

    They are one family: Holm's correction is over all of them, so that the best of many is no better for being many.
    """
    values = {run.system: by_metric[metric] for run, by_metric in measured}
    baselines = [run.system for run, _ in measured if run.baseline]
    pairs = {
        (run.system, reference): paired_difference(values[run.system], values[reference], seed=seed)
        for run, _ in measured
        if not run.baseline
        for reference in baselines
    }
    return comparison_results(pairs, metric)


def comparison_results(
    differences: Mapping[tuple[str, str], PairedDifference], metric: str
) -> tuple[ComparisonResult, ...]:
    """Differences by (system, reference) as records, their p-values corrected together."""
    corrected = holm({pair: difference.p for pair, difference in differences.items()})
    return tuple(
        ComparisonResult(
            system=system,
            reference=reference,
            metric=metric,
            mean=none_if_nan(of.mean),
            low=none_if_nan(of.low),
            high=none_if_nan(of.high),
            p=none_if_nan(of.p),
            p_holm=none_if_nan(corrected[system, reference]),
            effect_size=none_if_nan(of.effect_size),
            n=of.n,
            verdict=verdict(of, corrected[system, reference], (system, reference), metric),
        )
        for (system, reference), of in differences.items()
    )


def headline(runs: Sequence[RunResult], comparisons: Sequence[ComparisonResult], metric: str) -> str:
    """Headline: the best run, its lead over the best of the other kind, and its significance. `runs`: best first."""
    ours = next((run for run in runs if not run.baseline), None)
    baseline = next((run for run in runs if run.baseline), None)
    if ours is None or baseline is None:
        return f"{runs[0].system} has the highest {metric}: {_mean(runs[0], metric)}."
    verdict_text = next(c.verdict for c in comparisons if (c.system, c.reference) == (ours.system, baseline.system))
    if runs[0].baseline:
        first = "A baseline won" if verdict_text.startswith(f"{baseline.system} is better") else "A baseline is first"
        return (
            f"{first}: {baseline.system} has the highest {metric}, {_mean(baseline, metric)}; the best system "
            f"that reads a model is {ours.system} with {_mean(ours, metric)}. {verdict_text}"
        )
    return (
        f"{ours.system} has the highest {metric}, {_mean(ours, metric)}; the best baseline is {baseline.system} with "
        f"{_mean(baseline, metric)}. {verdict_text}"
    )


def _mean(run: RunResult, metric: str) -> str:
    mean = run.metrics[metric].mean
    return "undefined" if mean is None else f"{mean:.3f}"
