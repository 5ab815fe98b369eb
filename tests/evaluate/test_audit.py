"""What makes numbers doubtful is refused or said: each kind in variations, through the folder and from Python."""

from dataclasses import replace

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError
from promptrec.evaluate.datasets.audit import audit_dataset
from promptrec.evaluate.datasets.dataset import Dataset

CATALOG = Catalog([Item(item_id=f"b{n}", title=title) for n, title in enumerate(("Slow Rain", "Night Bus", "Red Sky"))])
QUERIES = (Query(query_id="7", preferences="quiet"), Query(query_id="bo", preferences="loud", history=("Night Bus",)))
DATA = Dataset("mine", "en", CATALOG, (), {"7": {"b0": 2, "b1": 0}, "bo": {"b2": 1}}, QUERIES, candidates_given=False)


def with_training(*rows):
    return replace(DATA, training=Interactions.from_tuples([(user, item, 5, n) for n, (user, item) in enumerate(rows)]))


def test_a_sound_dataset_stays_as_it_is():
    sound = with_training(("u1", "b0"), ("u2", "b2"), ("7", "b1"), ("7", "b2"), ("bo", "b1"))
    assert audit_dataset(sound).remarks == () and audit_dataset(sound).training is sound.training
    assert audit_dataset(DATA) == DATA


@pytest.mark.parametrize("user", ["7", "7.0", 7, 7.0, "７"])
def test_right_answers_are_taken_out_of_what_is_learnt_and_said(user):
    found = audit_dataset(with_training(("u1", "b0"), (user, "b0"), ("u1", "b2"), ("bo", "b2"), (user, "b0")))
    assert found.training is not None and [*found.training.frame["user_id"]] == ["u1", "u1"]
    (said,) = found.remarks
    assert said.startswith("ANSWERS IN THE TRAINING DATA: 3 interactions of 2 people") and "It is left out" in said
    assert audit_dataset(found) == found, "it is said once"


def test_where_only_answers_could_be_learnt_nothing_is():
    assert audit_dataset(with_training(("7", "b0"), ("bo", "b2"))).training is None


def test_people_of_another_case_are_others_where_both_are_there():
    found = audit_dataset(with_training(("BO", "b2"), ("bo", "b1")))
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (("B0", "B1"), r"they have 'B0', the catalogue 'b0' \(the capitals differ\): write the IDs alike"),
        (("0", "2"), r"they have '0', the catalogue 'b0' \(it has another prefix\)"),
        (("b-0", "b-2"), r"they have 'b-0', the catalogue 'b0' \(it has other punctuation\)"),
        (("Slow Rain",), "they have titles in place of IDs: write 'b0' for 'Slow Rain'"),
        (("tt0111161", "x"), "they have 'tt0111161', the catalogue 'b0': write the catalogue's IDs"),
    ],
)
def test_interactions_that_match_nothing_are_refused_with_the_likely_reason(items, said):
    with pytest.raises(InputError, match=f"training interactions: no row is of an item of the catalogue: {said}"):
        audit_dataset(with_training(*(("u", item) for item in items)))


def test_interactions_that_match_in_part_are_counted():
    (said,) = audit_dataset(with_training(("u", "b0"), ("u", "B1"), ("v", "B1"), ("v", "B2"))).remarks
    assert said.startswith("Interactions of items that are not in the catalogue: 3 of 4, of 2 items, the first 'B1'")
    assert "the catalogue 'b1'" in said


def test_rows_that_stand_there_again_are_counted_where_their_time_says_so():
    rows = [("u", "b0", 5, 1), ("u", "b0", 5, 1), ("u", "b0", 5, 2)]
    (said,) = audit_dataset(replace(DATA, training=Interactions.from_tuples(rows))).remarks
    assert said == "Interactions that are in the training data again, with the same time: 1; each is counted."
    assert audit_dataset(replace(DATA, training=Interactions.from_tuples([("u", "b0", 5)] * 2))).remarks == ()


@pytest.mark.parametrize(
    ("query", "where"),
    [
        (Query(query_id="bo", preferences="more like Red Sky please"), "words"),
        (Query(query_id="bo", preferences="x", context="I saw RED SKY: great"), "words"),
        (Query(query_id="bo", history=("Red Sky",)), "history"),
        (Query(query_id="bo", history=("b2", "b0")), "history"),
    ],
)
def test_a_question_that_names_its_answer_is_said(query, where):
    shown = tuple(RankRequest(one, tuple(CATALOG)) for one in (QUERIES[0], query))
    data = replace(DATA, queries=(QUERIES[0], query), requests=shown, candidates_given=True)
    (said,) = audit_dataset(data).remarks
    assert said.startswith("ANSWERS IN THE QUESTIONS: 1 of 2 queries") and f"'Red Sky' in its {where}" in said


def with_candidates(*ids):
    requests = tuple(
        RankRequest(query, tuple(CATALOG[i] for i in shown.split())) for query, shown in zip(QUERIES, ids, strict=True)
    )
    return replace(DATA, requests=requests, candidates_given=True)


def test_candidates_without_anything_right_are_counted_and_refused_where_all_are():
    assert audit_dataset(with_candidates("b0 b1", "b2 b0")).remarks == ()
    (said,) = audit_dataset(with_candidates("b0 b1", "b0 b1")).remarks
    assert said.startswith("Nothing right among the candidates of 1 of 2 judged queries, the first 'bo'")
    with pytest.raises(InputError, match="mine: no query has a relevant item among its candidates.*'b0' is relevant"):
        audit_dataset(with_candidates("b1 b2", "b0 b1"))


@pytest.mark.parametrize("entries", [("B1", "b9"), ("B0", "B2")])
def test_histories_that_are_ids_of_another_form_are_refused(entries):
    with pytest.raises(InputError, match=r"mine: no entry of a history .*they have 'B\d', the catalogue 'b\d'"):
        audit_dataset(replace(DATA, queries=(QUERIES[0], Query(query_id="bo", history=entries))))


@pytest.mark.parametrize("entries", [("Rocky 2", "Alien 0"), ("tt01",), ("Nowhere", "b-side")])
def test_histories_of_other_things_are_words_and_not_refused(entries):
    assert audit_dataset(replace(DATA, queries=(QUERIES[0], Query(query_id="bo", history=entries)))).remarks == ()


def test_lost_characters_are_counted_by_query_and_item():
    queries = (
        Query(query_id="7", preferences="caf\ufffd and I don\ufffdt"),
        Query(query_id="bo", history=("\ufffdtoile",)),
    )
    catalog = Catalog([*CATALOG, Item(item_id="c", title="x", fields={"cast": ("Ren\ufffde",)})])
    (said,) = audit_dataset(replace(DATA, queries=queries, catalog=catalog)).remarks
    assert "(U+FFFD) in 2 queries (the first: '7') and 1 item (the first: 'c')" in said
    mended = (Query(query_id="7", preferences="I don\ufffd\ufffdt"), QUERIES[1])
    assert audit_dataset(replace(DATA, queries=mended)).remarks == (), "what is mended is no damage"


@pytest.mark.parametrize(("tag", "code"), [("zh-CN", "zh"), ("EN", "en"), ("en_GB.UTF-8", "en"), ("cmn-Hans", "zh")])
def test_from_python_a_dataset_takes_any_tag_of_its_language(tag, code):
    assert replace(DATA, language=tag).language == code


def test_from_python_a_language_without_templates_is_refused():
    with pytest.raises(InputError, match="language 'fr': write 'en'"):
        replace(DATA, language="fr")
