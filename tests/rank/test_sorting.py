"""Rankers that compare, with an engine that knows the true worth of what it is shown."""

import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker
from promptrec.rank.sorting.base import TOP
from promptrec.rank.sorting.pairwise import MAX_CANDIDATES
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine

TEMPLATE = load_template("films/en", kind="listwise-labels")
ALL = ("pairwise", "pairwise-all", "setwise", "tournament")
SHOWN = re.compile(r"\[([A-Z])\] T(\d+)\. worth (-?\d+)")
BROKEN = "CUDA out of memory"


def request(worths, query_id="q"):
    """Candidates whose descriptions say what they are worth."""
    items = [Item(item_id=f"i{n}", title=f"T{n}", fields={"description": f"worth {w}"}) for n, w in enumerate(worths)]
    return RankRequest(Query(preferences="anything", query_id=query_id), tuple(items))


@lru_cache(1024)
def shown(text):
    """Item number and worth by label."""
    return {label: (int(n), int(worth)) for label, n, worth in SHOWN.findall(text)}


def truth(text, label):
    """As Luce says: a label is chosen in proportion to the exponential of its item's worth."""
    worths = [worth for _, worth in shown(text).values()]
    most = max(worths)
    everything = most + math.log(sum(math.exp(w - most) for w in worths))
    return shown(text)[label][1] - everything if label in shown(text) else -999.0


def always_first(text, label):
    return -0.1 if label == "A" else -5.0


def nothing(text, label):
    return -3.0


def stone_paper_scissors(text, label):
    """Item n beats the items up to half the circle behind it: no order is consistent."""
    (mine, _), others = shown(text)[label], [n for n, _ in shown(text).values()]
    return sum((mine - other) % 7 in (1, 2, 3) for other in others) - 10.0


class Counting(ScriptedEngine):
    """How many prompts came in each call."""

    def __init__(self, **script):
        super().__init__(**script)
        self.rounds = []

    def next_logprobs(self, prompts, label_ids, *, adapter=None):
        self.rounds.append(len(prompts))
        return super().next_logprobs(prompts, label_ids, adapter=adapter)


def rank(name, requests, seed=0, engine=None, **script):
    ranker = build_ranker(name, Setup(templates={"listwise-labels": TEMPLATE}, seed=seed))
    return ranker.rank(requests, engine or ScriptedEngine(**({"next": truth} | script)))


def by_id(ranking):
    return {item.item_id: item.scores[ranking.ranker] for item in ranking.items}


def numbers(ranking):
    return [int(item_id[1:]) for item_id in ranking.item_ids]


different = st.lists(st.integers(-50, 50), min_size=1, max_size=30, unique=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
@given(worths=different, seed=st.integers(0, 5))
@settings(max_examples=20, deadline=None)
def test_the_best_come_first_in_their_true_order(name, worths, seed):
    (ranking,) = rank(name, [request(worths)], seed)
    # Half of a group of eleven goes on, and no loser of a tournament comes back.
    sure = {"pairwise-all": len(worths), "tournament": min(len(worths), TOP // 2)}.get(name, TOP)
    assert [worths[n] for n in numbers(ranking)][:sure] == sorted(worths, reverse=True)[:sure]
    assert ranking.status == "ok" and sorted(numbers(ranking)) == list(range(len(worths)))


@given(worths=st.lists(st.integers(0, 3), min_size=1, max_size=25), seed=st.integers(0, 3))
@example(worths=[0, 0, 1, 3, 2, 2, 0, 0, 0, 0, 0, 2, 3, 2, 0, 0, 2, 2, 3, 3, 3, 3, 3], seed=0)
@settings(max_examples=20, deadline=None)
def test_pairs_that_are_equal_share_a_score_among_the_best(worths, seed):
    (ranking,) = rank("pairwise", [request(worths)], seed)
    top = numbers(ranking)[:TOP]
    assert [worths[n] for n in top] == sorted(worths, reverse=True)[:TOP]
    scores = by_id(ranking)
    for one, two in pairwise(top):
        if worths[one] > worths[two]:
            assert scores[f"i{one}"] > scores[f"i{two}"]


def test_pairwise_all_is_the_mean_log_odds_over_the_others():
    worths = [4, -1, 9, 0]
    scores = by_id(rank("pairwise-all", [request(worths)])[0])
    for n, worth in enumerate(worths):
        others = [w for m, w in enumerate(worths) if m != n]
        assert scores[f"i{n}"] == pytest.approx(sum(worth - other for other in others) / 3)


@pytest.mark.parametrize("name", ["pairwise", "pairwise-all"])
@pytest.mark.parametrize("n", [2, 9, 24])
def test_a_model_that_always_gives_the_first_label_prefers_nobody_in_pairs(name, n):
    (ranking,) = rank(name, [request(range(n))], next=always_first)
    assert ranking.ties == n and len(set(by_id(ranking).values())) == 1


@pytest.mark.parametrize("n", [3, 24])
def test_a_model_without_any_preference_leaves_all_tied_in_setwise(n):
    assert rank("setwise", [request(range(n))], next=nothing)[0].ties == n


@pytest.mark.slow
@pytest.mark.parametrize("name", ["setwise", "tournament"])
def test_a_model_that_always_gives_the_first_label_favours_no_candidate(name):
    seeds, n = 200, 5
    requests = [request(range(n), f"q{seed}") for seed in range(seeds)]
    first = Counter(ranking.item_ids[0] for ranking in rank(name, requests, next=always_first))
    chi_square = sum((first[f"i{i}"] - seeds / n) ** 2 / (seeds / n) for i in range(n))
    assert chi_square < 18.5, "a fair deal is beyond this once in a thousand times (4 degrees of freedom)"


def test_pairwise_reads_no_pair_twice():
    engine = ScriptedEngine(next=truth)
    rank("pairwise", [request(range(40))], engine=engine)
    assert len(set(engine.prompts)) == len(engine.prompts)


def test_in_setwise_the_best_of_a_family_may_have_any_label():
    engine = ScriptedEngine(next=truth)
    rank("setwise", [request(range(60), f"q{n}") for n in range(5)], engine=engine)
    families = [shown(text) for text in engine.prompts if len(shown(text)) == 4]
    best = Counter(max(family, key=lambda label: family[label][1]) for family in families)
    assert min(best[label] for label in "ABCD") > len(families) / 6


@pytest.mark.parametrize("n", [1, 2, 7, 25])
def test_pairwise_all_reads_every_pair_in_both_orders_at_once(n):
    usage = rank("pairwise-all", [request(range(n))])[0].usage
    assert usage.calls == n * (n - 1) and usage.steps == min(n - 1, 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pairwise", "setwise"])
@pytest.mark.parametrize("n", [2, 15, 64, 200])
@pytest.mark.parametrize("upward", [True, False])
def test_a_heap_asks_no_more_than_it_says(name, n, upward):
    usage = rank(name, [request(range(n) if upward else range(n, 0, -1))])[0].usage
    if name == "pairwise":
        assert usage.calls <= 2 * (2 * n + 2 * TOP * math.log2(n))
    else:
        assert usage.calls <= n / 2 + TOP * (math.log(n, 3) + 1)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_many_people_take_as_many_rounds_as_the_slowest_of_them(name):
    requests = [request(range(n), f"q{n}") for n in (1, 2, 3, 5, 8, 13, 21, 30)]
    alone = []
    for one in requests:
        engine = Counting(next=truth)
        (ranking,) = rank(name, [one], engine=engine)
        assert ranking.usage.steps == len(engine.rounds) and ranking.usage.calls == sum(engine.rounds)
        alone.append(engine.rounds)
    together = Counting(next=truth)
    rank(name, requests, engine=together)
    assert len(together.rounds) == max(map(len, alone))
    assert sum(together.rounds) == sum(map(sum, alone))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("n", [2, 12, 29])
def test_preferences_that_go_in_circles_still_give_every_item_once(name, n):
    (ranking,) = rank(name, [request(range(n))], next=lambda t, x: stone_paper_scissors(t, x) if x in shown(t) else -99)
    assert ranking.status == "ok" and sorted(numbers(ranking)) == list(range(n))


@pytest.mark.parametrize("name", ALL)
def test_one_prompt_that_fails_is_repaired_and_said(name):
    seen = []

    def fail(text):
        seen.append(text)
        return BROKEN if len(seen) == 1 else None

    (ranking,) = rank(name, [request(range(30))], fail=fail)
    assert ranking.status == "repaired" and BROKEN in ranking.reason
    assert f"1 of {len(seen)} sets could not be read" in ranking.reason
    assert sorted(numbers(ranking)) == list(range(30))


@pytest.mark.parametrize("name", ALL)
@given(broken=st.integers(0, 12), seed=st.integers(0, 3))
@settings(max_examples=10, deadline=None)
def test_an_item_that_no_prompt_with_it_can_be_read_gets_no_score(name, broken, seed):
    (ranking,) = rank(name, [request(range(13))], seed, fail=lambda t: BROKEN if f" T{broken}. " in t else None)
    if ranking.status == "failed":  # A tournament of thirteen is one prompt, and all that go on may meet it again.
        assert name == "tournament" and ranking.items == ()
        return
    assert ranking.status == "repaired" and BROKEN in ranking.reason
    scored = [bool(item.scores) for item in ranking.items]
    assert scored == sorted(scored, reverse=True) and sorted(numbers(ranking)) == list(range(13))
    assert not next(item for item in ranking.items if item.item_id == f"i{broken}").scores
    assert f"{scored.count(False)} of 13 candidates could not be read" in ranking.reason
    if name == "pairwise-all":
        assert ranking.item_ids[-1] == f"i{broken}"


@pytest.mark.parametrize("name", ALL)
def test_when_nothing_can_be_read_no_candidate_wins(name):
    (ranking,) = rank(name, [request(range(30))], fail=lambda text: BROKEN)
    assert ranking.status == "failed" and ranking.items == () and BROKEN in ranking.reason


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
@given(order=st.permutations(range(12)), odd=st.integers(0, 1))
@settings(max_examples=10, deadline=None)
def test_where_half_the_prompts_fail_the_order_given_decides_nothing(name, order, odd):
    given_order = request(range(12))
    turned = RankRequest(given_order.query, tuple(given_order.candidates[n] for n in order))

    def fail(text):
        return (
            BROKEN
            if sum(map(ord, "".join(f"{label}{n}" for label, (n, _) in shown(text).items()))) % 2 == odd
            else None
        )

    one, other = (rank(name, [r], fail=fail, next=always_first)[0] for r in (given_order, turned))
    assert one.items == other.items and one.status == other.status


@pytest.mark.parametrize("name", ALL)
def test_a_prompt_that_cannot_fit_is_booked(name):
    (ranking,) = rank(name, [request(range(5))], engine=ScriptedEngine(next=truth, context_length=20))
    assert ranking.status == "failed" and "the model has room for 19" in ranking.reason
    assert ranking.usage.calls == ranking.usage.steps == 0


def test_pairwise_all_refuses_what_is_quadratic_beyond_measure_and_names_the_way_out():
    few, many = request(range(4), "few"), request(range(MAX_CANDIDATES + 1), "many")
    rankings = rank("pairwise-all", [few, many])
    assert [ranking.status for ranking in rankings] == ["ok", "failed"]
    assert "65 candidates are 4,160 prompts" in rankings[1].reason and "use the ranker pairwise" in rankings[1].reason


@pytest.mark.parametrize("name", ALL)
def test_a_single_candidate_needs_no_prompt(name):
    (ranking,) = rank(name, [request([7])])
    assert ranking.status == "ok" and by_id(ranking) == {"i0": 0} and ranking.usage.calls == 0


@pytest.mark.parametrize("name", ALL)
def test_the_mass_of_the_labels_is_a_signal(name):
    mass = rank(name, [request(range(25))])[0].diagnostics["label-mass"]
    assert mass == pytest.approx(1)
