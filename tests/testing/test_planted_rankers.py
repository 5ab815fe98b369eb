import statistics

from promptrec.evaluate.metrics.ranking import measure
from promptrec.rank.base import Setup
from promptrec.testing.planted_dataset import make_planted_dataset
from promptrec.testing.planted_rankers import PlantedCopier, PlantedMemoriser, PlantedReader

PLANT = make_planted_dataset(users=100)


def area(rankings):
    grades = {query_id: dict.fromkeys(ids, 1) for query_id, ids in PLANT.relevant.items()}
    return statistics.mean(measure(r.tie_groups(), grades[r.query_id], ["auc"])["auc"] for r in rankings)


def test_the_memoriser_knows_the_answers_by_title_alone():
    ranker = PlantedMemoriser.of(PLANT, Setup())
    assert area(ranker.rank(PLANT.requests)) > 0.95
    forgetful = PlantedMemoriser(Setup(), {})
    assert area(forgetful.rank(PLANT.requests)) == 0.5
    assert forgetful.rank(PLANT.requests[:1])[0].ties == 12


def test_the_reader_finds_the_answers_in_the_descriptions():
    rankings = PlantedReader(Setup()).rank(PLANT.requests)
    assert area(rankings) > 0.95
    assert {r.status for r in rankings} == {"ok"}


def test_the_copier_gives_back_the_order_of_the_request():
    for ranking, request in zip(PlantedCopier(Setup()).rank(PLANT.requests), PLANT.requests, strict=True):
        assert ranking.item_ids == tuple(item.item_id for item in request.candidates)
    assert abs(area(PlantedCopier(Setup()).rank(PLANT.requests)) - 0.5) < 0.06
