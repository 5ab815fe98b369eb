import math

import pytest

from promptrec.evaluate.metrics.cost import Cost
from promptrec.rank.ranking import Ledger, Ranking


def summary(*ledgers):
    cost = Cost()
    for n, ledger in enumerate(ledgers):
        cost.add(Ranking(query_id=str(n), status="ok", ranker="test", ledger=ledger))
    return cost.summary()


def test_tokens_calls_and_seconds_add_up():
    found = summary(
        Ledger(prompt_tokens=100, cached_tokens=40, decoded_tokens=3, calls=2, seconds=0.5),
        Ledger(prompt_tokens=50, decoded_tokens=1, calls=1, seconds=1.5),
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
    found = summary(*[Ledger(seconds=float(n)) for n in range(101)])
    assert (found["seconds-p50"], found["seconds-p95"]) == (50, 95)


def test_what_took_no_time_or_was_never_asked_has_no_rate():
    assert math.isnan(summary(Ledger())["users-per-second"])
    found = summary()
    assert found["calls"] == 0 and math.isnan(found["seconds-p50"]) and math.isnan(found["users-per-second"])
