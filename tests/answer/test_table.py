import pytest

from promptrec.answer.base import Parsed, ParseReport
from promptrec.answer.registry import ANSWERS, answer_format
from promptrec.errors import PromptrecError, UnknownName


def test_the_four_formats():
    assert set(ANSWERS) == {"labels", "yes-no", "titles", "json"}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_format_knows_its_name(name):
    assert answer_format(name).name == name
    assert isinstance(answer_format(name, "zh"), ANSWERS[name])


def test_english_is_the_default():
    assert answer_format("labels").instruction(["A"]) == answer_format("labels", "en").instruction(["A"])


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(
        UnknownName, match=r"^unknown answer format 'label' \(did you mean 'labels'\?\); known: json, "
    ) as e:
        answer_format("label")
    assert isinstance(e.value, PromptrecError)
    assert all(name in str(e.value) for name in ANSWERS)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("report", "clean"),
    [
        (ParseReport(), True),
        (ParseReport(missing=("A",)), False),
        (ParseReport(repeated=("A",)), False),
        (ParseReport(unknown=("A",)), False),
    ],
)
def test_a_clean_report_has_nothing_in_it(report, clean):
    assert report.is_clean is clean


def test_what_is_parsed_cannot_be_changed():
    with pytest.raises(AttributeError):
        Parsed(("A",), ParseReport()).order = ()
