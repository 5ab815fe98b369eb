"""What items say of themselves that they are without."""

import pytest

from promptrec.intent.absence import says_without


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Flourless chocolate cake", "flour"),
        ("A walnut cake made without flour", "the flour"),
        ("Muffins without the use of oil", "oil"),
        ("Biscuits that don't contain butter", "butter"),
        ("Low-fat pancakes", "fat"),
        ("Bread with nonfat yoghurt", "fat"),
        ("An egg-free mayonnaise", "eggs"),
        ("Sugar-Free gum", "sugar"),
        ("A thriller without violence", "violence"),
        ("A jacket, free of leather", "leather"),
        ("不含牛奶的蛋糕", "牛奶"),
        ("低糖饼干", "糖"),
        ("无糖可乐", "糖"),
    ],
)
def test_it_says_that_it_is_without(text, refused):
    assert says_without(text, refused)


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("Butter cake", "butter"),
        ("A thriller not without violence", "violence"),
        ("Cheese toast", "oil"),
        ("Flower shop", "flour"),
        ("Careless whispers", "care about others"),
        ("牛奶蛋糕", "牛奶"),
        ("", "oil"),
        ("oil-free", "!"),
    ],
)
def test_it_does_not(text, refused):
    assert not says_without(text, refused)
