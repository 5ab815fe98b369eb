"""What `auto` makes of requests whose right answers nobody told it."""

import random

import pytest

from promptrec.data.query import Query
from promptrec.rank.auto import Probe
from promptrec.rank.names import ranker_parts
from promptrec.rank.probe import ProbeRow
from promptrec.rank.ranking import Ledger, RankedItem, Ranking
from promptrec.rank.weigh import LEAST_REQUESTS, weighed

ITEMS = 12
ROWS = tuple(ProbeRow(ranker=name, auc=0.9, low=0.8) for name in ("query-likelihood", "item-pmi", "embedding"))
PROBE = Probe(model="m", engine="e", language="en", chosen="query-likelihood", why="the probe", rows=ROWS)


def planted(shares, requests=20):
    """Reads rankings whose scores have a known share of one truth."""

    def read(name):
        truth, error = random.Random("truth"), random.Random(name)
        share = shares[name]
        out = []
        for n in range(requests):
            scores = [share * truth.gauss() + (1 - share**2) ** 0.5 * error.gauss() for _ in range(ITEMS)]
            best = sorted(range(ITEMS), key=lambda i: -scores[i])
            items = tuple(
                RankedItem(item_id=f"i{i}", title=f"i{i}", rank=rank, scores={name: scores[i]})
                for rank, i in enumerate(best, 1)
            )
            query = Query(query_id=f"q{n}")
            out.append(Ranking(query_id=query.query_id, status="ok", ranker=name, items=items, ledger=Ledger(), seed=0))
        return out

    return read


GOOD = {"query-likelihood": 0.8, "item-pmi": 0.6, "embedding": 0.7, "bm25": 0.0}


def test_who_agrees_with_the_rest_counts_for_more_and_who_does_not_is_left_out():
    name, why = weighed(PROBE, planted(GOOD | {"embedding": 0.05}))
    assert set(ranker_parts(name)) == {"query-likelihood", "item-pmi"}
    assert "20 requests" in why and "embedding" in why


def test_what_the_probe_could_not_tell_can_be_found_at_hand():
    assert "bm25" in ranker_parts(weighed(PROBE, planted(GOOD | {"bm25": 0.7}))[0])
    assert "bm25" not in ranker_parts(weighed(PROBE, planted(GOOD))[0])


def test_what_failed_the_probe_is_not_even_read():
    rows = (*ROWS, ProbeRow(ranker="yes-no", auc=0.5, low=0.4))
    read = planted(GOOD)  # knows no yes-no, and would fail
    assert "yes-no" not in weighed(PROBE.model_copy(update={"rows": rows}), read)[0]


def test_what_is_debiased_is_read_only_where_the_probe_chose_it():
    dear = ProbeRow(ranker="item-pmi~8", auc=0.93, low=0.85, gain=0.01)
    found = PROBE.model_copy(update={"rows": (*ROWS, dear)})
    assert "item-pmi~8" not in weighed(found, planted(GOOD))[0]
    chosen = found.model_copy(update={"chosen": "0.7*item-pmi~8+0.6*embedding"})
    assert "item-pmi~8" in weighed(chosen, planted(GOOD | {"item-pmi~8": 0.8}))[0]


@pytest.mark.parametrize("requests", [0, LEAST_REQUESTS - 1])
def test_few_requests_leave_the_choice_to_the_probe(requests):
    name, why = weighed(PROBE, planted(GOOD, requests))
    assert name == "query-likelihood" and "too few" in why


def test_where_nothing_agrees_the_probe_decides():
    name, why = weighed(PROBE, planted(dict.fromkeys(GOOD, 0.0), requests=2000))
    assert name == PROBE.chosen or len(ranker_parts(name)) > 0
    assert why
