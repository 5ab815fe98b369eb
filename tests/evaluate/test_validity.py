import math

import pytest

from promptrec.answer.base import ParseReport
from promptrec.data.item import Item
from promptrec.evaluate.metrics.validity import Validity
from promptrec.rank.ordering import seeded_order
from promptrec.rank.ranking import RankedItem, Ranking

SHOWN = [Item(item_id=i, title=i.upper()) for i in "abcd"]
PROMPTED = [item.item_id for item in seeded_order(SHOWN, 0, "q")]


def ranking(ids="cadb", status="ok", **evidence):
    items = tuple(RankedItem(item_id=i, title=i, rank=n) for n, i in enumerate(ids, 1))
    return Ranking(query_id="q", status=status, items=items, ranker="test", **evidence)


def summary(*rankings, candidates=SHOWN):
    validity = Validity()
    for r in rankings:
        validity.add(r, candidates)
    return validity.summary()


def test_statuses_are_shares_of_all_rankings():
    found = summary(ranking(), ranking(), ranking(status="repaired"), ranking("", "failed"))
    assert {s: found[s] for s in ("ok", "repaired", "fallback", "abstained", "failed")} == {
        "ok": 0.5,
        "repaired": 0.25,
        "fallback": 0,
        "abstained": 0,
        "failed": 0.25,
    }
    assert found["complete"] == 0.75


@pytest.mark.parametrize("ids", ["abc", "abcda", "abce"])
def test_a_list_with_an_item_too_few_too_many_or_wrong_is_not_complete(ids):
    assert summary(ranking(ids), ranking("abcd"))["complete"] == 0.5


def test_faults_are_shares_of_the_written_replies():
    found = summary(
        ranking(),
        ranking(reply=ParseReport()),
        ranking(reply=ParseReport(missing=("a", "b"), unknown=("Z",))),
        ranking(reply=ParseReport(missing=("a",), repeated=("c",))),
        ranking(reply=ParseReport()),
    )
    assert (found["reply-missing"], found["reply-repeated"], found["reply-unknown"]) == (0.5, 0.25, 0.25)


def test_copies_of_the_order_shown_are_found_in_both_orders():
    assert list("abcd") != PROMPTED
    found = summary(ranking("abcd"), ranking(PROMPTED), ranking(PROMPTED), ranking(PROMPTED[::-1]))
    assert found["copied-request-order"] == 0.25
    assert found["copied-prompt-order"] == 0.5
    assert found["copied-by-chance"] == pytest.approx(1 / 24)


def test_a_list_of_one_copies_nothing_and_a_long_one_is_never_copied_by_chance():
    assert math.isnan(summary(ranking("a"), candidates=SHOWN[:1])["copied-request-order"])
    many = [Item(item_id=str(n), title="T") for n in range(3000)]
    assert summary(ranking([i.item_id for i in many]), candidates=many)["copied-by-chance"] == 0


def test_tied_items_are_a_share_of_all_items():
    assert summary(ranking(ties=2), ranking(ties=4))["tied-items"] == 6 / 8


def test_without_rankings_every_share_is_nan():
    assert all(math.isnan(share) for share in summary().values())
