"""What a model says of an item whoever asks, kept from one process to the next."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.engine.models.registry import ModelInfo
from promptrec.errors import InputError
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, caches_item_scores, template_kinds
from promptrec.rank.item_score_cache import MAX_PARAMETERS, ItemScoreCache, ScoreFile
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine

KEEPING = ["item-pmi", "yes-no", "graded", "query-likelihood~2", "item-pmi~2", "0.5*item-pmi+yes-no"]


@pytest.fixture
def file(tmp_path):
    return ScoreFile(tmp_path / "scores.sqlite", "weights")


def ranker(name, catalog, score_cache, pack="films/en"):
    templates = {kind: load_template(pack, kind=kind) for kind in template_kinds(name)}
    return build_ranker(name, Setup(catalog, templates, score_cache=score_cache))


@pytest.mark.parametrize("name", KEEPING)
def test_the_next_process_reads_less_and_says_the_same(name, catalog, request_for, file):
    first = ranker(name, catalog, file).rank([request_for()], ScriptedEngine())[0]
    again = ranker(name, catalog, file).rank([request_for()], ScriptedEngine())[0]
    assert again.items == first.items and again.status == "ok"
    persons_own = len(request_for().candidates) * (2 if "+" in name else 1) * (2 if name == "item-pmi~2" else 1)
    assert again.usage.calls <= persons_own < first.usage.calls
    assert again.usage.prompt_tokens < first.usage.prompt_tokens


@pytest.mark.parametrize("name", [*KEEPING, "bm25~2", "query-likelihood", "item-likelihood", "bm25", "pairwise"])
def test_a_ranker_that_keeps_numbers_says_so(name, catalog, request_for, file):
    ranker(name, catalog, file).rank([request_for()], ScriptedEngine())
    with file.connect() as database:
        (rows,) = database.execute("SELECT count(*) FROM scores").fetchone()
    assert caches_item_scores(name) == (rows > 0)


def test_what_an_ordinary_ranker_reads_is_the_same_with_a_file(catalog, request_for, file):
    for name in KEEPING:
        alone = ranker(name, catalog, None).rank([request_for()], ScriptedEngine())[0]
        assert ranker(name, catalog, file).rank([request_for()], ScriptedEngine())[0].items == alone.items


@pytest.mark.parametrize("name", ["item-pmi", "yes-no", "query-likelihood~2"])
def test_other_weights_another_template_and_another_item_are_read_anew(name, catalog, request_for, file):
    calls = ranker(name, catalog, file).rank([request_for()], ScriptedEngine())[0].usage.calls
    other = ScoreFile(file.path, "other weights")
    assert ranker(name, catalog, other).rank([request_for()], ScriptedEngine())[0].usage.calls == calls
    assert ranker(name, catalog, file, "general/en").rank([request_for()], ScriptedEngine())[0].usage.calls == calls
    told = [item.model_copy(update={"fields": {"description": "another"}}) for item in catalog]
    changed = replace(request_for(), candidates=tuple(told))
    assert ranker(name, catalog, file).rank([changed], ScriptedEngine())[0].usage.calls == calls


def test_what_could_not_be_read_is_not_kept(catalog, request_for, file):
    broken = ScriptedEngine(fail=lambda text: "CUDA out of memory")
    assert ranker("item-pmi", catalog, file).rank([request_for()], broken)[0].status == "failed"
    assert ranker("item-pmi", catalog, file).rank([request_for()], ScriptedEngine())[0].status == "ok"


def test_words_of_one_ranker_are_not_taken_for_anothers(catalog, request_for, file):
    yes_no = ranker("yes-no", catalog, file)
    yes_no.rank([request_for()], ScriptedEngine())
    graded = ranker("graded", catalog, file).rank([request_for()], ScriptedEngine())[0]
    assert graded.items == ranker("graded", catalog, None).rank([request_for()], ScriptedEngine())[0].items


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.tuples(st.text(), st.integers()), st.floats(allow_nan=False), max_size=20))
def test_what_is_kept_is_found_by_who_opens_the_file_later(tmp_path_factory, numbers):
    file = ScoreFile(tmp_path_factory.mktemp("kept") / "scores.sqlite", "weights")
    ItemScoreCache(file).update(numbers)
    assert ItemScoreCache(file).get([*numbers, ("unknown", "key")]) == numbers
    assert ItemScoreCache(None).get(numbers) == {}


def test_many_numbers_and_many_threads(file):
    numbers = {("item", n): float(n) for n in range(3 * MAX_PARAMETERS + 1)}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda at: ItemScoreCache(file).update(dict(list(numbers.items())[at::4])), range(4)))
    assert ItemScoreCache(file).get(numbers) == numbers


@pytest.mark.parametrize("fault", ["text", "folder", "nowhere"])
def test_a_file_that_cannot_be_one_is_named(tmp_path, fault):
    path = tmp_path / "scores.sqlite"
    if fault == "text":
        path.write_text("item,score\n" * 500)
    elif fault == "folder":
        path.mkdir()
    else:
        path = tmp_path / "no" / "folder" / "scores.sqlite"
    with pytest.raises(InputError, match="scores.sqlite: item scores cannot be kept there"):
        ScoreFile(path, "weights")


def test_the_weights_are_told_by_their_bytes_and_the_engine_must_read_them(tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"1")
    info = ModelInfo("scripted", folder, "none", "test")
    one = ScoreFile.of(tmp_path / "scores.sqlite", info, ScriptedEngine())
    (folder / "model.safetensors").write_bytes(b"22")
    assert ScoreFile.of(tmp_path / "scores.sqlite", info, ScriptedEngine()).reader != one.reader
    other = ModelInfo("other", folder, "none", "test")
    with pytest.raises(InputError, match="scores of other are asked for, but the engine reads scripted"):
        ScoreFile.of(tmp_path / "scores.sqlite", other, ScriptedEngine())


def test_the_file_is_an_ordinary_database(file):
    ItemScoreCache(file).update({("item", 1): 0.5})
    with closing(sqlite3.connect(file.path)) as database:
        assert database.execute("SELECT value FROM scores").fetchall() == [(0.5,)]
