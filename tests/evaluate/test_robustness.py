import math
from dataclasses import replace

import pytest

from promptrec.data.query import Query
from promptrec.errors import UnknownName
from promptrec.evaluate.checks.robustness import DISTRACTORS, PERTURBATIONS, perturb
from promptrec.evaluate.checks.stability import mean_stability
from promptrec.rank.base import Setup
from promptrec.testing.planted_dataset import make_planted_dataset
from promptrec.testing.planted_rankers import PlantedCopier, PlantedReader

PLANT = make_planted_dataset(users=60)


def ids(request):
    return [item.item_id for item in request.candidates]


def saying(preferences, request=PLANT.requests[0]):
    return replace(request, query=Query(query_id="q", preferences=preferences, history=("A",), attributes={"age": "9"}))


def compared(ranker, kind, seed=0):
    """Mean stability of a ranker under one perturbation of the planted requests."""
    asked = perturb(PLANT.requests, kind, seed, "en")
    base = {ranking.query_id: ranking for ranking in ranker.rank(PLANT.requests)}
    return mean_stability((base[other.query_id], other) for other in ranker.rank(asked))


@pytest.mark.parametrize("kind", list(PERTURBATIONS))
def test_every_kind_changes_every_planted_request_and_keeps_whose_it_is(kind):
    asked = perturb(PLANT.requests, kind, 0, "en")
    assert [r.query.query_id for r in asked] == [r.query.query_id for r in PLANT.requests]
    assert all(new != old for new, old in zip(asked, PLANT.requests, strict=True))
    assert asked == perturb(PLANT.requests, kind, 0, "en") != perturb(PLANT.requests, kind, 1, "en")


def test_order_permutes_the_candidates_and_nothing_else():
    for new, old in zip(perturb(PLANT.requests, "order", 3, "zh"), PLANT.requests, strict=True):
        assert new.query == old.query and sorted(ids(new)) == sorted(ids(old)) and ids(new) != ids(old)


@pytest.mark.parametrize("kind", ["paraphrase", "typos", "distractor"])
def test_other_kinds_change_the_preferences_and_nothing_else(kind):
    old = saying("I love slow movies about trains")
    (new,) = perturb([old], kind, 0, "en")
    assert new.query.preferences != old.query.preferences
    assert new.query.model_copy(update={"preferences": old.query.preferences}) == old.query
    assert new.candidates == old.candidates


@pytest.mark.parametrize(
    ("kind", "preferences"),
    [
        ("paraphrase", ""),
        ("typos", ""),
        ("distractor", ""),
        ("typos", "7"),
        # Any more words and no query could hold them.
        ("paraphrase", ", " * 9_999 + "a"),
        ("distractor", "a" * 20_000),
    ],
)
def test_what_cannot_be_changed_is_left_out(kind, preferences):
    (left,) = perturb([saying(preferences), saying("quiet rivers and hills")], kind, 0, "en")
    assert len(left.query.preferences) < 100 and left.query.preferences


def test_one_candidate_has_no_other_order():
    assert perturb([replace(PLANT.requests[0], candidates=PLANT.requests[0].candidates[:1])], "order", 0, "en") == ()


@pytest.mark.parametrize(
    ("preferences", "language", "start"),
    [("rain.", "en", "rain. "), ("rain", "en", "rain. "), ("要安静", "zh", "要安静。"), ("安静吗?", "zh", "安静吗?")],
)
def test_a_distractor_comes_behind_a_whole_sentence(preferences, language, start):
    (new,) = perturb([saying(preferences)], "distractor", 0, language)
    said = new.query.preferences
    assert said.startswith(start) and said.removeprefix(start) in DISTRACTORS[language]


def test_unknown_kinds_and_languages_are_named():
    with pytest.raises(UnknownName, match="unknown perturbation 'typo'.*typos"):
        perturb([], "typo", 0, "en")
    with pytest.raises(UnknownName, match="unknown language 'fr'; known: en, zh"):
        perturb([], "typos", 0, "fr")


def test_a_copier_is_unmasked_by_other_orders():
    found = [compared(PlantedCopier(Setup()), "order", seed) for seed in range(5)]
    assert abs(math.fsum(s.kendall_tau for s in found) / 5) < 0.05
    assert min(s.top1_flip for s in found) > 0.8


def test_a_reader_does_not_mind_the_order_nor_other_words():
    for kind in ("order", "distractor"):
        assert compared(PlantedReader(Setup()), kind) == pytest.approx((1, 0))
    assert compared(PlantedReader(Setup()), "paraphrase").kendall_tau > 0.95
    assert compared(PlantedReader(Setup()), "typos").kendall_tau > 0.8


def test_a_copier_does_not_mind_words():
    assert compared(PlantedCopier(Setup()), "typos") == pytest.approx((1, 0))
