"""Intents are read, filter the candidates and order them by fit."""

import json

from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.intent import Constraint, Intent
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker
from promptrec.rank.intent_ranker import IntentRanker

ROWS = (
    ("12 €", "horror"),
    ("45 €", "comedy"),
    ("18 €", "comedy"),
    ("$$", "drama"),
    ("9 €", ("drama", "horror")),
    (None, "war"),
)
FILMS = [
    Item(
        item_id=f"f{n}", title=f"Film {n}", fields={"genre": genre} | ({"price": price} if price else {}), popularity=n
    )
    for n, (price, genre) in enumerate(ROWS)
]
CATALOG = Catalog(FILMS)
TEXTS = (
    "a comedy under 20 euros",
    "I hate horror and love gentle comedies",
    "no horror",
    "from 30 to 50 euros",
    "a quiet drama",
    "allergic to nuts",
    "ideally under 20 euros, no war",
    "",
)


def literal(name="bm25", seed=0):
    return build_ranker(name, Setup(catalog=CATALOG, seed=seed, intent=False))


def obeying(name="bm25", seed=0):
    return build_ranker(name, Setup(catalog=CATALOG, seed=seed))


def request(words, intent=None, items=FILMS):
    return RankRequest(Query(preferences=words, query_id="q", intent=intent), tuple(items))


def plain(ranking):
    """As JSON, without the seconds that no two runs share."""
    value = json.loads(ranking.model_dump_json())
    value["usage"].pop("seconds")
    return json.dumps(value)


@given(st.sampled_from(TEXTS), st.permutations(FILMS), st.sampled_from(["bm25", "popular", "random"]))
def test_a_query_to_be_taken_literally_is_ranked_as_by_the_member(words, films, name):
    expected = plain(literal(name).rank([request(words, False, films)])[0])
    assert plain(obeying(name).rank([request(words, False, films)])[0]) == expected
    assert plain(literal(name).rank([request(words, None, films)])[0]) == expected


@given(st.sampled_from(TEXTS), st.permutations(FILMS), st.sampled_from(["bm25", "popular", "random"]))
def test_tiers_order_the_ranking_and_scores_order_a_tier(words, films, name):
    (ranking,) = obeying(name).rank([request(words, None, films)])
    assert sorted(ranking.item_ids) == sorted(film.item_id for film in films)
    assert [item.rank for item in ranking] == list(range(1, len(films) + 1))
    places = [(item.tier, -round(item.score or 0.0, 6)) for item in ranking]
    assert places == sorted(places)
    for item in ranking:
        hard = [f.constraint.label for f in ranking.filters if f.constraint.hard]
        assert (item.tier > 1) == bool(set(item.violates) & set(hard))
    again = obeying(name).rank([request(words, None, FILMS)])[0]
    assert again.item_ids == ranking.item_ids


def test_what_is_required_comes_first_then_the_unknown_then_the_rest():
    (ranking,) = obeying().rank([request("a comedy under 20 euros")])
    assert ranking[0].item_id == "f2"
    tiers = {item.item_id: item.tier for item in ranking}
    assert (tiers["f0"], tiers["f3"], tiers["f5"]) == (0, 1, 1)
    assert tiers["f1"] > 1
    assert ranking[-1].item_id == "f1"
    assert ranking[-1].violates == ("price <= 20 EUR",)
    assert "price <= 20 EUR" in ranking.read_as


def test_a_refused_genre_comes_last():
    (ranking,) = obeying().rank([request("I hate horror and love gentle comedies")])
    assert set(ranking.item_ids[-2:]) == {"f0", "f4"}


def test_an_allergen_removes_candidates_and_a_ranking_of_none_says_why():
    cakes = [Item(item_id="a", title="Walnut cake"), Item(item_id="b", title="Rice cake")]
    ranker = build_ranker("random", Setup())
    (ranking,) = ranker.rank([request("a cake, allergic to nuts", None, cakes)])
    assert ranking.item_ids == ("b",)
    (none,) = ranker.rank([request("a cake, allergic to nuts", None, cakes[:1])])
    assert (none.status, none.items) == ("failed", ())
    assert none.reason
    batch = ranker.rank([request("a cake, allergic to nuts", None, cakes[:1]), request("a cake", None, cakes)])
    assert [len(r) for r in batch] == [0, 2]


def test_an_application_gives_the_intent():
    cheap = Constraint(text="cheap", field="price", operator="<=", value=20.0, unit="EUR")
    (ranking,) = obeying().rank([request("a comedy", Intent(constraints=(cheap,)))])
    assert ranking.intent.constraints == (cheap,)
    assert ranking[-1].item_id == "f1"


def test_a_soft_constraint_lowers_the_score_and_orders_no_tier():
    (ranking,) = obeying("popular").rank([request("ideally under 20 euros")])
    (literally,) = literal("popular").rank([request("ideally under 20 euros")])
    scores = {item.item_id: item.score for item in literally}
    lowered = {item.item_id for item in ranking if item.score < scores[item.item_id]}
    assert lowered == {"f1"}
    assert {item.tier for item in ranking} == {0}


def test_constraints_that_no_column_answers_stay_words():
    class Listening:
        name, reads_query = "listening", True

        def rank(self, requests, engine=None):
            self.wanted = [r.query.wanted for r in requests]
            return literal("random").rank(requests)

    member = Listening()
    IntentRanker(member).rank([request("a comedy under two hours")])
    assert member.wanted == ["a comedy under two hours"]
