import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.clean import clean_text
from promptrec.retrieve.words import STOP_WORDS, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Quick, brown FOX!", ["quick", "brown", "fox"]),
        ("Café noir, naïve", ["cafe", "noir", "naive"]),
        ("ＡＢＣ　１２", ["abc", "12"]),
        ("Tom &amp; Jerry\u200bs", ["tom", "jerrys"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("故宫", ["故", "宫", "故宫"]),
        ("看故宫", ["看", "故", "宫", "看故", "故宫"]),
        ("茶", ["茶"]),
        ("去KTV玩", ["去", "ktv", "玩"]),
        ("门票：60元", ["门", "票", "门票", "60", "元"]),
        ("北京，故宫", ["北", "京", "北京", "故", "宫", "故宫"]),
        ("ガール", ["ガ", "ー", "ル", "ガー", "ール"]),
        ("ｶﾞｰﾙ", ["ガ", "ー", "ル", "ガー", "ール"]),
        ("ム・ハン", ["ム", "ハ", "ン", "ハン"]),
        ("서울", ["서", "울", "서울"]),
        ("\U00020000\U00020001", ["\U00020000", "\U00020001", "\U00020000\U00020001"]),
        ("film film", ["film", "film"]),
        ("", []),
        ("🎬 !? …", []),
        ("the of and", []),
    ],
)
def test_words_of_a_text(text, expected):
    assert words(text) == expected


def test_voicing_marks_make_other_words_but_accents_do_not():
    assert words("パリ") != words("バリ")
    assert words("é") == words("e\u0301") == words("E")


@given(st.text())
def test_words_do_not_depend_on_case_form_or_dirt(text):
    assert words(clean_text(text)) == words(text)


@given(st.text())
def test_no_word_holds_space_or_punctuation_and_none_is_a_stop_word(text):
    for word in words(text):
        assert not [c for c in word.replace("_", "") if unicodedata.category(c)[0] in "PZC" and c.isprintable()]
        assert word not in STOP_WORDS


@given(st.text("故宫北京天坛", max_size=20))
def test_a_run_of_n_characters_has_n_words_and_the_pairs_between(run):
    assert len(words(run)) == max(0, 2 * len(run) - 1)


@given(st.lists(st.text("abc中文é", min_size=1), max_size=5), st.lists(st.text("abc中文é", min_size=1), max_size=5))
def test_words_of_two_texts_are_the_words_of_each(one, other):
    left, right = " ".join(one), " ".join(other)
    assert words(f"{left} {right}") == words(left) + words(right)
