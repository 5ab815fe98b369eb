import math

import pytest

from promptrec.engine.base import Usage
from promptrec.evaluate.metrics.cost import CostMetrics
from promptrec.rank.ranking import Ranking


def summary(*usages):
    cost = CostMetrics()
    for n, usage in enumerate(usages):
        cost.add(Ranking(query_id=str(n), status="ok", ranker="test", usage=usage))
    return cost.summary()


def test_tokens_calls_and_seconds_add_up():
    found = summary(
        Usage(prompt_tokens=100, cached_tokens=40, decoded_tokens=3, calls=2, seconds=0.5),
        Usage(prompt_tokens=50, decoded_tokens=1, calls=1, seconds=1.5),
    )
    assert found == {
        "prompt-tokens": 150,
        "cached-tokens": 40,
        "decoded-tokens": 4,
        "calls": 3,
        "seconds": 2,
        "users-per-second": 1,
        "seconds-p50": 1,
        "seconds-p95": pytest.approx(1.45),
    }


def test_quantiles_are_of_single_rankings():
    found = summary(*[Usage(seconds=float(n)) for n in range(101)])
    assert (found["seconds-p50"], found["seconds-p95"]) == (50, 95)


def test_what_took_no_time_or_was_never_asked_has_no_rate():
    assert math.isnan(summary(Usage())["users-per-second"])
    found = summary()
    assert found["calls"] == 0 and math.isnan(found["seconds-p50"]) and math.isnan(found["users-per-second"])
