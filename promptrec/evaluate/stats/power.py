"""Power analysis: number of users to show a difference, to plan an evaluation before it runs.

Power is of the two-sided paired t test, by the noncentral t distribution. Differences in NDCG@10 between two rankers
have a standard deviation over users of about .25; then 199 users show .05, 547 show .03 and 1,229 show .02.
"""

from promptrec.errors import InputError, import_extra

ALPHA = 0.05
POWER = 0.8


def power(n: int, difference: float, sd: float, alpha: float = ALPHA) -> float:
    """How likely `n` users show a true mean `difference` whose standard deviation over users is `sd`.

    Raises:
        InputError: fewer than two users, or an `sd` that is not above 0.
        MissingExtra: statsmodels is not installed.
    """
    if n < 2 or not sd > 0:
        raise InputError("power-values", n=n, sd=sd)
    statsmodels = import_extra("statsmodels.stats.power", "statsmodels", "evaluate")
    return float(statsmodels.TTestPower().power(abs(difference) / sd, float(n), alpha))


def users_needed(sd: float, difference: float, target: float = POWER, alpha: float = ALPHA) -> int:
    """The smallest number of users that show a true mean `difference` with probability `target`.

    Raises:
        InputError: a `difference` of 0, which no number of users shows, or an `sd` that is not above 0.
        MissingExtra: statsmodels is not installed.
    """
    if not abs(difference) > 0:
        raise InputError("power-difference")
    few, enough = 1, 2
    while power(enough, difference, sd, alpha) < target:
        few, enough = enough, 2 * enough
    while enough - few > 1:
        middle = (few + enough) // 2
        if power(middle, difference, sd, alpha) < target:
            few = middle
        else:
            enough = middle
    return enough


def detectable(n: int, sd: float, target: float = POWER, alpha: float = ALPHA) -> float:
    """The smallest true mean difference that `n` users show with probability `target`.

    Raises:
        InputError: fewer than two users, or an `sd` that is not above 0.
        MissingExtra: statsmodels is not installed.
    """
    low, high = 0.0, sd
    while power(n, high, sd, alpha) < target:
        high *= 2
    while high - low > 1e-9 * sd:
        middle = (low + high) / 2
        if power(n, middle, sd, alpha) < target:
            low = middle
        else:
            high = middle
    return high
