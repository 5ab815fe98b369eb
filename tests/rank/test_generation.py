"""More candidates than a window holds: ordered window by window, from the back to the front."""

import math
import random
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.answer.base import ParseReport
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.rank.base import Setup
from promptrec.rank.listwise import generation
from promptrec.rank.listwise.generation import STEP, WINDOW, ListwiseText, windows
from promptrec.rank.ordering import seeded_order
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine

SETUP = Setup(templates={"listwise-text": load_template("films/en", kind="listwise-text")})


class Counting(ScriptedEngine):
    """Counts how often it is asked, however many prompts it is asked at once."""

    asked = 0

    def generate(self, *args, **options):
        self.asked += 1
        return super().generate(*args, **options)


def request_of(n, query_id="q", retrieved=None):
    """Candidates called Film 0 to Film n - 1, in some order; the last is the best."""
    items = [Item(item_id=f"i{v}", title=f"Film {v}") for v in range(n)]
    random.Random(n).shuffle(items)
    return RankRequest(Query(preferences="something good", query_id=query_id), tuple(items), retrieved or {})


def by_value(n):
    """A retriever that is right."""
    return {f"i{v}": float(v) for v in range(n)}


def best_first(n):
    return tuple(f"i{v}" for v in reversed(range(n)))


def shown_in(text):
    return [(label, int(v)) for label, v in re.findall(r"^\[(\w+)\] Film (\d+)$", text, re.MULTILINE)]


def written(labels):
    return " > ".join(f"[{label}]" for label in labels)


def rightly(text):
    return written(label for label, _ in sorted(shown_in(text), key=lambda shown: -shown[1]))


def copied(text):
    return written(label for label, _ in shown_in(text))


def rank(request, reply, **script):
    return ListwiseText(SETUP).rank([request], ScriptedEngine(reply=reply, **script))[0]


@given(st.integers(0, 500))
def test_windows_cover_the_list_from_the_back_each_overlapping_the_one_before(n):
    parts = windows(n)
    assert parts[0].stop == n and parts[-1].start == 0
    assert all(part.stop - part.start <= WINDOW for part in parts)
    assert all(later.stop - part.start == WINDOW - STEP for part, later in pairwise(parts))
    assert len(parts) == (math.ceil((n - WINDOW) / STEP) + 1 if n > WINDOW else 1)


@settings(max_examples=10, deadline=None)
@given(st.integers(21, 70), st.integers(0, 99))
def test_one_pass_of_right_windows_brings_the_best_ten_to_the_front(n, seed):
    engine = ScriptedEngine(reply=rightly)
    ranking = ListwiseText(Setup(templates=SETUP.templates, seed=seed)).rank([request_of(n)], engine)[0]
    assert ranking.item_ids[:STEP] == best_first(n)[:STEP] and ranking.status == "ok"
    assert ranking.usage.calls == ranking.usage.steps == math.ceil((n - WINDOW) / STEP) + 1 == len(engine.prompts)
    assert [item.scores["listwise-text"] for item in ranking.items] == list(range(n, 0, -1))


def test_a_window_is_enough_for_twenty():
    request, engine = request_of(WINDOW, retrieved=by_value(WINDOW)), ScriptedEngine(reply=rightly)
    ranking = ListwiseText(SETUP).rank([request], engine)[0]
    assert ranking.item_ids == best_first(WINDOW) and ranking.usage.steps == len(engine.prompts) == 1
    assign = [item.item_id for item in seeded_order(request.candidates, 0, "q")]
    assert [f"i{v}" for _, v in shown_in(engine.prompts[0])] == assign


def test_the_retriever_says_who_waits_at_the_back():
    engine = ScriptedEngine(reply=rightly)
    ListwiseText(SETUP).rank([request_of(45, retrieved=by_value(45))], engine)
    assert {v for _, v in shown_in(engine.prompts[0])} == set(range(20))
    assert {v for _, v in shown_in(engine.prompts[-1])} == set(range(30, 45))


def test_a_model_that_copies_does_not_pass_for_the_retriever():
    ranking = rank(request_of(45, retrieved=by_value(45)), copied)
    assert len({*ranking.item_ids[:10]} & {*best_first(45)[:10]}) < 10
    assert ranking.item_ids[:20] != best_first(45)[:20]


def test_without_a_retriever_a_copied_order_is_the_seeded_random_one_not_the_one_given():
    request = request_of(45)
    turned = RankRequest(request.query, request.candidates[::-1])
    ranking = rank(request, copied)
    assert ranking.item_ids == rank(turned, copied).item_ids
    assert ranking.item_ids == tuple(item.item_id for item in seeded_order(request.candidates, 0, "q"))


@pytest.mark.parametrize("broken", [{}, {"fail": lambda text: "out of memory" if "Film 3\n" in text else None}])
def test_a_window_that_cannot_be_read_leaves_its_part_as_it_was(broken):
    def silent_at_the_back(text):
        return "I am sorry." if "Film 3\n" in text else rightly(text)

    # Film 3 is among the last 20 of 45, whose part stays as the retriever has it.
    ranking = rank(request_of(45, retrieved=by_value(45)), silent_at_the_back, **broken)
    assert ranking.status == "repaired" and ranking.item_ids == best_first(45)
    assert "1 of them could not be read" in ranking.reason
    assert ("out of memory" in ranking.reason) == bool(broken)
    assert len(ranking.reply.missing) == (0 if broken else 20)


def test_what_replies_leave_out_adds_up_and_stays_in_the_order_it_had():
    def best_three(text):
        return written(label for label, _ in sorted(shown_in(text), key=lambda shown: -shown[1])[:3])

    ranking = rank(request_of(30, retrieved=by_value(30)), best_three)
    assert ranking.status == "repaired" and ranking.item_ids == best_first(30)
    assert len(ranking.reply.missing) == 2 * (WINDOW - 3) and "left out 34 candidates" in ranking.reason


def test_when_no_window_can_be_read_the_order_is_the_retrievers():
    ranking = rank(request_of(45, retrieved=by_value(45)), lambda text: "I am sorry.")
    assert ranking.status == "fallback" and ranking.item_ids == best_first(45) and "retriever" in ranking.reason
    assert ranking.ordered_by == "retriever"


def test_when_every_window_fails_so_does_the_ranking():
    ranking = rank(request_of(45, retrieved=by_value(45)), rightly, fail=lambda text: "out of memory")
    assert ranking.status == "failed" and ranking.items == () and "out of memory" in ranking.reason


def test_the_windows_of_many_people_are_asked_together():
    engine = Counting(reply=rightly)
    asked = [request_of(60, "a"), request_of(60, "b"), request_of(40, "c"), request_of(20, "d")]
    rankings = ListwiseText(SETUP).rank(asked, engine)
    assert [ranking.usage.steps for ranking in rankings] == [5, 5, 3, 1] and engine.asked == 5
    for request, ranking in zip(asked, rankings, strict=True):
        assert ranking.item_ids == rank(request, rightly).item_ids


def test_what_replies_left_out_is_copied_as_often_for_many_windows_as_for_few(monkeypatch):
    copied = []

    class Counted(ParseReport):
        def __init__(self, **faults):
            copied.append(sum(map(len, faults.values())))
            super().__init__(**faults)

    monkeypatch.setattr(generation, "ParseReport", Counted)
    work = {}
    for n in (110, 220):
        copied.clear()
        ranking = rank(request_of(n), lambda text: "[A]")
        assert len(ranking.reply.missing) == (WINDOW - 1) * len(windows(n))
        work[n] = sum(copied)
    assert work[220] <= 2.2 * work[110]
