import pytest
from pydantic import ValidationError

from promptrec.data.item import Item
from promptrec.template.test_case import TemplateTest

TITLES = ["Heidi", "Totoro", "Jaws", "Saw"]


@pytest.mark.parametrize(
    ("told", "broken"),
    [
        ({"exclude": "Saw"}, None),
        ({"exclude": ["Saw"], "top": "4"}, "Saw is at 4"),
        ({"include": "Heidi", "top": 1}, None),
        ({"include": ["Heidi", "Jaws"], "top": 2}, "Jaws is not among the first 2: it is at 3"),
        ({"include": "Alien"}, "Alien is not among the first 3"),
    ],
)
def test_what_is_wrong_with_a_ranking_is_said(told, broken):
    assert TemplateTest.model_validate(told).failure(TITLES) == broken


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"preferences": "x"},
        {"include": ["a", "b"], "top": 1},
        {"include": "a", "candidates": ["b", "c"]},
        {"include": "a", "top": 0},
    ],
)
def test_a_test_that_cannot_say_anything_is_refused(told):
    with pytest.raises(ValidationError):
        TemplateTest.model_validate(told)


def test_titles_are_cleaned_as_those_of_a_catalogue_are():
    item = Item(item_id="1", title="你好，世界")
    assert TemplateTest.model_validate({"include": "你好，世界"}).failure([item.title]) is None
