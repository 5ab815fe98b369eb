import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.intent import Clause, Intent
from promptrec.data.query import MAX_CHARACTERS, Query, RankRequest, readable
from promptrec.errors import InputError


def test_every_part_is_cleaned():
    query = Query(
        preferences=" slow &amp; sad\u200b ",
        history=("Ａlien", "  ", "Heat"),
        context="\ufefftonight",
        attributes={"age": "3\u202e0"},
    )
    assert query.preferences == "slow & sad"
    assert query.history == ("Alien", "Heat")
    assert query.context == "tonight"
    assert query.attributes == {"age": "30"}


@pytest.mark.parametrize("part", ["preferences", "context"])
def test_ten_megabytes_are_refused_with_the_limit(part):
    with pytest.raises(InputError, match=r"10,485,760 characters; the limit is 20,000: shorten it"):
        Query(**{part: "film" * (10 * 2**20 // 4)})


def test_the_longest_text_allowed_is_read_to_its_last_character():
    assert len(Query(preferences="x" * MAX_CHARACTERS).preferences) == MAX_CHARACTERS


@pytest.mark.parametrize(
    "binary",
    ["\x00\x01\x02\x03PNG", "\ufffd\x00JF\x00", bytes(range(128, 200)).decode("utf-8", "surrogateescape") + "abc"],
)
def test_binary_data_is_refused(binary):
    with pytest.raises(InputError, match=r"\d+% of the text is damaged characters: give plain words, saved as UTF-8"):
        Query(preferences=binary)


@pytest.mark.parametrize("wordless", ["🎬🍿😀", "?!…", "\u200b\u200b", "👩\u200d🚀"])
def test_text_without_a_letter_or_digit_is_refused(wordless):
    for part in ({"preferences": wordless}, {"context": wordless}, {"attributes": {"mood": wordless}}):
        with pytest.raises(InputError, match="no letter or digit in it: say in words"):
            Query(**part)


@pytest.mark.parametrize("title", ["÷", "★", "???", "🤔", "( )", "+/-"])
def test_titles_may_be_made_of_signs(title):
    assert Query(history=(title,)).history == (title,)


def test_a_title_of_which_nothing_can_be_seen_is_refused():
    with pytest.raises(InputError, match="no letter or digit"):
        Query(history=("\u200b\u200b",))


@pytest.mark.parametrize(
    "words", ["想看节奏慢的老电影", "фильм", "80s 🎬", "Café\nnoir", "film\x00s for a quiet night"]
)
def test_words_of_any_script_are_read(words):
    assert Query(preferences=words).preferences


@pytest.mark.parametrize("nothing", [{}, {"preferences": "  \n"}, {"history": ("", " ")}, {"attributes": {"age": " "}}])
def test_nothing_known_is_legal_and_empty(nothing):
    assert Query(**nothing).is_empty


@pytest.mark.parametrize(
    "something", [{"preferences": "a"}, {"history": ("a",)}, {"context": "a"}, {"attributes": {"a": "b"}}]
)
def test_any_part_makes_a_query_that_is_not_empty(something):
    assert not Query(query_id="q7", **something).is_empty


@given(st.text(max_size=200))
def test_any_text_is_either_read_once_and_for_all_or_refused_in_one_line(text):
    try:
        cleaned = readable(text)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert readable(cleaned) == cleaned


def test_a_request_has_no_room_for_the_right_answers():
    assert set(RankRequest.__dataclass_fields__) == {"query", "candidates", "retrieved"}


def test_what_is_wanted_is_the_likes_also_where_nothing_is_refused_any_more():
    curry = Clause(text="curry", start=0, end=5)
    assert Query(preferences="curry, not Indian", intent=Intent(likes=(curry,))).wanted == "curry"
    assert Query(preferences="curry, not Indian", intent=Intent()).wanted == "curry, not Indian"
    assert Query(preferences="curry", intent=Intent(dislikes=(Clause(text="Indian"),))).wanted == "curry"
