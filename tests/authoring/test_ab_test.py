"""`ab` must see a difference that is there, and none where there is none."""

import hashlib

import pytest
from scipy.stats import binom

from promptrec.authoring.ab_test import compare_templates
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError, UnknownName
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.datasets.registry import planted_dataset
from promptrec.template.loader import load_template
from promptrec.template.template import Template
from promptrec.testing.scripted_engine import ScriptedEngine

SHIPPED = load_template("general/en/yes-no")
# It takes one prompt a person, where the other takes one an item and as many again of nobody.
LISTWISE = load_template("general/en/listwise-labels")


def named(name, change=lambda source: source, of=SHIPPED):
    return Template(name, change(of.source), of.path)


def noise(seed):
    """An engine whose yes is the same for the same prompt, and has nothing to do with what it says."""

    def logprob(prompt, label):
        digest = hashlib.sha256(f"{seed} {prompt} {label}".encode()).digest()
        return int.from_bytes(digest[:4], "big") / 2**32

    return ScriptedEngine(next=logprob)


def other_words(source):
    return source.replace("Answer ", "Reply ")


@pytest.mark.slow
def test_identical_templates_are_told_apart_in_none_of_200_runs():
    data = planted_dataset(users=10)
    a, b = named("a", of=LISTWISE), named("b", of=LISTWISE)
    found = [compare_templates(a, b, data, noise(seed), seed=seed) for seed in range(200)]
    assert all(one.better is None and "no difference" in one.conclusion for one in found)
    assert all(one.sides[0].mean == one.sides[1].mean for one in found)


@pytest.mark.slow
def test_two_of_one_worth_are_told_apart_as_seldom_as_a_test_at_5_percent_allows():
    data, a, b = planted_dataset(users=30), named("a", of=LISTWISE), named("b", other_words, LISTWISE)
    assert a.sha256 != b.sha256
    won = sum(compare_templates(a, b, data, noise(seed), seed=seed).better is not None for seed in range(200))
    # Of 200 runs at 5 %, more than this are one case in a thousand.
    assert won <= binom.ppf(0.999, 200, 0.05)


def test_one_that_shows_the_model_nothing_of_the_item_loses():
    data = planted_dataset(users=60)
    right = {i for by_item in data.relevance.values() for i in by_item}
    titles = {item.title for item in data.catalog if item.item_id in right}

    def knows(prompt, label):
        return float("Yes" in label and "In their own words" in prompt and any(f"Item: {t}" in prompt for t in titles))

    blind = named("blind", lambda source: source.replace("{{ item.title }}", "an item"))
    found = compare_templates(named("shows"), blind, data, ScriptedEngine(next=knows), metric="auc")
    assert found.better == "shows" and "shows is better than blind" in found.conclusion


@pytest.mark.parametrize("given", [False, True])
def test_what_a_person_has_is_not_retrieved_and_is_told_by_its_title(given):
    items = [Item(item_id=f"{n}", title=f"Tale {n}") for n in range(6)]
    catalog, person = Catalog(items), Query(query_id="q", history=("3",))
    shown = (RankRequest(person, tuple(items[:3])),) if given else ()
    data = Dataset("mine", "en", catalog, shown, {"q": {"1": 1}}, queries=(person,), candidates_given=given)
    engine = ScriptedEngine()
    compare_templates(named("a"), named("b", other_words), data, engine)
    assert any("They liked: Tale 3" in text for text in engine.prompts), "the model reads titles, not IDs"
    assert not any("They liked: 3" in text or "Item: Tale 3" in text for text in engine.prompts)


def test_each_template_reads_what_is_refused_with_its_own_pack():
    items = [Item(item_id=f"{n}", title=f"Tale {n}", fields={"genre": g}) for n, g in enumerate(("punk", "jazz"))]
    person = Query(query_id="q", preferences="A night out, swerve punk")
    data = Dataset("mine", "en", Catalog(items), (), {"q": {"1": 1}}, queries=(person,), candidates_given=False)
    reads = named("reads", lambda source: source.replace("---\n", "---\nrefusals: [swerve]\n", 1))
    found = compare_templates(named("plain"), reads, data, noise(1), metric="mrr")
    assert found.sides[1].mean == 1 and "refusals" in reads.source
    engine = ScriptedEngine()
    compare_templates(named("plain"), reads, data, engine)
    assert any("swerve punk" in text for text in engine.prompts), "the other one reads no refusal"
    assert any("A night out" in text and "swerve" not in text for text in engine.prompts)


def test_progress_is_told_and_ends_at_both_sides_people():
    told = []
    compare_templates(named("a"), named("b"), planted_dataset(users=20), noise(0), limit=18, on_progress=told.append)
    assert told == [16, 18, 34, 36]


def test_one_file_with_itself_nobody_and_an_unknown_metric_are_said():
    data = planted_dataset(users=2)
    with pytest.raises(InputError, match="compared with itself"):
        compare_templates(SHIPPED, SHIPPED, data, noise(0))
    with pytest.raises(InputError) as nobody:
        compare_templates(named("a"), named("b"), data, noise(0), limit=0)
    assert nobody.value.code == "no-queries-to-rank"
    with pytest.raises(UnknownName, match="ndcg"):
        compare_templates(named("a"), named("b"), data, noise(0), metric="ndgc@10")
