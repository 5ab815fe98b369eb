"""The curve of slots is drawn only where it is known which slot an item was in."""

import pytest

from promptrec.evaluate.checks.suite import position_curve
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.store import RunStore
from promptrec.testing.scripted_engine import ScriptedEngine


def curve(ranker, dataset, folder):
    engine = ScriptedEngine(next=lambda text, label: -1.0 - ord(label), reply=lambda text: "[A] > [B]")
    system = System(ranker, engine=engine)
    store = RunStore(folder, system.spec(dataset))
    store.append(system.open(dataset).rank_many(dataset.requests))
    return position_curve(system, dataset, store)


@pytest.mark.parametrize("ranker", ["listwise-labels", "listwise-text"])
def test_a_model_that_always_says_the_first_label_lifts_the_first_slot(ranker, planted_dataset, tmp_path):
    assert curve(ranker, planted_dataset(), tmp_path) == (6, 0, 0, 0, 0, 0)


@pytest.mark.parametrize("ranker", ["listwise-shifts", "query-likelihood", "listwise-labels+bm25", "random"])
def test_no_curve_where_an_item_had_several_slots_or_none(ranker, planted_dataset, tmp_path):
    assert curve(ranker, planted_dataset(users=3), tmp_path) == ()


def test_no_curve_where_candidates_were_shown_in_windows(planted_dataset, tmp_path):
    assert curve("listwise-text", planted_dataset(users=2, candidates=24), tmp_path) == ()
