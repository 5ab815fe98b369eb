from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from promptrec.evaluate.checks.robustness import TYPOS, add_typos

TEXT = "please find me a quiet story about the sea and the long crossing " * 5
ZH = "你希望酒店提供早餐服务并且安静舒适" * 8


@pytest.mark.parametrize(("text", "language"), [(TEXT, "en"), (ZH, "zh")])
def test_one_letter_in_twenty_slips(text, language):
    letters = sum(c.isalpha() for c in text)
    for seed in range(10):
        # Slips side by side can undo one another in part.
        assert 0.8 * letters / 20 - 1 <= OSA.distance(text, add_typos(text, language, seed, "q")) <= letters / 20 + 1


def test_every_kind_of_slip_occurs():
    lengths = Counter(len(add_typos("shortish", "en", seed, "q")) for seed in range(60))
    assert lengths.keys() == {7, 8, 9} and min(lengths.values()) > 8


def test_chinese_characters_are_never_doubled():
    assert len(TYPOS["zh"]) == 2
    assert all(len(add_typos("你希望安静", "zh", seed, "q")) <= 5 for seed in range(60))


def test_digits_and_punctuation_stay():
    for seed in range(30):
        out = add_typos("评分4.5以上, 400-500元!", "zh", seed, "q")
        assert [c for c in out if not c.isalpha()] == list("4.5, 400-500!")


@given(st.text(max_size=40), st.integers(0, 5), st.sampled_from(["en", "zh"]))
def test_a_text_with_two_letters_changes_and_keeps_a_letter(text, seed, language):
    out = add_typos(text, language, seed, "q")
    if sum(c.isalpha() for c in text) < 2:
        assert out == text
        return
    assert out == add_typos(text, language, seed, "q")
    if sum(c.isalpha() for c in text) <= 29:
        assert out != text
    assert any(c.isalpha() for c in out)
