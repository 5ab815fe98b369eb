"""Label probabilities, and cyclic shifts that average out position bias."""

import re
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, ranker_parts
from promptrec.rank.label_tokens import label_names
from promptrec.rank.listwise.cyclic_shifts import ListwiseShifts, cyclic_shifts
from promptrec.rank.listwise.labels import Assignment
from promptrec.rank.result_builder import ResultBuilder
from promptrec.template.loader import load_template
from promptrec.testing.scripted_engine import ScriptedEngine

SETUP = Setup(templates={"listwise-labels": load_template("films/en", kind="listwise-labels")})
FIRST_IS_DEAR = (3.0, 1.0, 0.5, 0.2, 0.0, 0.0, -0.2, -0.3, -0.4, -0.5, -0.6, -2.0)


class EveryShift(ListwiseShifts):
    shifts = 100
    top = 100


def request_of(n, query_id="q", words="something good"):
    """Candidates called Film 0 to Film n - 1; the last is the best."""
    items = tuple(Item(item_id=f"i{v}", title=f"Film {v}") for v in range(n))
    return RankRequest(Query(preferences=words, query_id=query_id), items)


def best_first(n):
    return tuple(f"i{v}" for v in reversed(range(n)))


def shown_in(text):
    """The number of the film behind each label of a prompt."""
    return {label: int(v) for label, v in re.findall(r"^\[(\w+)\] Film (\d+)$", text, re.MULTILINE)}


def logprob(bias):
    """A model that likes Film v by v / 5 nats, and each slot as `bias` says."""

    def read(text, label):
        shown = shown_in(text)
        return -9.0 + shown[label] / 5 + bias[list(shown).index(label)] if label in shown else -30.0

    return read


def engine_with(bias, **script):
    return ScriptedEngine(next=logprob(bias), **script)


def scores(ranking, name):
    return {item.item_id: item.scores[name] for item in ranking.items}


def test_more_candidates_than_labels_is_answered_with_what_to_do_instead():
    ranking = build_ranker("listwise-labels", SETUP).rank([request_of(27)], ScriptedEngine())[0]
    assert ranking.status == "failed" and "27 candidates" in ranking.reason and "26 labels" in ranking.reason
    assert "the ranker tournament" in ranking.reason
    assert ranker_parts(re.search(r"bm25\S+", ranking.reason)[0]) == ("bm25", "listwise-labels")


def test_more_candidates_than_fit_are_answered_with_fewer():
    ranking = build_ranker("listwise-labels", SETUP).rank([request_of(24)], ScriptedEngine(context_length=200))[0]
    assert ranking.status == "failed" and "room for" in ranking.reason and "bm25:12:listwise-labels" in ranking.reason


@pytest.mark.slow
@given(st.integers(1, 40), st.integers(1, 50))
def test_in_shifts_every_candidate_visits_slots_that_lie_evenly_apart(n, shifts):
    request = request_of(n)
    assignments = [
        assignment.items for assignment in cyclic_shifts(Assignment(ResultBuilder(request), request.candidates), shifts)
    ]
    assert len(assignments) == min(n, shifts) and assignments[0] == request.candidates
    for item in request.candidates:
        slots = sorted(assignment.index(item) for assignment in assignments)
        gaps = [(after - slot - 1) % n + 1 for slot, after in zip(slots, slots[1:] + slots[:1], strict=True)]
        assert len(set(slots)) == len(slots)
        assert set(gaps) <= {n // len(slots), -(-n // len(slots))}


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.integers(0, 99))
def test_as_many_shifts_as_candidates_find_the_order_whatever_the_slots_are_worth(n, bias, seed):
    ranker = build_ranker("listwise-shifts", Setup(templates=SETUP.templates, seed=seed))
    ranking = ranker.rank([request_of(n)], engine_with(bias))[0]
    assert min(n, 2) <= ranking.usage.calls == ranking.usage.steps <= n
    assert ranking.item_ids == best_first(n) or ranking.usage.calls < n


def test_shifts_find_the_order_that_one_reading_does_not():
    request, engine = request_of(12), engine_with(FIRST_IS_DEAR)
    assert build_ranker("listwise-labels", SETUP).rank([request], engine)[0].item_ids != best_first(12)
    ranking = EveryShift(SETUP).rank([request], engine)[0]
    assert ranking.item_ids == best_first(12) and ranking.status == "ok"
    assert ranking.usage.calls == ranking.usage.steps == 12


def worth_by_words(text, label):
    """Whoever wants something clear is told candidates apart by nats; for others slots alone decide."""
    clear = 100 * ("something clear" in text)
    shown = shown_in(text)
    return -9.0 + clear * shown[label] / 5 + FIRST_IS_DEAR[list(shown).index(label)] if label in shown else -30.0


def test_rounds_go_on_only_for_those_whose_first_three_do_not_stand():
    rounds = []

    class Counted(ScriptedEngine):
        def next_logprobs(self, prompts, label_ids, *, adapter=None):
            rounds.append(len(prompts))
            return super().next_logprobs(prompts, label_ids, adapter=adapter)

    clear, unclear = (
        [request_of(12, f"{words}{n}", f"something {words}") for n in range(3)] for words in ("clear", "vague")
    )
    asked = [request for pair in zip(clear, unclear, strict=True) for request in pair]
    rankings = build_ranker("listwise-shifts", SETUP).rank(asked, Counted(next=worth_by_words))
    assert [ranking.usage.calls for ranking in rankings] == [2, 4] * 3
    assert all(ranking.usage.steps == ranking.usage.calls for ranking in rankings)
    assert all(ranking.item_ids == best_first(12) for ranking in rankings[::2])
    assert rounds == [6, 6, 3, 3]


@given(st.integers(2, 40), st.sampled_from([2, 4, 8]))
def test_the_first_two_shifts_lie_half_of_the_slots_apart(n, shifts):
    request = request_of(n * shifts)
    first, second, *_ = cyclic_shifts(Assignment(ResultBuilder(request), request.candidates), shifts)
    assert first.items.index(second.items[0]) == n * shifts // 2


def test_four_shifts_leave_of_a_slope_only_what_lies_between_them():
    slope = [-0.3 * slot for slot in range(12)]

    def spread(name):
        found = scores(build_ranker(name, SETUP).rank([request_of(12)], engine_with(slope))[0], name)
        worth_of_slots = [score - int(item_id[1:]) / 5 for item_id, score in found.items()]
        return max(worth_of_slots) - min(worth_of_slots)

    assert spread("listwise-labels") == pytest.approx(0.3 * 11)
    assert spread("listwise-shifts") == pytest.approx(0.3 * 2)


def test_the_score_of_shifts_is_the_mean_of_their_readings_and_the_first_is_kept():
    request, engine = request_of(10), engine_with(FIRST_IS_DEAR)
    ranking = build_ranker("listwise-shifts", SETUP).rank([request], engine)[0]
    assert len(engine.prompts) == ranking.usage.calls > 2 and "label-mass" in ranking.diagnostics
    for item_id, score in scores(ranking, "listwise-shifts").items():
        read = [logprob(FIRST_IS_DEAR)(text, label_of(text, item_id)) for text in engine.prompts]
        assert score == pytest.approx(fmean(read))
        assert ranking_of_one(ranking, item_id)["listwise-labels"] == pytest.approx(read[0])
    plain = build_ranker("listwise-labels", SETUP).rank([request], engine_with(FIRST_IS_DEAR))[0]
    assert scores(plain, "listwise-labels") == scores(ranking, "listwise-labels")


def label_of(text, item_id):
    return next(label for label, v in shown_in(text).items() if f"i{v}" == item_id)


def ranking_of_one(ranking, item_id):
    return next(item.scores for item in ranking.items if item.item_id == item_id)


def test_a_shift_that_cannot_be_read_counts_for_nothing_and_is_said():
    probe = engine_with([0.0] * 10)
    build_ranker("listwise-labels", SETUP).rank([request_of(10)], probe)
    first = probe.prompts[0]
    engine = engine_with([0.0] * 10, fail=lambda text: "out of memory" if text == first else None)
    ranking = build_ranker("listwise-shifts", SETUP).rank([request_of(10)], engine)[0]
    assert ranking.status == "repaired" and ranking.item_ids == best_first(10)
    assert "1 of 3 shifts" in ranking.reason and "out of memory" in ranking.reason
    assert all("listwise-labels" not in item.scores for item in ranking.items)


def test_the_slots_of_a_prompt_are_labelled_in_the_order_of_the_alphabet():
    engine = engine_with([0.0] * 9)
    build_ranker("listwise-labels", SETUP).rank([request_of(9)], engine)
    assert tuple(shown_in(engine.prompts[0])) == label_names(9)
