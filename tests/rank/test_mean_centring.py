"""Scores less what an item is told by everybody."""

import statistics

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, ranker_parts
from promptrec.rank.fusion.mean_centring import MAX_REFERENCES, MeanCentred, reference_queries
from promptrec.rank.probe_data import probe_pairs
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine


def scores(ranking, name):
    return {item.item_id: item.scores[name] for item in ranking.items if name in item.scores}


def test_a_score_is_less_its_mean_over_other_people(build, request_for, catalog):
    ranking = build("query-likelihood~4").rank([request_for()], ScriptedEngine())[0]
    alone = build("query-likelihood").rank([request_for()], ScriptedEngine())[0]
    people = reference_queries(Setup(templates={"k": load_template("films/en/query-likelihood")}), 4)
    told = build("query-likelihood").rank([RankRequest(p, tuple(catalog)) for p in people], ScriptedEngine())
    for item_id, score in scores(alone, "query-likelihood").items():
        mean = statistics.fmean(scores(r, "query-likelihood")[item_id] for r in told)
        assert scores(ranking, "to-anybody")[item_id] == pytest.approx(mean)
        assert scores(ranking, "query-likelihood~4")[item_id] == pytest.approx(score - mean)
    assert ranking.usage.calls == 5 * alone.usage.calls


def test_the_mean_of_an_item_is_read_once(build, request_for):
    ranker, engine = build("query-likelihood~4"), ScriptedEngine()
    ranker.rank([request_for(query_id="a")], engine)
    assert ranker.rank([request_for(query_id="b")], engine)[0].usage.calls == 5


def test_an_item_stuffed_with_everybodys_words_gains_less():
    pairs = probe_pairs("en")
    everything = " ".join(request.query.preferences for request in pairs.requests)
    stuffed = Item(item_id="stuffed", title="Buy This", fields={"description": everything})
    catalog = Catalog([*pairs.catalog, stuffed])
    people = [RankRequest(Query(preferences=r.query.preferences), (*r.candidates, stuffed)) for r in pairs.requests]
    places = {}
    for name in ("bm25", f"bm25~{MAX_REFERENCES}"):
        ranker = build_ranker(name, Setup(catalog))
        places[name] = statistics.fmean(r.item_ids.index("stuffed") for r in ranker.rank(people))
    assert places["bm25"] < 1 and places[f"bm25~{MAX_REFERENCES}"] > places["bm25"]


def test_a_mean_is_of_all_the_people_or_there_is_no_score_and_the_ranking_says_so(build, request_for):
    lost = reference_queries(Setup(), 4)[0].preferences
    engine = ScriptedEngine(fail=lambda text: "CUDA out of memory" if lost in text else None)
    for name in ("query-likelihood~1", "query-likelihood~4"):
        ranker = build(name)
        ranking = ranker.rank([request_for()], engine)[0]
        assert ranking.status == "failed" and "CUDA out of memory" in ranking.reason
        assert ranker.rank([request_for()], ScriptedEngine())[0].status == "ok", "what failed once is read again"


@pytest.mark.parametrize("whom", ["everybody", "the person", "the people"])
@pytest.mark.parametrize("name", ["query-likelihood~2", "yes-no~2"])
def test_what_cannot_be_read_is_said_in_one_sentence(build, request_for, name, whom):
    words = request_for().query.preferences

    def fail(text):
        asked = {"everybody": True, "the person": words in text, "the people": words not in text}[whom]
        return "CUDA out of memory" if asked and "The War Story" in text else None

    ranking = build(name).rank([request_for()], ScriptedEngine(fail=fail))[0]
    assert ranking.status == "repaired" and ranking.item_ids[-1] == "war"
    lost = "1 of 5 candidates could not be read and come last in a seeded random order: CUDA out of memory"
    assert ranking.reason == lost


def test_the_mean_of_one_model_is_not_taken_for_anothers(build, request_for):
    ranker, other = build("query-likelihood~2"), ScriptedEngine()
    other.model_id = "another"
    first = ranker.rank([request_for()], ScriptedEngine())[0].usage.calls
    assert ranker.rank([request_for()], other)[0].usage.calls == first


@pytest.mark.parametrize(("language", "n"), [("en", 1), ("zh", 8), ("en", MAX_REFERENCES)])
def test_the_people_speak_the_language_of_the_templates_and_differ(language, n):
    template = load_template(f"films/{language}/query-likelihood")
    people = reference_queries(Setup(templates={"query-likelihood": template}), n)
    words = [person.preferences for person in people]
    assert len(set(words)) == n
    assert any("\u4e00" <= c <= "\u9fff" for c in words[0]) == (language == "zh")


@pytest.mark.parametrize(
    "name", ["listwise-labels~4", "query-likelihood~0", "query-likelihood~x", "bm25~31", "popular~2"]
)
def test_what_cannot_be_centred_is_refused(name):
    with pytest.raises(InputError, match="so it cannot be centred; those that can|how many people"):
        ranker_parts(name)
    with pytest.raises(InputError, match="popular does not judge each item by itself for a person"):
        ranker_parts("popular~3")


def test_parts_are_named_without_the_people():
    assert ranker_parts("bm25:4:yes-no~2+2*embedding") == ("bm25", "yes-no", "embedding")
    assert isinstance(build_ranker("bm25~2", Setup(intent=False)), MeanCentred)
