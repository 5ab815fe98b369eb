"""The three laws of an answer format, for arbitrary choices and in both languages."""

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptrec.answer.json_list import JsonList
from promptrec.answer.labels import Labels
from promptrec.answer.registry import ANSWERS, answer_format
from promptrec.answer.titles import Titles
from promptrec.answer.yes_no import YesNo
from promptrec.testing.answer_contract import LABELS, AnswerContract

LABEL = st.text("ABCDEFGHIabcdexyz0123456789", min_size=1, max_size=3)
WORD = st.text("abdefgklmnorsuvyzÉé是否好值得推荐行", min_size=1, max_size=8)
AWKWARD = st.sampled_from(
    [
        "[REC]",
        "(500) Days",
        "1984",
        "1. Up",
        "2) It",
        "- x",
        "a > b",
        "A, B",
        '"Quoted"',
        "《活着》",
        "三体II",
        "哈利·波特",
        "Am I > You?",
        "#Alive",
        "$9.99",
        "a|b",
        "^up",
        "back\\slash",
        "x{2}",
        "50/50",
        "Dune (2021)",
        "Dune (1984)",
        "…",
        "!!!",
        "* * *",
        "**bold**",
        "《三体》、《活着》",
        "a\nb",
        "&amp;",
        "[…]",
        "T" * 400,
    ]
)
TITLE = st.one_of(AWKWARD, st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30))


def spelt(text):
    """What tells two choices apart: distinct choices differ in more than white space and width."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def orders(of, most):
    distinct = st.lists(of.filter(spelt), min_size=1, max_size=most, unique_by=spelt)
    return distinct.flatmap(lambda choices: st.tuples(st.just(tuple(choices)), st.permutations(choices)))


def words(least):
    """Two words that differ in more than case."""
    pair = st.lists(WORD, min_size=2, max_size=2, unique_by=lambda w: unicodedata.normalize("NFKC", w).casefold())
    return pair.flatmap(lambda two: st.tuples(st.just(tuple(two)), st.sampled_from([[w] for w in two])))


CASES = {
    "labels": orders(LABEL, 50),
    "titles": orders(TITLE, 12),
    "json": st.one_of(orders(LABEL, 50), orders(TITLE, 12)),
    "yes-no": words(2),
}


def both_languages(test):
    return pytest.mark.parametrize("language", ["en", "zh"])(pytest.mark.parametrize("name", sorted(ANSWERS))(test))


def test_every_format_obeys_the_laws():
    assert set(CASES) == set(ANSWERS)


@pytest.mark.slow
@both_languages
@given(data=st.data())
def test_what_is_written_is_parsed(name, language, data):
    choices, order = data.draw(CASES[name])
    answer = answer_format(name, language)
    parsed = answer.parse(answer.write(order), choices)
    assert parsed.order == tuple(order)
    assert parsed.report.is_clean


@pytest.mark.slow
@both_languages
@given(data=st.data())
def test_part_of_an_order_is_parsed_and_the_rest_is_missing(name, language, data):
    choices, order = data.draw(CASES[name])
    part = order[: data.draw(st.integers(1, len(order)))]
    answer = answer_format(name, language)
    parsed = answer.parse(answer.write(part), choices)
    assert parsed.order == tuple(part)
    assert set(parsed.report.missing) == (set() if name == "yes-no" else set(choices) - set(part))


@pytest.mark.slow
@both_languages
@given(data=st.data())
def test_what_is_written_matches_the_pattern(name, language, data):
    choices, order = data.draw(CASES[name])
    answer = answer_format(name, language)
    pattern = answer.pattern(choices)
    assert re.fullmatch(pattern, answer.write(order))
    assert not re.fullmatch(pattern, answer.write(order) + "\n\n")
    assert not re.fullmatch(pattern, "\n" + answer.write(order))


@pytest.mark.slow
@both_languages
@given(data=st.data())
def test_an_echoed_instruction_is_no_answer(name, language, data):
    choices, _ = data.draw(CASES[name])
    assume(name != "yes-no" or "with" not in choices)
    answer = answer_format(name, language)
    told = answer.instruction(choices)
    for echo in (told, f"  {told}\n", f"{told}\n{told}"):
        assert answer.parse(echo, choices).order == ()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", ["labels", "titles", "json"])
def test_formats_of_lists_take_the_words_of_their_instruction_as_choices(name, language):
    """A format that shows its form with a word in it ("[best] > [next]") ranks that word when it is echoed."""
    answer = answer_format(name, language)
    told = answer.instruction(("A", "B"))
    choices = tuple(dict.fromkeys(re.findall(r"\w+", told)))
    assert answer.parse(answer.instruction(choices), choices).order == ()


class TestLabels(AnswerContract):
    choices = (LABELS[:1], LABELS)

    @pytest.fixture
    def build(self):
        return Labels


@pytest.mark.parametrize("build", [Titles, JsonList])
class TestTitles(AnswerContract):
    pass


class TestYesNo(AnswerContract):
    choices = (("Yes", "No"), ("是", "否"))
    longest_order = 1

    @pytest.fixture
    def build(self):
        return YesNo


class Echoes(Titles):
    """Breaks the laws: it reads its own instruction as an answer, and writes what it cannot read."""

    def instruction(self, choices):
        return self.write(choices)

    def write(self, order):
        return super().write(order[:1])


def test_the_contract_finds_a_format_that_breaks_the_laws():
    contract = AnswerContract()
    with pytest.raises(AssertionError):
        contract.test_an_ideal_answer_is_parsed_as_its_order(Echoes, "en")
    with pytest.raises(AssertionError):
        contract.test_an_echoed_instruction_names_nothing(Echoes, "en")
    with pytest.raises(AssertionError):
        contract.test_the_instruction_is_in_its_language(Echoes, "zh")
