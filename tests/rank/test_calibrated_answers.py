"""`graded`: the grade a model expects, and what of it is said about this person."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.prompt import fit
from promptrec.rank.base import Setup
from promptrec.rank.label_tokens import word_tokens
from promptrec.rank.pointwise.calibrated_answers import Graded, expected_grade
from promptrec.template.template import Template
from promptrec.testing.scripted_engine import ScriptedEngine

HEADER = "---\nkind: graded\ndomain: films\nlanguage: en\nabout: a test\nanswers: [{}]\ntruncate: [item.title]\n---\n"
BODY = "{% block user %}They like {{ query.preferences }}.\nFilm: {{ item.title }}.\nIs it right? Say {}.{% endblock %}"
GRADES = st.lists(st.floats(-30, 0), min_size=2, max_size=9)


def asking_for(words):
    """A template in plain text, so that a space comes before each word; it tempts the little model to say the first."""
    return Template("t", HEADER.format(", ".join(words)) + BODY.replace("{}", f"{words[0]} or {' or '.join(words)}"))


def graded(words):
    return Graded(Setup(templates={"graded": asking_for(words)}))


def scores(ranking, name):
    return {item.item_id: item.scores[name] for item in ranking.items}


def grading(table, to_nobody=(1, 1, 1, 1, 1)):
    """An engine whose odds of the grades 1 to 5 depend on a word of the item, for a person who speaks of rain."""

    def logprob(text, label):
        odds = next((o for word, o in table.items() if word in text and "rain" in text), to_nobody)
        return math.log(0.9 * odds[int(label) - 1] / sum(odds))

    return ScriptedEngine(next=logprob)


def test_the_score_is_the_expected_grade_minus_that_of_nobody(build, request_for):
    engine = grading({"typhoon": (1, 1, 1, 1, 6), "bistro": (6, 1, 1, 1, 1)}, to_nobody=(1, 1, 6, 1, 1))
    ranking = build("graded").rank([request_for("rain")], engine)[0]
    assert (ranking.item_ids[0], ranking.item_ids[-1], ranking.status) == ("sea", "food", "ok")
    assert scores(ranking, "grade") == pytest.approx({"sea": 4.0, "food": 2.0, "war": 3.0, "love": 3.0, "space": 3.0})
    assert scores(ranking, "null-grade") == pytest.approx(dict.fromkeys(ranking.item_ids, 3.0))
    assert scores(ranking, "graded") == pytest.approx({"sea": 1, "food": -1, "war": 0, "love": 0, "space": 0})
    assert ranking.ordered_by == "graded" and ranking.ties == 3
    assert ranking.diagnostics == pytest.approx({"word-mass": 0.9})


def test_an_item_that_everybody_grades_best_says_nothing(build, request_for):
    def logprob(text, label):
        best = "5" if "typhoon" in text else "4" if "Soldiers" in text and "rain" in text else "2"
        return -0.1 if label == best else -9.0

    ranking = build("graded").rank([request_for("rain")], ScriptedEngine(next=logprob))[0]
    assert ranking.item_ids[0] == "war"
    assert max(scores(ranking, "grade"), key=scores(ranking, "grade").get) == "sea"
    assert scores(ranking, "graded")["sea"] == pytest.approx(0)


@pytest.mark.parametrize(
    "words", [("1", "2", "3", "4", "5"), ("Yes", "No"), ("poor", "fair", "good", "superb"), ("grade A", "grade B")]
)
def test_words_of_one_token_or_of_many_are_read_as_whole_words(words, request_for):
    """The oracle scores every word as a continuation of its own, whatever tokens it has or shares with the others."""
    engine, request = ScriptedEngine(), request_for("a ship beyond the planet")
    for item_id, grade in scores(graded(words).rank([request], engine)[0], "grade").items():
        (item,) = (item for item in request.candidates if item.item_id == item_id)
        prompt = fit(asking_for(words), request.query, (item,), (), engine.tokenizer, 10_000)
        tokens = word_tokens(engine.tokenizer, prompt.prompt.text, words)
        likelihoods = [math.exp(sum(r.get())) for r in engine.loglikelihood([prompt.encoded.ids] * len(words), tokens)]
        assert grade == pytest.approx(sum(n * p for n, p in enumerate(likelihoods, 1)) / sum(likelihoods))


def test_what_all_words_start_with_costs_no_reading_of_its_own(request_for):
    request = request_for(ids=("sea", "war"))
    asked = {}
    for words in (("g1", "g2", "g3"), ("g1", "h2", "i3")):
        engine = ScriptedEngine()
        graded(words).rank([request], engine)
        asked[words[1]] = len(engine.prompts)
    assert asked == {"g2": 2 * 2, "h2": 2 * 2 * 3}


def test_a_grade_that_cannot_be_read_leaves_its_item_last(request_for):
    engine = ScriptedEngine(fail=lambda text: "broken" if "Sea" in text and text.endswith("fair") else None)
    ranking = graded(("poor", "fair", "good")).rank([request_for("rain")], engine)[0]
    assert ranking.status == "repaired" and "broken" in ranking.reason
    assert ranking.item_ids[-1] == "sea" and ranking.items[-1].scores == {}


@given(GRADES)
def test_the_expected_grade_lies_between_the_worst_and_the_best(logprobs):
    assert 1 <= expected_grade(logprobs) <= len(logprobs) + 1e-9


@given(GRADES, st.floats(-800, 0))
def test_what_all_grades_share_makes_no_difference(logprobs, shared):
    assert expected_grade([p + shared for p in logprobs]) == pytest.approx(expected_grade(logprobs))


@given(GRADES)
def test_the_scale_turned_round_gives_the_grade_turned_round(logprobs):
    assert expected_grade(logprobs[::-1]) == pytest.approx(len(logprobs) + 1 - expected_grade(logprobs))


@given(GRADES, st.data())
def test_a_better_word_that_becomes_likelier_never_lowers_the_grade(logprobs, data):
    place = data.draw(st.integers(math.ceil(expected_grade(logprobs)) - 1, len(logprobs) - 1))
    raised = [p + (1.0 if n == place else 0.0) for n, p in enumerate(logprobs)]
    assert expected_grade(raised) >= expected_grade(logprobs) - 1e-9
