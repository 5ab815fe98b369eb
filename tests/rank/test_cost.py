import re
from dataclasses import replace
from pathlib import Path

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Usage
from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.errors import InputError
from promptrec.rank.cost import Speed, expected_items, plan, sample_requests
from promptrec.recommender import Recommender
from promptrec.testing.bytes_tokenizer import BytesTokenizer
from promptrec.testing.planted_dataset import make_planted_dataset
from promptrec.testing.scripted_engine import ScriptedEngine

READ_ONCE = ["query-likelihood", "item-pmi", "yes-no", "listwise-labels"]
ROOM = 100_000


@pytest.fixture
def counter():
    return DryRunEngine("bytes", BytesTokenizer(), ROOM)


def opened(ranker, engine, catalog=None):
    return Recommender.load(template="general/en", catalog=catalog, ranker=ranker, engine=engine)


def sums(rankings):
    usages = [ranking.usage for ranking in rankings]
    return sum(x.prompt_tokens for x in usages), sum(x.calls for x in usages), sum(x.steps for x in usages)


@pytest.mark.parametrize("ranker", [*READ_ONCE, "query-likelihood+item-pmi", "bm25:3:yes-no", "bm25"])
def test_tokens_calls_and_steps_are_exactly_those_of_an_engine_that_reads(ranker, catalog, request_for, counter):
    requests = [request_for(query_id="a"), request_for("soldiers at the bridge", "b", ids=("war", "sea", "food"))]
    engine = ScriptedEngine(context_length=ROOM)
    prompts, calls, steps = sums(opened(ranker, engine, catalog).run(requests))
    made = plan(ranker, opened(ranker, counter, catalog).run, counter, requests)
    assert (made.total.prompt_tokens, made.total.calls, made.total.steps) == (prompts, calls, steps)
    assert [counter.tokenizer.decode(ids) for ids in counter.prompts] == engine.prompts
    assert made.counts_all and made.users == 2 and made.candidates == 4 and made.problem == ""
    assert made.per_user["prompt_tokens"] == prompts / 2


@pytest.mark.parametrize("ranker", [*READ_ONCE, "query-likelihood+item-pmi", "bm25:3:yes-no"])
def test_the_prompts_of_dislikes_are_planned_to_the_token(ranker, catalog, request_for, counter):
    words = ("a long journey, no battles and nothing too sad", "a ship on the sea, under 20 euros")
    requests = [request_for(text, f"{n}") for n, text in enumerate(words)]
    engine = ScriptedEngine(context_length=ROOM)
    prompts, calls, steps = sums(opened(ranker, engine, catalog).run(requests))
    made = plan(ranker, opened(ranker, counter, catalog).run, counter, requests)
    assert (made.total.prompt_tokens, made.total.calls, made.total.steps) == (prompts, calls, steps)
    literal = [replace(r, query=r.query.model_copy(update={"intent": False})) for r in requests]
    assert prompts > sums(opened(ranker, engine, catalog).run(literal))[0], "each dislike is read beside the likes"


def test_a_person_of_whom_nothing_is_known_costs_nothing(catalog, request_for, counter):
    nobody = RankRequest(Query(query_id="n"), tuple(catalog))
    alone = plan("yes-no", opened("yes-no", counter).run, counter, [request_for()])
    both = plan("yes-no", opened("yes-no", counter).run, counter, [request_for(), nobody])
    assert both.total == alone.total and both.per_user["calls"] == alone.per_user["calls"] / 2


def test_what_may_be_written_is_said_apart(catalog, request_for, counter):
    made = plan("listwise-text", opened("listwise-text", counter).run, counter, [request_for()])
    ideal = len("[A] > [B] > [C] > [D] > [E]")
    assert ideal <= made.total.decoded_tokens <= ideal + 8


@pytest.mark.slow
@pytest.mark.parametrize(("candidates", "share"), [(8, 0.94), (20, 0.98)])
def test_what_stops_when_answers_agree_is_priced_almost_at_its_most(candidates, share, counter):
    made = make_planted_dataset(users=150, items=60, candidates=candidates, right=2)
    foretold = plan("listwise-shifts", opened("listwise-shifts", counter).run, counter, made.requests)
    assert foretold.per_user["calls"] <= 4 and foretold.per_user["calls"] / 4 == pytest.approx(share, abs=0.015)
    assert foretold.per_user["steps"] == foretold.per_user["calls"]


@pytest.mark.slow
@pytest.mark.parametrize("ranker", READ_ONCE)
def test_a_few_people_foretell_many_though_items_are_read_once(ranker, counter):
    made = make_planted_dataset(users=150, items=60, candidates=8, right=2)
    whole = plan(ranker, opened(ranker, counter).run, counter, made.requests)
    few = plan(ranker, opened(ranker, counter).run, counter, made.requests[:30], users=150, items=len(made.catalog))
    assert not few.counts_all and (few.users, few.sampled) == (150, 30)
    assert few.total.prompt_tokens == pytest.approx(whole.total.prompt_tokens, rel=0.02)
    assert few.total.calls == pytest.approx(whole.total.calls, rel=0.02)
    assert few.per_user["calls"] == pytest.approx(few.total.calls / 150)


def test_what_cannot_be_ranked_is_a_problem_and_no_bargain(counter):
    items = tuple(Item(item_id=str(n), title=f"Title {n}") for n in range(200))
    made = plan(
        "listwise-labels",
        opened("listwise-labels", counter).run,
        counter,
        [RankRequest(Query(preferences="ships"), items)],
    )
    assert "200 candidates" in made.problem and made.total.prompt_tokens == 0


def test_nobody_and_fewer_people_than_were_counted_are_refused(request_for, counter):
    run = opened("yes-no", counter).run
    for requests, users in (([], None), ([request_for(), request_for(query_id="b")], 1)):
        with pytest.raises(InputError, match="needs some of them to count"):
            plan("yes-no", run, counter, requests, users=users)


def test_seconds_need_a_speed_for_all_that_is_done():
    read = Usage(prompt_tokens=1000, cached_tokens=400, decoded_tokens=0, calls=1)
    wrote = replace(read, decoded_tokens=50)
    assert Speed(300).seconds(read) == 2 and Speed(300).seconds(wrote) is None
    assert Speed(300, writing=10).seconds(wrote) == 7
    for wrong in ((0, None), (-1, None), (1, 0), (float("nan"), None)):
        with pytest.raises(InputError, match="above 0 tokens a second"):
            Speed(*wrong)


def test_made_up_people_name_titles_and_differ_and_the_seed_decides_them(catalog):
    people = sample_requests(catalog, 20, 3, seed=5)
    assert people == sample_requests(catalog, 20, 3, seed=5) != sample_requests(catalog, 20, 3, seed=6)
    assert len({request.query.preferences for request in people}) > 5
    for request in people:
        assert len({item.item_id for item in request.candidates}) == 3
        named = request.query.preferences.split(", ")
        assert len(set(named)) == 3 and set(named) <= {item.title for item in catalog}


@pytest.mark.parametrize(("people", "candidates"), [(0, 3), (3, 0), (3, 6)])
def test_people_that_cannot_be_drawn_are_refused(catalog, people, candidates):
    with pytest.raises(InputError, match="at most the 5 items of catalog"):
        sample_requests(catalog, people, candidates)


def test_as_many_items_are_expected_as_are_drawn():
    catalog = Catalog([Item(item_id=str(n), title=f"Title {n}") for n in range(100)])
    drawn = [
        len({i.item_id for request in sample_requests(catalog, 30, 5, seed) for i in request.candidates})
        for seed in range(40)
    ]
    assert expected_items(catalog, 30, 5) == pytest.approx(sum(drawn) / len(drawn), rel=0.03)
    assert expected_items(catalog, 1, 5) == pytest.approx(5) and expected_items(catalog, 10**6, 5) == 100


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("ranker", READ_ONCE)
def test_the_documentation_says_what_is_counted(ranker, smollm2):
    page = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
    written = re.search(rf"^\| {ranker} \| (.*) \|$", page, re.MULTILINE)[1].replace(",", "").split(" | ")
    counter, made = DryRunEngine.of(smollm2.name, "transformers"), make_planted_dataset(candidates=8, right=2)
    run = Recommender.load(template="films/en", ranker=ranker, engine=counter).run
    counted = plan(ranker, run, counter, made.requests)
    total = counted.total
    found = [total.prompt_tokens, total.cached_tokens, total.decoded_tokens, total.calls, counted.per_user["steps"]]
    assert found == [float(number) for number in written]


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("ranker", READ_ONCE)
def test_the_plan_for_a_real_model_is_what_it_then_costs(ranker, smollm2, transformers_engine):
    made = make_planted_dataset(users=2, items=32, candidates=4, right=2)
    counter = DryRunEngine.of(smollm2.name, "transformers")
    counter.context_length = transformers_engine.context_length
    assert_cost_is_foretold(ranker, counter, transformers_engine, made)


@pytest.mark.vllm
@pytest.mark.model
@pytest.mark.parametrize(
    "ranker", [*READ_ONCE, "graded", "query-likelihood+item-pmi", "bm25:3:yes-no", "query-likelihood~2"]
)
def test_what_vllm_takes_from_its_cache_is_foretold_too(ranker, smollm2, vllm_engine):
    made = make_planted_dataset(users=3, items=32, candidates=4, right=2)
    counter = DryRunEngine.of(smollm2.name, "vllm")
    counter.context_length = vllm_engine.context_length
    vllm_engine._llm.reset_prefix_cache()
    assert_cost_is_foretold(ranker, counter, vllm_engine, made)


def assert_cost_is_foretold(ranker, counter, engine, made):
    foretold = plan(ranker, opened(ranker, counter, made.catalog).run, counter, made.requests)
    rankings = opened(ranker, engine, made.catalog).rank_many(made.requests)  # an engine that is dead says so
    assert foretold.total == replace(sum((ranking.usage for ranking in rankings), Usage()), seconds=0.0)
