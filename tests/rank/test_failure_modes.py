"""Ways in which released rankers are known to go wrong without a word, each shown to be said or impossible here."""

import re

import pytest

from promptrec.answer.labels import Labels
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.rank.expression import template_kinds
from promptrec.rank.label_tokens import label_names, word_tokens
from promptrec.rank.registry import RANKERS
from promptrec.testing.scripted_engine import ScriptedEngine

READERS = [name for name, kind in RANKERS.items() if kind.template_kind]
POINTWISE = [name for name in READERS if RANKERS[name].pointwise]


@pytest.mark.parametrize(
    "said",
    [
        "Error code: 429 - rate limit reached, retry after 7 s; limit is 12 requests",
        "Here are the top 3 passages for you.",
        "I cannot rank these.",
        "CAB",
    ],
)
def test_an_error_or_prose_that_comes_as_text_is_no_order(build, request_for, said):
    """A client that returns its error as the model's text, and a parser that collects whatever digits it finds."""
    ranking = build("listwise-text").rank([request_for()], ScriptedEngine(reply=lambda text: said))[0]
    assert ranking.status == "fallback" and "no candidate could be read" in ranking.reason
    assert all("listwise-text" not in item.scores for item in ranking.items)


@pytest.mark.parametrize(
    ("said", "order"),
    [
        ("Here are the top 3 passages: [E] > [A]", ("E", "A")),
        ("[B] (score 0.9) > [C]", ("B", "C")),
        ("I rank: [B] > [A]", ("B", "A")),
    ],
)
def test_a_number_or_a_pronoun_beside_the_labels_is_not_a_label(said, order):
    assert Labels("en").parse(said, label_names(9)).order == order


@pytest.mark.parametrize("name", READERS)
def test_when_every_call_fails_there_is_no_order_at_all(build, request_for, name):
    """Exceptions of asynchronous calls that nobody collects: the input order comes back with no history."""
    ranking = build(name).rank([request_for()], ScriptedEngine(fail=lambda text: "CUDA out of memory"))[0]
    assert (ranking.status, ranking.items) == ("failed", ()) and "CUDA out of memory" in ranking.reason


@pytest.mark.parametrize("name", POINTWISE)
def test_an_item_that_failed_is_not_scored_as_the_worst(build, request_for, name):
    """A score of -1 for an error: the item comes last as if it had been read."""
    engine = ScriptedEngine(fail=lambda text: "refused" if "typhoon" in text else None)
    ranking = build(name).rank([request_for()], engine)[0]
    assert ranking.status == "repaired" and "could not be read" in ranking.reason
    assert ranking.items[-1].item_id == "sea" and not ranking.items[-1].scores


def test_a_label_far_down_the_list_has_its_exact_score(build, catalog):
    """Only the 30 likeliest tokens are read: labels beyond them are added in the order of the input."""
    many = tuple(Item(item_id=f"i{n}", title=f"T{n}") for n in range(26))
    engine = ScriptedEngine(next=lambda text, label: -20.0 - ord(label.strip()[0]) / 100)
    ranking = build("listwise-labels").rank([RankRequest(Query(preferences="x"), many)], engine)[0]
    assert ranking.status == "ok" and ranking.ties == 0
    assert len({item.scores["listwise-labels"] for item in ranking.items}) == 26


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("n", [1, 2, 7, 25])
def test_every_candidate_is_in_some_prompt(build, name, n):
    """A slice with the wrong end: the paid call shows no document, and the input order comes back."""
    items = tuple(Item(item_id=f"i{k}", title=f"Title-{k:03}-x") for k in range(n))
    engine = ScriptedEngine()
    build(name).rank([RankRequest(Query(preferences="ships"), items)], engine)
    read = " ".join(engine.prompts)
    single = n == 1 and template_kinds(name) == ("listwise-labels",) and not engine.prompts
    assert single or all(item.title in read for item in items)


def test_repeated_readings_show_different_orders(build, request_for):
    """Copies of one shuffled order: only the noise of sampling is averaged, not the place."""
    engine = ScriptedEngine()
    build("listwise-shifts").rank([request_for()], engine)
    orders = {tuple(re.findall(r"The (\w+) Story", prompt)) for prompt in engine.prompts}
    assert len(orders) == len(engine.prompts) == 4


def test_a_request_has_no_place_for_the_right_answer():
    """Asking again only where the held-out item is missing from the reply: the label is used while ranking."""
    assert set(RankRequest.__dataclass_fields__) == {"query", "candidates", "retrieved"}


@pytest.mark.parametrize("name", ["yes-no", "graded"])
def test_answers_are_read_by_the_models_own_tokens_and_nothing_is_written(build, request_for, name):
    """Token numbers of another model's Yes and No, a second softmax over them, and 128 written tokens to use one."""
    engine = ScriptedEngine()
    ranking = build(name).rank([request_for()], engine)[0]
    assert ranking.usage.decoded_tokens == 0
    tokens = word_tokens(engine.tokenizer, "Answer:", ("Yes", "No"))
    assert [engine.tokenizer.decode(ids) for ids in tokens] == [" Yes", " No"]


@pytest.mark.parametrize("name", ["pairwise", "pairwise-all", "setwise", "tournament", "listwise-labels"])
def test_where_nothing_can_be_told_the_first_candidate_does_not_win(build, request_for, name):
    """An answer that cannot be parsed makes the first document the better one."""
    ids = ["space", "love", "war", "food", "sea"]
    engine = ScriptedEngine(next=lambda text, label: -3.0)
    turned = [tuple(ids[n:] + ids[:n]) for n in range(5)]
    rankings = [build(name).rank([request_for(ids=order)], engine)[0] for order in turned]
    assert len({ranking.item_ids for ranking in rankings}) == 1
    assert all(ranking.ties == 5 for ranking in rankings)


@pytest.mark.parametrize("name", READERS)
def test_a_prompt_that_is_too_long_keeps_its_question(build, request_for, name):
    """Cutting at the end: the question is lost, and a score comes back all the same."""
    whole = build(name)
    engine = ScriptedEngine()
    whole.rank([request_for()], engine)
    room = max(map(len, engine.prompts)) + 300
    long = ScriptedEngine(context_length=room)
    ranking = build(name).rank([request_for("a ship and an astronaut. " * 200)], long)[0]
    assert ranking.status != "failed" and ranking.truncations
    cue = engine.prompts[0].rstrip()[-12:]
    if name not in ("query-likelihood", "item-pmi", "item-likelihood"):
        assert all(prompt.rstrip().endswith(cue) for prompt in long.prompts)
