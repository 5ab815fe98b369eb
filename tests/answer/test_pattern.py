"""Patterns as the grammar compiler of the engines reads them."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.answer.base import literal
from promptrec.answer.registry import ANSWERS, answer_format
from promptrec.rank.label_tokens import label_names

ODD_TITLES = [
    "Star Wars: Episode IV – A New Hope",
    "#Alive",
    "[REC]",
    "(500) Days",
    "a-b & c~d",
    "哈利·波特",
    "it's",
    "50/50",
    'Quote " and \\ back',
    "x{2}",
    "$9.99",
    "^up",
    "a|b",
    "é",
    "tab\there",
    "two\nlines",
    "100%",
    "what?",
    "1*2+3",
]
LISTS = [("A",), label_names(3), label_names(50), [str(n) for n in range(1, 51)], ODD_TITLES]
CASES = [(name, choices) for name in ("labels", "titles", "json") for choices in LISTS]
CASES += [("yes-no", pair) for pair in (("Yes", "No"), ("是", "否"), ("would like", "wouldn't (at all)"))]


def accepts(pattern, text):
    xgrammar = pytest.importorskip("xgrammar")
    from xgrammar.testing import _is_grammar_accept_string

    return _is_grammar_accept_string(xgrammar.Grammar.from_regex(pattern), text)


@pytest.mark.parametrize(("name", "choices"), CASES)
def test_xgrammar_reads_the_pattern_as_re_does(name, choices, capfd):
    answer = answer_format(name)
    ideal = answer.write(choices[:1] if name == "yes-no" else choices[::-1])
    pattern = answer.pattern(choices)
    for text, right in ((ideal, True), (ideal + "x", False), (ideal[:-1], False), ("", False)):
        assert accepts(pattern, text) == right == bool(re.fullmatch(pattern, text))
    assert "arning" not in capfd.readouterr().err


def test_patterns_were_tried_for_every_format():
    assert {name for name, _ in CASES} == set(ANSWERS)


def test_a_pattern_holds_the_model_to_as_many_labels_as_there_are():
    pattern = answer_format("labels").pattern(label_names(3))
    assert re.fullmatch(pattern, "[C] > [A] > [B]")
    assert not re.fullmatch(pattern, "[C] > [A]")
    assert not re.fullmatch(pattern, "[C] > [A] > [D]")
    assert not re.fullmatch(pattern, "[C] > [A] > [B] > [A]")


@given(st.text(max_size=20))
def test_a_literal_matches_its_text(text):
    assert re.fullmatch(literal(text), text)


@given(st.text(max_size=6), st.text(max_size=6))
def test_a_literal_matches_nothing_else(text, other):
    assert bool(re.fullmatch(literal(text), other)) == (text == other)


@pytest.mark.parametrize("character", [chr(code) for code in range(32, 127)] + list("…–·三é　"))
@settings(max_examples=1)
@given(st.just(None))
def test_xgrammar_reads_every_literal_character(character, _):
    assert accepts(literal(character), character)
    assert not accepts(literal(character), "\x7f")
