"""Encoders are read as sentence-transformers reads them, whatever their folder says."""

import logging
import re
from functools import cache

import numpy as np
import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.registry import open_encoder
from promptrec.rank.base import Setup
from promptrec.rank.baselines.embedding import Embedding
from tests.encoders import ASKED, ITEMS, READ, edited, prompts

NOT_THE_FLOAT = {"bfloat16": 2e-2, "float16": 2e-3}


@pytest.fixture(scope="module")
def made(tiny_encoder, tmp_path_factory):
    @cache
    def make(name):
        folder = tmp_path_factory.mktemp("made") / "encoder"
        READ[name](tiny_encoder, folder)
        return folder

    return make


@pytest.fixture(scope="module")
def theirs(made):
    @cache
    def scores(name):
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(made(name)), local_files_only=True)
        return model.similarity(model.encode_query([ASKED]), model.encode_document(ITEMS))[0].float().numpy()

    return scores


@pytest.mark.parametrize("name", READ)
def test_an_encoder_scores_as_its_maker_meant(made, theirs, name):
    items = tuple(Item(item_id=str(n), title=title) for n, title in enumerate(ITEMS))
    ranking = Embedding(Setup(encoder=str(made(name)))).rank(
        [RankRequest(Query(preferences=ASKED, query_id="q"), items)]
    )[0]
    found = {item.item_id: item.scores["embedding"] for item in ranking.items}
    expected = theirs(name)
    assert [found[str(n)] for n in range(len(ITEMS))] == pytest.approx(expected, abs=NOT_THE_FLOAT.get(name, 1e-4))
    if name not in NOT_THE_FLOAT:
        assert ranking.item_ids == tuple(str(n) for n in np.argsort(-expected))


def test_what_the_folders_say_makes_a_difference(theirs):
    names = {}
    for name in READ:
        names.setdefault(tuple(theirs(name).round(4)), set()).add(name)
    # Nothing is put before a text by the first three, and the last reads the same weights from another place.
    as_without_prompts = {"prompts of other names", "a default prompt of another name", "lower case", "no prompts"}
    as_without_prompts |= {"transformer in a folder below"}
    assert [alike for alike in names.values() if len(alike) > 1] == [
        {"a prompt for passages", "a default prompt"},
        as_without_prompts,
    ]


def test_the_words_of_a_query_are_another_vector_as_a_document(tiny_encoder, tmp_path):
    prompts(query="query: ", document="text: ")(tiny_encoder, tmp_path / "e")
    encoder = open_encoder(tmp_path / "e")
    first, second = encoder.encode_query(["sea"]).vectors, encoder.encode_document(["sea"]).vectors
    assert not np.allclose(first, second, atol=1e-3)
    assert (encoder.encode_query(["sea"]).vectors == first).all()
    assert (encoder.encode_document(["sea"]).vectors == second).all()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"query": "query: ", "passage": "passage: "}, ["before a document.*'passage'"]),
        ({"retrieval.query": "q: ", "retrieval.passage": "p: "}, ["before a query.*'retrieval.query'", "before a doc"]),
        ({"s2p_query": "find: ", "s2s_query": "alike: "}, ["before a query.*'s2p_query'"]),
        ({"query": "query: ", "document": ""}, []),
        ({"query": "query: ", "passage": ""}, []),
        ({"query": "", "document": "", "STS": "alike: ", "query.long": "long: "}, []),
        ({}, []),
    ],
)
def test_prompts_that_are_not_used_are_said(tiny_encoder, tmp_path, caplog, named, said):
    edited(tiny_encoder, tmp_path / "e", "config_sentence_transformers.json", prompts=named)
    with caplog.at_level(logging.WARNING, "promptrec"):
        open_encoder(tmp_path / "e")
    assert len(caplog.messages) == len(said)
    for message, expected in zip(caplog.messages, said, strict=True):
        assert re.search(expected, message), message


def test_a_model_without_modules_is_read_by_its_mean_and_that_is_said(made, caplog):
    folder = made("no list of modules")
    with caplog.at_level(logging.WARNING, "promptrec"):
        open_encoder(folder)
    assert len(caplog.messages) == 1 and "no modules.json" in caplog.text


@pytest.mark.parametrize(
    ("name", "long", "limit"),
    [("short texts only", "a" * 40, 9), ("no prompts", "sea " * 30, 32), ("a model for each side", "sea " * 20, 32)],
)
def test_what_is_longer_than_the_encoder_reads_is_said_of_the_ranking(made, name, long, limit):
    encoder = Embedding(Setup(encoder=str(made(name))))
    items = (Item(item_id="short", title="sea"), Item(item_id="long", title=long))

    def truncations(words, *of):
        return encoder.rank([RankRequest(Query(preferences=words, query_id="q"), of)])[0].truncations

    of_a_query = () if name == "a model for each side" else (f"query to {limit}",)
    assert truncations("sea", items[0]) == ()
    assert truncations("sea", *items) == (f"item to {limit}",)
    assert truncations(long, items[0]) == of_a_query, "a static table reads all of a text"
    assert truncations(long, *items) == (*of_a_query, f"item to {limit}")


def test_the_prompt_counts_towards_the_length(tiny_encoder, tmp_path):
    prompts(query="x " * 29, document="")(tiny_encoder, tmp_path / "e")
    encoder = open_encoder(tmp_path / "e")
    assert encoder.encode_query(["a", "a b"]).truncated_to == (None, 32)
    assert encoder.encode_document(["a", "a b"]).truncated_to == (None, None)
