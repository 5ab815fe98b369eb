from hypothesis import given
from hypothesis import strategies as st

from promptrec.answer.mentions import LENGTH, LISTED, parsed

CHOICES = ("A", "B", "C", "D")


def test_each_choice_counts_at_its_first_mention():
    found = parsed(["C", "A", "C", "B", "C", "A"], CHOICES)
    assert found.order == ("C", "A", "B")
    assert found.report.repeated == ("C", "A")
    assert found.report.missing == ("D",)
    assert found.report.unknown == ()


def test_nothing_mentioned():
    found = parsed([], CHOICES)
    assert found.order == ()
    assert found.report.missing == CHOICES


def test_unknown_mentions_are_listed_once_and_cut_short():
    found = parsed([], CHOICES, ["x" * 500, "x" * 500, "y"])
    assert found.report.unknown == ("x" * LENGTH, "y")
    assert LENGTH == 80


def test_only_the_first_unknown_mentions_are_kept():
    found = parsed([], CHOICES, [str(n) for n in range(1000)])
    assert found.report.unknown == tuple(str(n) for n in range(LISTED))
    assert LISTED == 20


@given(st.lists(st.sampled_from(CHOICES)))
def test_every_choice_is_in_the_order_or_missing(mentions):
    found = parsed(mentions, CHOICES)
    assert sorted(found.order + found.report.missing) == list(CHOICES)
    assert set(found.order) == set(mentions)
    assert set(found.report.repeated) == {c for c in mentions if mentions.count(c) > 1}
