"""What every ranker must hold, whatever its method."""

import pytest

from promptrec.errors import InputError
from promptrec.rank.base import Setup
from promptrec.rank.table import RANKERS, default_ranker, ranker_class
from promptrec.testing.scripted import ScriptedEngine

ALL = sorted(RANKERS)
READERS = [name for name in ALL if RANKERS[name].template_kind]


@pytest.mark.parametrize("name", ALL)
def test_every_candidate_once_whatever_the_batch(name, build, request_for):
    requests = [request_for(query_id="a"), request_for("soldiers at the bridge", "b", ("war", "sea", "love"))]
    together = build(name).rank(requests, ScriptedEngine())
    alone = [build(name).rank([r], ScriptedEngine())[0] for r in requests]
    for request, ranking, single in zip(requests, together, alone, strict=True):
        assert sorted(ranking.item_ids) == sorted(i.item_id for i in request.candidates)
        assert ranking.item_ids == single.item_ids
        assert ranking.query_id == request.query.query_id
        assert ranking.ranker == name
        assert [i.rank for i in ranking.items] == list(range(1, len(ranking.items) + 1))


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_the_candidates_changes_nothing(name, build, request_for):
    ids = ("space", "love", "war", "food", "sea")
    first, second = (build(name).rank([request_for(ids=order)], ScriptedEngine())[0] for order in (ids, ids[::-1]))
    assert first.item_ids == second.item_ids


@pytest.mark.parametrize("name", READERS)
def test_the_ledger_counts_what_the_engine_counted(name, build, request_for):
    ranking = build(name).rank([request_for()], ScriptedEngine())[0]
    assert ranking.ledger.prompt_tokens > 0
    assert ranking.ledger.calls > 0
    assert ranking.ledger.seconds > 0
    assert ranking.model and ranking.engine == "scripted"
    assert ranking.template and len(ranking.template.sha256) == 64
    assert (ranking.ledger.decoded_tokens > 0) == (name == "listwise-text")


@pytest.mark.parametrize("name", READERS)
def test_all_prompts_failing_is_a_failure_never_an_order(name, build, request_for):
    ranking = build(name).rank([request_for()], ScriptedEngine(fail=lambda text: "CUDA out of memory"))[0]
    assert ranking.status == "failed"
    assert ranking.items == ()
    assert "CUDA out of memory" in ranking.reason


@pytest.mark.parametrize("name", READERS)
def test_one_person_failing_leaves_the_others_alone(name, build, request_for):
    engine = ScriptedEngine(fail=lambda text: "refused" if "zebra" in text else None)
    bad, good = build(name).rank([request_for("zebra", "bad"), request_for(query_id="good")], engine)
    assert (bad.status, bad.items) == ("failed", ())
    assert len(good.items) == 5 and good.status != "failed"


@pytest.mark.parametrize("name", ["query-likelihood", "item-pmi", "yes-no"])
def test_an_unread_item_comes_last_and_the_ranking_says_so(name, build, request_for):
    engine = ScriptedEngine(fail=lambda text: "broken" if "typhoon" in text else None)
    ranking = build(name).rank([request_for()], engine)[0]
    assert ranking.status == "repaired"
    assert ranking.item_ids[-1] == "sea" and ranking.items[-1].scores == {}
    assert "1 of 5 candidates could not be read" in ranking.reason and "broken" in ranking.reason


@pytest.mark.parametrize("name", READERS)
def test_a_prompt_that_cannot_fit_is_an_error_that_says_so(name, build, request_for):
    engine = ScriptedEngine(context_length=24)
    ranking = build(name).rank([request_for()], engine)[0]
    assert ranking.status == "failed" and "room for" in ranking.reason


@pytest.mark.parametrize("name", READERS)
def test_long_fields_are_cut_by_priority_and_the_ranking_says_what(name, build, request_for):
    whole = build(name).rank([request_for()], ScriptedEngine())[0]
    long = request_for("a ship and an astronaut. " * 100)
    needed = whole.ledger.prompt_tokens // whole.ledger.calls + 700
    ranking = build(name).rank([long], ScriptedEngine(context_length=needed))[0]
    assert ranking.cuts and ranking.status != "failed"


@pytest.mark.parametrize("name", READERS)
def test_a_reader_without_an_engine_or_template_says_what_it_lacks(name, build, request_for):
    with pytest.raises(InputError, match="engine"):
        build(name).rank([request_for()], None)
    with pytest.raises(InputError, match="template"):
        RANKERS[name](Setup()).rank([request_for()], ScriptedEngine())


def test_an_unknown_ranker_is_answered_with_the_known_ones():
    with pytest.raises(
        Exception, match=r"unknown ranker 'yesno' \(did you mean 'yes-no'\?\); known: .*query-likelihood"
    ):
        ranker_class("yesno")


@pytest.mark.parametrize(
    ("parameters", "name"), [(135_000_000, "query-likelihood"), (None, "query-likelihood"), (8_000_000_000, "yes-no")]
)
def test_small_models_rank_by_likelihood(parameters, name):
    assert default_ranker(parameters) == name
