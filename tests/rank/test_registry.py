"""What every ranker must hold, whatever its method."""

import math

import pytest

from promptrec.errors import InputError
from promptrec.rank.base import Setup
from promptrec.rank.registry import RANKERS, default_ranker, ranker_class
from promptrec.testing.scripted_engine import ScriptedEngine

ALL = sorted(RANKERS)
READERS = [name for name in ALL if RANKERS[name].template_kind]


@pytest.mark.parametrize("name", READERS)
def test_the_usage_counts_what_the_engine_counted(name, build, request_for):
    ranking = build(name).rank([request_for()], ScriptedEngine())[0]
    assert ranking.usage.prompt_tokens > 0
    assert ranking.usage.calls > 0
    assert ranking.usage.seconds > 0
    assert ranking.model and ranking.engine == "scripted"
    assert [len(template.sha256) for template in ranking.templates] == [64]
    assert (ranking.usage.decoded_tokens > 0) == (name == "listwise-text")


@pytest.mark.parametrize("name", READERS)
def test_all_prompts_failing_is_a_failure_never_an_order(name, build, request_for):
    ranking = build(name).rank([request_for()], ScriptedEngine(fail=lambda text: "CUDA out of memory"))[0]
    assert ranking.status == "failed"
    assert ranking.items == ()
    assert "CUDA out of memory" in ranking.reason


@pytest.mark.parametrize("name", ["query-likelihood", "item-pmi", "item-likelihood", "yes-no", "graded"])
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
    needed = whole.usage.prompt_tokens // whole.usage.calls + 700
    ranking = build(name).rank([long], ScriptedEngine(context_length=needed))[0]
    assert ranking.truncations and ranking.status != "failed"


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


@pytest.mark.parametrize(
    "name",
    ["yes-no", "graded", "listwise-labels", "listwise-shifts", "pairwise", "pairwise-all", "setwise", "tournament"],
)
@pytest.mark.parametrize("value", [math.nan, -math.inf])
def test_what_is_no_number_is_a_failure_and_no_order(build, request_for, name, value):
    ranking = build(name).rank([request_for()], ScriptedEngine(next=lambda text, label: value))[0]
    assert ranking.status == "failed" and "not finite" in ranking.reason and ranking.items == ()
