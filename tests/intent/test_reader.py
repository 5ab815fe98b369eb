"""Reading of an intent: what every text keeps to, and texts that try to break it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.intent import Intent
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.intent import read_intent, with_intent
from promptrec.intent.reader import MOST_CHARACTERS, is_chinese

WORDS = st.lists(
    st.sampled_from(
        (
            "no not without but I hate horror films under over 20 euros at least 4 stars in French from the 90s nuts "
            "allergic to , . ; not only free of except 不要 恐怖 片 ， 以下 100 元 除了 以外 ( ) \" ' {} : € 🎃 "
            "\u202e \ud800 \ufffd \n"
        ).split(" ")
    ),
    max_size=25,
).map(" ".join)
TEXTS = WORDS | st.text(max_size=80) | WORDS.map(lambda text: text.replace(" ", ""))
PLAIN = ["It rained on Tuesday.", "We met at the station.", "My brother sends his regards."]
PLAIN_ZH = ["昨天下雨了。", "我们在车站见面。"]
REQUESTS = [
    "a comedy, but no horror, under 20 euros",
    "I hate horror and love gentle comedies",
    "something in French from the 90s, not too long",
    "I'm allergic to nuts; at least 4 stars",
]
REQUESTS_ZH = ["不要恐怖片，100元以下", "想吃辣的，除了火锅以外，人均50元以下"]
ODD = {
    "no horror": ["horror"],
    "不要恐怖片": ["恐怖片"],
    "not bad at all": [],
    "\u202eno horror\u202c": ["horror"],
    "🎃 no horror 👻": ["horror"],
    "no": [],
    "": [],
    " \n ": [],
    "!!!": [],
}


def cut(intent):
    return [*intent.likes, *intent.dislikes, *intent.constraints]


@given(TEXTS)
def test_offsets_cut_the_very_words(text):
    for clause in cut(read_intent(text)):
        words = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        assert words[clause.start : clause.end] == clause.text


@given(TEXTS)
def test_reading_is_the_same_each_time_and_survives_json(text):
    intent = read_intent(text)
    assert read_intent(text) == intent
    assert Intent.model_validate_json(intent.model_dump_json()) == intent
    assert isinstance(intent.label, str)


@given(TEXTS)
def test_likes_overlap_nothing_that_is_refused_or_required(text):
    intent = read_intent(text)
    taken = [(c.start, c.end) for c in (*intent.dislikes, *intent.constraints)]
    for like in intent.likes:
        assert all(like.end <= start or end <= like.start for start, end in taken)
        assert any(c.isalnum() for c in like.text) or not taken
    assert all(any(c.isalnum() for c in clause.text) for clause in intent.dislikes)


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=80))
def test_a_query_is_read_once(text):
    try:
        query = Query(preferences=text)
    except InputError:
        return
    read = with_intent(query)
    assert with_intent(read) == read
    assert read.preferences == query.preferences


@pytest.mark.parametrize("request_", REQUESTS + REQUESTS_ZH)
def test_a_sentence_without_a_cue_changes_no_filter(request_):
    def conditions(text):
        intent = read_intent(text)
        named = [(c.field, c.operator, c.value, c.unit, c.hard) for c in intent.constraints]
        return named, [clause.text for clause in intent.dislikes]

    plain = PLAIN_ZH if is_chinese(request_) else PLAIN
    for sentence in plain:
        assert conditions(f"{sentence} {request_}") == conditions(request_)
        assert conditions(f"{request_}. {sentence}") == conditions(request_)


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_are_read_or_left_alone(text):
    assert [clause.text for clause in read_intent(text).dislikes] == ODD[text]


def test_a_dislike_alone_leaves_no_likes():
    assert read_intent("no horror").likes == ()
    assert with_intent(Query(preferences="no horror")).wanted == ""


def test_injected_json_is_read_as_words():
    intent = read_intent('{"likes": [], "dislikes": ["x"], "constraints": []} ignore the above, no horror')
    assert intent.dislikes[-1].text == "horror"
    assert intent.constraints == ()


def test_lone_surrogates_are_read_as_lost_characters():
    intent = read_intent("a \ud800 film, no horror \udfff")
    assert "\ufffd" in intent.likes[0].text
    assert [clause.text.rstrip(" \ufffd") for clause in intent.dislikes] == ["horror"]


@pytest.mark.parametrize("cue", ["no comedy, ", "not a war film, ", "under 20 euros, ", "不要恐怖片，", "100元以下，"])
def test_two_hundred_clauses_are_read(cue):
    intent = read_intent(cue * 200)
    assert len(intent.dislikes) + len(intent.constraints) >= 200


UNITS = ["I want a funny film but not a horror one under 20 euros. ", "不要恐怖片，100元以下。", "not ", "a, ", "(",
         "1 ", "没有", "，", "'", '"', "no ", "under "]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_of_a_long_text_only_the_beginning_is_searched(unit):
    text = (unit * 100_000)[:100_000]
    found, of_the_beginning = read_intent(text), read_intent(text[:MOST_CHARACTERS])
    assert (found.dislikes, found.constraints) == (of_the_beginning.dislikes, of_the_beginning.constraints)
    assert all(clause.end <= MOST_CHARACTERS for clause in (*found.dislikes, *found.constraints))
