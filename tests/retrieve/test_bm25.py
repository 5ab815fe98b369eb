import gc
import hashlib
import logging
import math
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.retrieve.bm25 import Bm25, document
from promptrec.retrieve.tokenize import words

FILMS = Catalog(
    [
        Item(item_id="space", title="Silent Orbit", fields={"plot": "An astronaut drifts past the last planet."}),
        Item(item_id="heist", title="The Vault", fields={"plot": "A gang robs a bank.", "genres": ("Crime", "Noir")}),
        Item(item_id="cook", title="Sauce", fields={"plot": "A chef inherits a bistro.", "year": 1999}),
        Item(item_id="palace", title="故宫", fields={"介绍": "明清两代的皇家宫殿"}),
        Item(item_id="temple", title="天坛", fields={"介绍": "皇帝祭天的地方"}),
    ]
)


@pytest.fixture(scope="module")
def index():
    return Bm25(FILMS)


def found(index, text, k=10):
    return [item_id for item_id, _ in index.search(text, k)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ASTRONAUT films", "space"),
        ("the vault", "heist"),
        ("noir", "heist"),
        ("something from 1999", "cook"),
        ("想去故宫看看", "palace"),
        ("祭天", "temple"),
        ("ｂｉｓｔｒｏ", "cook"),
    ],
)
def test_titles_and_every_field_are_searched(index, text, first):
    assert found(index, text)[0] == first


@pytest.mark.parametrize("text", ["", "zebra", "the of and", "the vaults", "🎬", "&amp;"])
def test_a_query_without_known_words_finds_nothing(index, text):
    assert index.search(text, 5) == []
    assert index.scores(text, list(FILMS)) == [0.0] * 5


def test_only_items_that_share_a_word_are_found_however_many_are_asked_for(index):
    assert found(index, "astronaut bank", 1000) in (["space", "heist"], ["heist", "space"])
    assert len(found(index, "astronaut bank", 1)) == 1
    assert index.search("astronaut", 0) == []


def test_scores_come_in_the_order_asked_and_agree_with_the_search(index):
    text = "a chef robs a bank 皇帝"
    by_id = dict(index.search(text, 10))
    asked = [FILMS["temple"], FILMS["space"], FILMS["heist"]]
    assert index.scores(text, asked) == [by_id["temple"], 0.0, by_id["heist"]]


def test_an_item_from_elsewhere_has_no_score(index):
    with pytest.raises(KeyError):
        index.scores("bank", [Item(item_id="other", title="Bank")])


def test_the_score_is_lucenes_formula():
    texts = ["red red blue", "red green green green", "yellow"]
    catalog = Catalog([Item(item_id=str(n), title=text) for n, text in enumerate(texts)])
    mean = sum(len(text.split()) for text in texts) / len(texts)

    def score(text, word, k1=1.5, b=0.75):
        n, tf, length = sum(word in t.split() for t in texts), text.split().count(word), len(text.split())
        return math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) * tf / (tf + k1 * (1 - b + b * length / mean))

    expected = [score(text, "red") + score(text, "blue") for text in texts]
    assert Bm25(catalog).scores("red blue", list(catalog)) == pytest.approx(expected, abs=1e-6)


def test_ties_do_not_follow_the_order_of_the_file():
    items = [Item(item_id=f"i{n}", title="same words") for n in range(20)]
    forward = found(Bm25(Catalog(items)), "words", 20)
    assert found(Bm25(Catalog(items[::-1])), "words", 20) == forward
    assert sorted(forward) == sorted(item.item_id for item in items)
    assert forward not in ([i.item_id for i in items], [i.item_id for i in items[::-1]])


def test_a_catalogue_of_one_item_and_one_without_words():
    assert found(Bm25(Catalog([Item(item_id="1", title="Heat")])), "heat") == ["1"]
    wordless = Bm25(Catalog([Item(item_id="1", title="!!!"), Item(item_id="2", title="The")]))
    assert wordless.search("heat !!! the", 5) == []
    some = Bm25(Catalog([Item(item_id="1", title="!!!"), Item(item_id="2", title="Heat")]))
    assert found(some, "heat") == ["2"]


def test_indexing_and_searching_say_nothing(caplog, capfd):
    with caplog.at_level(logging.INFO):
        Bm25(FILMS).search("bank", 3)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_a_document_is_the_title_and_every_value(index):
    assert document(FILMS["heist"]) == "The Vault\nA gang robs a bank.\nCrime\nNoir"
    assert document(FILMS["cook"]) == "Sauce\nA chef inherits a bistro.\n1999"


NAMES = Catalog(
    [
        *(Item(item_id=f"s{n}", title=f"Song number {n}", fields={"text": "all that you are"}) for n in range(60)),
        *(Item(item_id=title, title=title) for title in ("The Who", "It", "Her", "This Is Us", "???", "÷", "C", "C++")),
        Item(item_id="song", title="Baba O'Riley", fields={"artists": ("The Who",)}),
    ]
)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("The Who", ["The Who", "song"]),
        ("songs by The Who", ["The Who", "song"]),
        ("who", ["The Who", "song"]),
        ("something like Her", ["Her"]),
        ("It", ["It"]),
        ("This Is Us", ["This Is Us", "It"]),
        ("Alien\nIt", ["It"]),
        ("???", ["???"]),
        ("÷", ["÷"]),
        ("C++", ["C++", "C"]),
        ("oriley", ["song"]),
    ],
)
def test_titles_of_stop_words_and_signs_are_found(text, best):
    assert found(Bm25.of(NAMES), text, len(best))[0] == best[0]
    assert set(best) - {"It"} <= set(found(Bm25.of(NAMES), text, 70))


@pytest.mark.parametrize("text", ["are you what she is to him", "a number of them"])
def test_stop_words_of_running_text_are_not_searched(text):
    assert not {"The Who", "It", "Her", "This Is Us"} & set(found(Bm25.of(NAMES), "number " + text, 70))


def test_a_catalogue_has_one_index_for_as_long_as_it_lives():
    one, other = (Catalog([Item(item_id="1", title=title)]) for title in ("Heat", "Alien"))
    index = Bm25.of(one)
    assert Bm25.of(one) is index is not Bm25.of(other)
    kept = weakref.ref(index)
    del one, index
    gc.collect()
    assert kept() is None


def test_threads_that_ask_at_once_get_one_index():
    catalog = Catalog([Item(item_id=str(n), title=f"Film {n}") for n in range(300)])
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(Bm25.of, [catalog] * 16))) == 1


TITLES = st.lists(
    st.lists(st.sampled_from("red blue green 故宫 天坛".split()), min_size=1, max_size=4), min_size=1, max_size=8
)


@given(
    TITLES, st.lists(st.sampled_from("red blue yellow 故宫 坛".split()), max_size=3), st.integers(0, 9), st.randoms()
)
def test_best_first_at_most_k_and_the_same_in_any_order_of_the_file(titles, asked, k, rng):
    items = [Item(item_id=str(n), title=" ".join(title)) for n, title in enumerate(titles)]
    text = " ".join(asked)
    results = Bm25(Catalog(items)).search(text, k)
    sharing = [item for item in items if set(words(item.title)) & set(words(text))]
    assert len(results) == min(k, len(sharing))
    scores = [round(score, 6) for _, score in results]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    rng.shuffle(items)
    again = Bm25(Catalog(items)).search(text, k)
    assert [item_id for item_id, _ in again] == [item_id for item_id, _ in results]


FEW_WORDS = st.lists(st.sampled_from("red blue green".split()), min_size=1, max_size=3)


@given(st.lists(FEW_WORDS, min_size=1, max_size=40), FEW_WORDS, st.integers(-1, 45))
def test_the_best_are_those_of_sorting_all_hits(titles, asked, k):
    catalog = Catalog([Item(item_id=str(n), title=" ".join(title)) for n, title in enumerate(titles)])
    index, text = Bm25(catalog), " ".join(asked)
    scored = zip(catalog, index.scores(text, list(catalog)), strict=True)
    hits = [(item.item_id, score) for item, score in scored if score > 0]
    hits.sort(key=lambda hit: (-np.round(hit[1], 6), hashlib.sha256(hit[0].encode()).digest()))
    assert index.search(text, k) == hits[: max(k, 0)]
