"""Significance of the difference of two rankers: paired bootstrap intervals and randomisation tests.

The unit is the query, and two rankers are compared query by query, because queries differ far more from each other than
rankers do. A difference is shown when the interval and the randomisation test both show it. Over 4,000 simulations of
150 queries where two rankers are of one worth, the test found a difference in 5.1 %, the interval in 6.0 % and both in
5.0 %; where differences are skewed about 0, which the test does not allow for, in 5.9 %, 6.2 % and 4.7 %.
"""

import math
from collections.abc import Hashable, Mapping, Sequence
from itertools import accumulate
from typing import Annotated, TypeVar

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator

from promptrec.data.record import Record
from promptrec.errors import import_extra
from promptrec.evaluate.stats.power import users_needed

RESAMPLES = 10_000
# Random numbers held at once: memory does not grow with the queries, and they stay in the processor's cache.
MAX_RANDOM_NUMBERS = 50_000
# Metrics are exact to about this many decimals; what lies below is rounding.
DECIMALS = 12
SUM_ROUNDING = 1e-9

Key = TypeVar("Key", bound=Hashable)
Floats = npt.NDArray[np.float64]
# JSON has no NaN: it is written as null, and read back from it.
Number = Annotated[float, BeforeValidator(lambda value: math.nan if value is None else value)]


class Interval(Record):
    """A mean over `n` queries with its 95 % confidence interval; NaN where it is not defined."""

    mean: Number
    low: Number
    high: Number
    n: int

    @property
    def excludes_0(self) -> bool:
        """Whether 0 lies outside of the interval."""
        return self.low > 0 or self.high < 0


class PairedDifference(Interval):
    """The mean of a - b over the queries that have both, with its 95 % confidence interval.

    Attributes:
        p: two-sided p-value of the paired randomisation test.
        effect_size: Cohen's d_z, the mean in standard deviations of the paired differences; NaN where these are all the
            same and not 0.
        dropped: queries that only one side has, or whose value is not defined.
    """

    p: Number
    effect_size: Number
    dropped: int

    @property
    def users_needed(self) -> int | None:
        """How many users show a true difference of this size, with power .8 and alpha .05; None where it is 0.

        Raises:
            MissingExtra: statsmodels is not installed.
        """
        return users_needed(1.0, self.effect_size) if abs(self.effect_size) > 0 else None


def interval(values: Sequence[float] | Floats, seed: int = 0, resamples: int = RESAMPLES) -> Interval:
    """The mean of `values`, one a query, and its BCa bootstrap interval (Efron 1987). NaNs are left out.

    Values that are all the same have an interval of no width; fewer than two values have NaN for bounds.

    Raises:
        MissingExtra: scipy is not installed.
    """
    defined = np.asarray(values, dtype=np.float64)
    defined = defined[~np.isnan(defined)]
    n, mean = len(defined), float(defined.mean()) if len(defined) else math.nan
    if n < 2:
        return Interval(mean=mean, low=math.nan, high=math.nan, n=n)
    if _is_constant(defined):
        return Interval(mean=mean, low=mean, high=mean, n=n)
    rng = np.random.default_rng([seed, 0])
    batch = max(1, MAX_RANDOM_NUMBERS // n)
    sizes = (min(batch, resamples - start) for start in range(0, resamples, batch))
    means = np.concatenate([defined.take(rng.integers(0, n, (size, n))).mean(axis=1) for size in sizes])
    low, high = np.quantile(means, _bca_levels(defined, means))
    return Interval(mean=mean, low=float(low), high=float(high), n=n)


def _bca_levels(values: Floats, means: Floats) -> list[float]:
    """The quantiles of the resamples' means that bound the interval (Efron and Tibshirani 1993, equation 14.10).

    Own code, because `scipy.stats.bootstrap` takes four times as long: its jackknife draws every sample without one
    value, whose mean is known from the sum.
    """
    normal = import_extra("scipy.special", "scipy", "evaluate")
    below = ((means < values.mean()).mean() + (means <= values.mean()).mean()) / 2
    bias = normal.ndtri(below)
    deviations = values - values.mean()
    acceleration = (deviations**3).sum() / (6 * (deviations**2).sum() ** 1.5)
    shifted = (bias + normal.ndtri(level) for level in (0.025, 0.975))
    return [float(normal.ndtr(bias + z / (1 - acceleration * z))) for z in shifted]


def paired_difference(
    a: Mapping[str, float], b: Mapping[str, float], seed: int = 0, resamples: int = RESAMPLES
) -> PairedDifference:
    """Paired difference of `a` and `b` over queries, with its interval and p-value.

    The interval is the BCa one of the paired differences. The p-value is that of the randomisation test, which flips
    their signs (Fisher 1935; Smucker, Allan and Carterette, CIKM 2007): over all flips where these are few enough,
    otherwise (1 + flips at least as extreme) / (1 + `resamples`).

    Args:
        a: value by query ID.
        b: value by query ID. Used are the queries in both that are NaN in neither; their order does not matter.
        seed: of the resampling and of the flips.
        resamples: how many of each.

    Raises:
        MissingExtra: scipy is not installed.
    """
    either, both = a.keys() | b.keys(), sorted(a.keys() & b.keys())
    differences = np.array([a[query_id] - b[query_id] for query_id in both], dtype=np.float64).round(DECIMALS)
    differences = differences[~np.isnan(differences)]
    found = interval(differences, seed, resamples)
    varies = len(differences) > 1 and not _is_constant(differences)
    sd = float(differences.std(ddof=1)) if varies else 0.0
    return PairedDifference(
        **found.model_dump(),
        p=_sign_flips(differences, seed, resamples),
        effect_size=found.mean / sd if varies else 0.0 if found.mean == 0 else math.nan,
        dropped=len(either) - found.n,
    )


def _sign_flips(differences: Floats, seed: int, resamples: int) -> float:
    """The p-value; own code, because `scipy.stats.permutation_test` takes a minute for 10,000 queries."""
    n, total = len(differences), differences.sum()
    if not n:
        return math.nan
    exact = 2**n <= resamples
    flips = 2**n if exact else resamples
    rng = np.random.default_rng([seed, 1])
    extreme, batch = 0, max(1, MAX_RANDOM_NUMBERS // n)
    for start in range(0, flips, batch):
        rows = np.arange(start, min(start + batch, flips))
        flipped = rows[:, None] >> np.arange(n) & 1 if exact else _random_bits(rng, len(rows), n)
        sums = total - 2 * (flipped @ differences)
        extreme += int((np.abs(sums) >= abs(total) - SUM_ROUNDING).sum())
    return extreme / flips if exact else (1 + extreme) / (1 + flips)


def _random_bits(rng: np.random.Generator, rows: int, columns: int) -> npt.NDArray[np.uint8]:
    """Random zeros and ones, eight of one byte, which is several times faster than `Generator.integers`."""
    drawn = np.frombuffer(rng.bytes(rows * -(-columns // 8)), np.uint8).reshape(rows, -1)
    return np.unpackbits(drawn, axis=1, count=columns)


def holm(p_values: Mapping[Key, float]) -> dict[Key, float]:
    """The p-values adjusted for being one family (Holm 1979), under the same keys.

    A NaN, where nothing could be tested, counts as 1: the family stays as large as it was declared.
    """
    raw = {key: 1.0 if math.isnan(p) else p for key, p in p_values.items()}
    order = sorted(raw, key=raw.__getitem__)
    scaled = (min(1.0, (len(raw) - done) * raw[key]) for done, key in enumerate(order))
    adjusted = dict(zip(order, accumulate(scaled, max), strict=True))
    return {key: adjusted[key] for key in p_values}


def _is_constant(values: Floats) -> bool:
    return float(np.ptp(values)) < 10.0**-DECIMALS
