"""Comparison of rankers over a declared family of hypotheses, with a verdict in words.

*Better* takes two things: the interval of the paired difference excludes 0, and the p-value of the randomisation test
is below .05 after Holm's adjustment for the whole family.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from promptrec.data.record import Record
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.stats.power import ALPHA
from promptrec.evaluate.stats.significance import Number, PairedDifference, holm, paired_difference

Values: TypeAlias = Mapping[str, Mapping[str, float]]
"""Metric name to query ID to value; NaN where a metric is not defined."""


def is_shown(difference: PairedDifference, p_holm: float) -> bool:
    """Whether a difference is shown: its interval excludes 0 and its adjusted p-value is below `ALPHA`."""
    return difference.excludes_0 and p_holm < ALPHA


def verdict(difference: PairedDifference, p_holm: float, names: tuple[str, str], metric: str) -> str:
    """One sentence of plain English about two rankers, with the numbers it rests on.

    Args:
        difference: first minus second.
        p_holm: its p-value, adjusted for the family.
        names: of the first and the second ranker.
        metric: in which they differ or do not.
    """
    first, second = names
    left_out = f", {difference.dropped:,} left out" if difference.dropped else ""
    queries = f"{difference.n:,} {'query' if difference.n == 1 else 'queries'}{left_out}"
    if math.isnan(difference.low):
        return f"{first} and {second}: too few queries to test a difference in {metric} ({queries})."
    p = f"p {'< .001' if p_holm < 0.001 else f'= {p_holm:.3f}'} after Holm"
    if is_shown(difference, p_holm):
        better, worse = names if difference.mean > 0 else names[::-1]
        low, high = sorted(map(abs, (difference.low, difference.high)))
        size = f"{abs(difference.mean):.3f} (95 % interval {low:.3f} to {high:.3f}, {p}, {queries})"
        return f"{better} is better than {worse} in {metric} by {size}."
    needs = difference.users_needed
    more = needs is not None and needs > difference.n
    enough = f"; needs about {needs:,} users to show a difference of this size" if more else ""
    bounds = f"95 % interval {difference.low:+.3f} to {difference.high:+.3f}"
    return (
        f"{first} and {second}: no difference shown in {metric} "
        f"({first} minus {second} is {difference.mean:+.3f}, {bounds}, {p}, {queries}{enough})."
    )


class Contrast(Record):
    """Two rankers in one metric: first minus second, and the p-value adjusted for the whole family."""

    names: tuple[str, str]
    metric: str
    difference: PairedDifference
    p_holm: Number

    @property
    def better(self) -> str | None:
        """The better ranker's name; None where no difference is shown."""
        if not is_shown(self.difference, self.p_holm):
            return None
        return self.names[0] if self.difference.mean > 0 else self.names[1]


class Comparison(Record):
    """Two rankers in each of a family of metrics."""

    contrasts: Mapping[str, Contrast]
    seed: int

    def verdict(self, metric: str) -> str:
        """The sentence about one metric.

        Raises:
            UnknownName: it is not in this family.
        """
        if metric not in self.contrasts:
            raise UnknownName("contrast", metric, self.contrasts)
        found = self.contrasts[metric]
        return verdict(found.difference, found.p_holm, found.names, found.metric)


def compare(
    a: Values, b: Values, metrics: Sequence[str], names: tuple[str, str] = ("A", "B"), seed: int = 0
) -> Comparison:
    """Compare two rankers, `a` minus `b`, in several metrics, which are one family.

    Args:
        a: the values of the first ranker by metric and query ID.
        b: those of the second.
        metrics: the whole family; adding one changes the adjustment of all.
        names: of the two rankers.
        seed: of the resampling.

    Raises:
        InputError: the two have no query in common.
        UnknownName: a metric that was not measured.
        MissingExtra: scipy is not installed.
    """
    return compare_pairs({names: (a, b)}, metrics, seed)[names]


def compare_pairs(
    pairs: Mapping[tuple[str, str], tuple[Values, Values]], metrics: Sequence[str], seed: int = 0
) -> dict[tuple[str, str], Comparison]:
    """Compare the two rankers of each pair, by their names; all pairs in all metrics are one family.

    Raises:
        InputError, UnknownName, MissingExtra: as `compare`.
    """
    found = {(names, m): _difference(a, b, m, names, seed) for names, (a, b) in pairs.items() for m in metrics}
    adjusted = holm({key: difference.p for key, difference in found.items()})
    return {
        names: Comparison(
            contrasts={
                m: Contrast(names=names, metric=m, difference=found[names, m], p_holm=adjusted[names, m])
                for m in metrics
            },
            seed=seed,
        )
        for names in pairs
    }


def _difference(a: Values, b: Values, metric: str, names: tuple[str, str], seed: int) -> PairedDifference:
    for measured in (a, b):
        if metric not in measured:
            raise UnknownName("measured metric", metric, measured)
    if not a[metric].keys() & b[metric].keys():
        raise InputError("no-common-query", name=names[0], name_b=names[1])
    return paired_difference(a[metric], b[metric], seed)
