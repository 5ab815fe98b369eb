from dataclasses import replace

import pytest

from promptrec.data.interactions import Interactions
from promptrec.errors import InputError
from promptrec.evaluate.config import Config
from promptrec.evaluate.evaluator import evaluate
from promptrec.evaluate.run_spec import System
from promptrec.evaluate.runs.cost_estimate import estimate_cost
from promptrec.evaluate.runs.systems import TRAINED_BASELINES, check_training
from promptrec.rank.registry import RANKERS
from promptrec.testing.scripted_engine import ScriptedEngine

LEARNING = [*TRAINED_BASELINES, "bm25+item-knn", "bm25:5:implicit-mf"]


@pytest.mark.parametrize("ranker", LEARNING)
def test_what_learns_is_refused_without_interactions_and_told_which_file_to_write(planted_dataset, ranker):
    data = planted_dataset()
    with pytest.raises(InputError, match="put interactions.csv .* into its folder") as refused:
        check_training(System(ranker), data)
    error = refused.value
    assert error.code == "ranker-needs-interactions"
    assert (error.slots["ranker"], error.slots["name"]) == (ranker, data.name)
    assert str(error).startswith(f"{ranker} is trained on interactions, and the dataset {data.name} has none: ")
    check_training(System(ranker), replace(data, training=Interactions.from_tuples([("u", "a", 1)])))


def test_only_what_learns_is_refused(planted_dataset):
    data = planted_dataset()
    combined = [f"{name}+popular" for name in RANKERS] + [f"bm25:5:{name}" for name in RANKERS]
    refused = set()
    for name in (*RANKERS, *combined):
        try:
            check_training(System(name), data)
        except InputError as error:  # "popular+popular" is refused too, for another reason
            if "put interactions.csv" in str(error):
                refused.add(name)
    assert refused == {form for name in TRAINED_BASELINES for form in (name, f"{name}+popular", f"bm25:5:{name}")}


def test_it_is_said_before_anything_is_run_or_read(tmp_path, planted_dataset):
    config = Config(datasets=("planted",), rankers=("bm25", "item-knn"))
    with pytest.raises(InputError, match="put interactions.csv"):
        evaluate(config, tmp_path / "out", datasets=[planted_dataset()])
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match="put interactions.csv"):
        estimate_cost(config, ScriptedEngine())
