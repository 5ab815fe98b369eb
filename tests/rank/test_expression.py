"""Rankers made of rankers, by numbers that are known."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError, UnknownName
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, ranker_parts, template_kinds
from promptrec.rank.fusion.ensemble import Ensemble, standardise
from promptrec.testing.planted_rankers import PlantedReader
from promptrec.testing.scripted_engine import ScriptedEngine


def scores(ranking, name):
    return {item.item_id: item.scores[name] for item in ranking.items if name in item.scores}


@given(
    st.dictionaries(st.text("abc", min_size=1), st.floats(-1e6, 1e6), min_size=2), st.floats(0.1, 10), st.floats(-9, 9)
)
def test_standardised_scores_have_mean_0_and_know_no_scale(raw, scale, shift):
    z = standardise(raw)
    assert statistics.fmean(z.values()) == pytest.approx(0, abs=1e-6)
    if statistics.pstdev(raw.values()) > 1e-3:
        assert statistics.pstdev(z.values()) == pytest.approx(1)
        assert standardise({i: scale * v + shift for i, v in raw.items()}) == pytest.approx(z, abs=1e-4)


def test_standardising_what_is_all_the_same_says_nothing():
    assert standardise({"a": 3.0, "b": 3.0}) == {"a": 0.0, "b": 0.0}
    assert standardise({}) == {}


def test_an_ensemble_adds_what_its_members_say(build, request_for):
    both = build("query-likelihood+popular").rank([request_for()], ScriptedEngine())[0]
    alone = [build(name).rank([request_for()], ScriptedEngine())[0] for name in ("query-likelihood", "popular")]
    wanted = dict.fromkeys(both.item_ids, 0.0)
    for ranking in alone:
        for item_id, z in standardise(scores(ranking, ranking.ranker)).items():
            wanted[item_id] += z
    assert scores(both, "query-likelihood+popular") == pytest.approx(wanted)
    assert scores(both, "popular") == scores(alone[1], "popular")
    assert both.usage.calls == alone[0].usage.calls and both.templates == alone[0].templates


def test_a_member_of_no_weight_changes_nothing(build, request_for):
    members = [build("query-likelihood"), build("popular")]
    ranking = Ensemble("e", members, weights=(1, 0)).rank([request_for()], ScriptedEngine())[0]
    assert ranking.item_ids == build("query-likelihood").rank([request_for()], ScriptedEngine())[0].item_ids


def test_an_ensemble_goes_on_without_a_member_that_failed_and_says_so(build, request_for):
    broken = ScriptedEngine(fail=lambda text: "CUDA out of memory")
    ranking = build("query-likelihood+popular").rank([request_for()], broken)[0]
    assert ranking.status == "repaired" and "CUDA out of memory" in ranking.reason
    assert ranking.item_ids == build("popular").rank([request_for()])[0].item_ids


def test_a_reply_that_could_not_be_read_has_no_voice(build, request_for):
    silent = ScriptedEngine(reply=lambda text: "")
    ranking = build("listwise-text+popular").rank([request_for(love=9.0)], silent)[0]
    assert ranking.status == "repaired"
    assert ranking.item_ids == build("popular").rank([request_for()])[0].item_ids


def test_a_cascade_reads_only_what_the_first_stage_keeps(build, request_for):
    engine = ScriptedEngine()
    ranking = build("popular:2:query-likelihood").rank([request_for("soldiers who hold a bridge")], engine)[0]
    assert ranking.usage.calls == 2
    assert set(ranking.item_ids[:2]) == {"sea", "food"} and ranking.item_ids[2:] == ("war", "love", "space")
    assert scores(ranking, "query-likelihood").keys() == {"sea", "food"}
    assert ranking.status == "ok" and list(scores(ranking, ranking.ranker).values()) == [4, 3, 2, 1, 0]


def test_what_a_stage_cannot_tell_apart_shares_a_place(build, request_for):
    ranking = build("bm25:1:popular").rank([request_for("grandmother's recipes")])[0]
    assert ranking.item_ids[0] == "food" and ranking.ties == 4
    assert [len(group) for group in ranking.tie_groups()] == [1, 4]


def test_a_cascade_whose_last_stage_fails_falls_back_and_says_so(build, request_for):
    broken = ScriptedEngine(fail=lambda text: "CUDA out of memory")
    ranking = build("popular:3:query-likelihood").rank([request_for()], broken)[0]
    assert ranking.status == "fallback" and "CUDA out of memory" in ranking.reason
    assert ranking.item_ids == build("popular").rank([request_for()])[0].item_ids


def test_ten_thousand_candidates_cost_as_much_as_the_shortlist(build):
    many = tuple(Item(item_id=f"i{n}", title=f"T{n}", popularity=n % 977) for n in range(10_000))
    engine = ScriptedEngine()
    ranking = build("popular:20:query-likelihood").rank([RankRequest(Query(preferences="x"), many)], engine)[0]
    assert len(set(ranking.item_ids)) == 10_000 and ranking.usage.calls == 20


def test_names_are_taken_apart():
    assert ranker_parts("bm25:200:embedding:50:query-likelihood+yes-no") == (
        "bm25",
        "embedding",
        "query-likelihood",
        "yes-no",
    )
    assert template_kinds("bm25:9:yes-no+embedding") == ("yes-no",)
    assert ranker_parts("ensemble") == ("query-likelihood", "item-pmi", "embedding")
    assert template_kinds("bm25+popular") == ()


CASCADE = "a cascade is written FIRST:HOW-MANY:THEN"
MEANINGLESS = {
    **dict.fromkeys(["bm25:x:popular", "bm25:0:popular", "bm25:5", "bm25:5:", "bm25:-1:popular"], CASCADE),
    **dict.fromkeys([":5:bm25", "bm25:05:popular", f"bm25:{'9' * 5000}:popular"], CASCADE),
    "bm25+bm25": "has bm25 twice: name each member once",
    **dict.fromkeys(["", "+", "bm25+", "+bm25", "2*+bm25"], "lacks a name: write one, or several as in"),
    **dict.fromkeys(["~8", "bm25+~8"], "the ranker '~8' lacks a name before ~: write one, as in bm25~8"),
    **dict.fromkeys([".7*bm25", "random:5:.7*bm25"], "counts beside others; alone write bm25"),
    **dict.fromkeys(["x*bm25+popular", "nan*bm25+popular", "1e308*bm25+popular"], "write a number above 0, 1,000,000"),
    **dict.fromkeys(["bm25~8+bm25~08", "bm25~٨"], "write how many people the mean is of, 1 to 30, as in bm25~8"),
    **dict.fromkeys(["auto+bm25", "auto~8", "bm25:5:auto"], "is what a probe of the model finds: it stands alone"),
}


@pytest.mark.parametrize("name", MEANINGLESS, ids=lambda name: name[:20])
def test_a_combination_that_means_nothing_says_how_it_is_written(name):
    for read in (ranker_parts, lambda n: build_ranker(n, Setup())):
        with pytest.raises(InputError) as refused:
            read(name)
        assert MEANINGLESS[name] in str(refused.value)


def test_an_unknown_member_is_answered_with_the_known_ones():
    with pytest.raises(UnknownName, match=r"unknown ranker 'bm52' \(did you mean 'bm25'\?\); known: auto, .*cascade"):
        ranker_parts("embedding+bm52")


def test_rankers_from_elsewhere_combine_too(request_for):
    ensemble = Ensemble("mine", [PlantedReader(Setup()), PlantedReader(Setup())])
    assert ensemble.rank([request_for()])[0].ranker == "mine"


def refusing():
    return ScriptedEngine(reply=lambda text: "I cannot do that.")


def test_a_second_stage_that_names_nothing_leaves_the_first_ones_order(build, request_for):
    ranking = build("bm25:3:listwise-text").rank([request_for()], refusing())[0]
    assert ranking.status == "fallback" and ranking.item_ids == build("bm25").rank([request_for()])[0].item_ids
    assert "the order is that of bm25" in ranking.reason and ranking.ordered_by == "bm25:3:listwise-text"


def test_a_sum_tells_of_no_order_that_it_does_not_have(build, request_for):
    told = request_for(space=1.0, war=3.0)
    ranking = build("listwise-text+bm25").rank([told], refusing())[0]
    assert ranking.status == "repaired" and "retriever" not in ranking.reason
    assert "listwise-text gave no order of its own" in ranking.reason
    assert ranking.item_ids == build("bm25").rank([told])[0].item_ids


def test_where_no_score_decided_none_is_named(build, request_for, catalog):
    alone = build("listwise-text").rank([request_for()], refusing())[0]
    assert alone.status == "fallback" and alone.ordered_by is None
    both = Ensemble("listwise-text+x", [build("listwise-text")]).rank([request_for()], refusing())[0]
    assert both.status == "fallback" and both.ordered_by is None and not any(item.scores for item in both.items)


@pytest.mark.parametrize("name", ["ensemble+bm25", "bm25:5:cascade~8"])
def test_a_name_for_several_cannot_be_one_of_several(name):
    with pytest.raises(InputError, match="stands for .*: beside others write that"):
        ranker_parts(name)
