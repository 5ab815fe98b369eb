import numpy as np
import pytest

from promptrec.evaluate.baseline_comparison import compare_all, headline
from promptrec.evaluate.results import Estimate, RunResult
from promptrec.evaluate.run_spec import RunSpec
from promptrec.evaluate.stats.significance import holm, paired_difference

RNG = np.random.default_rng(4)
WORTH = RNG.beta(2, 3, 200)
VALUES = {
    name: {f"q{n}": float(v) for n, v in enumerate(WORTH + shift + RNG.normal(0, 0.12, 200))}
    for name, shift in {"yes-no": 0.1, "item-pmi": 0.0, "bm25": 0.0, "random": -0.1, "embedding": 0.008}.items()
}


def measured(ranker):
    mean = sum(VALUES[ranker].values()) / 200
    return RunResult(
        folder=ranker,
        spec=RunSpec(dataset="d", dataset_sha256="0", ranker=ranker, intent="rules-1"),
        baseline=ranker in {"bm25", "random", "embedding"},
        queries=200,
        metrics={"mrr": Estimate(mean=mean, low=None, high=None, n=200)},
    )


def runs(*rankers):
    found = [(measured(name), {"mrr": VALUES[name]}) for name in rankers]
    return sorted(found, key=lambda pair: -pair[0].metrics["mrr"].mean)


def test_every_system_meets_every_baseline_in_one_family():
    compared = {
        (c.system, c.reference): c for c in compare_all(runs("yes-no", "item-pmi", "bm25", "random"), "mrr", seed=3)
    }
    assert set(compared) == {(a, b) for a in ("yes-no", "item-pmi") for b in ("bm25", "random")}
    raw = {pair: paired_difference(VALUES[pair[0]], VALUES[pair[1]], seed=3) for pair in compared}
    corrected = holm({pair: difference.p for pair, difference in raw.items()})
    for pair, c in compared.items():
        assert (c.mean, c.low, c.high, c.p_holm) == (raw[pair].mean, raw[pair].low, raw[pair].high, corrected[pair])
    assert compared["yes-no", "bm25"].verdict.startswith("yes-no is better than bm25 in mrr by 0.")
    assert "no difference shown" in compared["item-pmi", "bm25"].verdict


@pytest.mark.parametrize(
    ("rankers", "begins", "says"),
    [
        (("yes-no", "bm25", "random"), "yes-no has the highest mrr", "yes-no is better than bm25"),
        (("random", "bm25", "item-pmi"), None, "no difference shown"),
        (("item-pmi", "embedding"), "A baseline is first: embedding has the highest mrr", "no difference shown"),
        (("bm25", "random"), "bm25 has the highest mrr", ""),
        (("item-pmi",), "item-pmi has the highest mrr", ""),
    ],
)
def test_the_headline_says_who_is_first_and_whether_it_is_shown(rankers, begins, says):
    found = runs(*rankers)
    said = headline([run for run, _ in found], compare_all(found, "mrr", seed=0), "mrr")
    assert said.startswith(begins or "") and says in said


def test_the_headline_says_when_a_baseline_won():
    found = runs("bm25", "random")
    worse = measured("yes-no").model_copy(update={"metrics": {"mrr": Estimate(mean=0.0, low=None, high=None, n=200)}})
    lost = [*found, (worse, {"mrr": dict.fromkeys(VALUES["bm25"], 0.0)})]
    said = headline([run for run, _ in lost], compare_all(lost, "mrr", seed=0), "mrr")
    assert said.startswith("A baseline won: bm25 has the highest mrr, 0.4")
    assert "the best system that reads a model is yes-no with 0.000. bm25 is better than yes-no in mrr" in said
