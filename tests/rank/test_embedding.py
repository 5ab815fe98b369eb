import statistics

import pytest

from promptrec import Query, RankRequest, Recommender
from promptrec.engine.registry import open_encoder
from promptrec.errors import ModelError, UnknownName
from promptrec.rank.base import Setup
from promptrec.rank.baselines.embedding import Embedding
from promptrec.retrieve.bm25 import document
from promptrec.retrieve.candidates import query_words
from promptrec.testing.planted_dataset import make_planted_dataset


@pytest.mark.slow
def test_the_score_is_the_cosine_of_the_two_texts(build, request_for, tiny_encoder):
    request = request_for("soldiers who hold a bridge")
    ranking = build("embedding").rank([request])[0]
    encoder = open_encoder(tiny_encoder)
    person = encoder.encode_query([query_words(request.query)]).vectors[0]
    items = encoder.encode_document(list(map(document, request.candidates))).vectors
    for item, vector in zip(request.candidates, items, strict=True):
        found = next(i for i in ranking.items if i.item_id == item.item_id)
        assert found.scores == {"embedding": pytest.approx(float(person @ vector), abs=1e-6)}
    cosines = [i.scores["embedding"] for i in ranking.items]
    assert cosines == sorted(cosines, reverse=True) and len(set(cosines)) == 5


def test_a_ranking_says_which_encoder_read_it(build, request_for):
    ranking = build("embedding").rank([request_for()])[0]
    assert (ranking.status, ranking.model, ranking.engine, ranking.templates) == ("ok", "tiny", None, ())
    assert ranking.ordered_by == "embedding" and ranking.reason == "" and ranking.usage.seconds > 0


def test_an_item_whose_own_words_are_asked_for_comes_first(build, request_for, catalog):
    requests = [request_for(document(item), query_id=item.item_id) for item in catalog]
    for ranking in build("embedding").rank(requests):
        assert ranking.item_ids[0] == ranking.query_id
        assert ranking.items[0].scores["embedding"] == pytest.approx(1, abs=1e-6)


def test_items_are_read_once_for_all_people(build, request_for):
    ranker = build("embedding")
    read = []
    ranker.member._member._encoder._model.register_forward_hook(
        lambda module, args, output: read.append(len(output["sentence_embedding"]))
    )
    for n in range(4):
        ranker.rank([request_for(f"wish {n}", query_id=f"q{n}"), request_for(f"hope {n}", query_id=f"p{n}")])
    assert sum(read) == 5 + 8


def test_the_recommender_passes_the_encoder_on_and_opens_it_only_when_it_ranks(catalog, tiny_encoder):
    Recommender.load(catalog=catalog, ranker="embedding", encoder="no such encoder")
    recommender = Recommender.load(catalog=catalog, ranker="embedding", encoder=str(tiny_encoder))
    ranking = recommender.recommend(Query(preferences="a leaking schooner"), k=2)
    assert (ranking.status, ranking.model, len(ranking.items)) == ("ok", "tiny", 2)
    assert recommender.engine is None
    assert recommender.recommend(Query()).status == "abstained"


def test_history_is_read_by_its_titles(catalog, tiny_encoder):
    recommender = Recommender.load(catalog=catalog, ranker="embedding", encoder=str(tiny_encoder))
    by_id, by_title = (recommender.recommend(Query(history=(entry,))) for entry in ("war", "The War Story"))
    assert by_id.items == by_title.items and "war" not in by_id.item_ids


def test_an_encoder_that_is_none_is_said(request_for, monkeypatch, tmp_path):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    with pytest.raises(UnknownName, match=r"unknown model 'minlm' \(did you mean 'minilm'\?\); known: minilm$"):
        Embedding(Setup(encoder="minlm")).rank([request_for()])
    with pytest.raises(ModelError, match="run `promptrec model add minilm`"):
        Embedding(Setup()).rank([request_for()])
    with pytest.raises(ModelError, match="smollm2-135m is a language model; this needs a text encoder"):
        Embedding(Setup(encoder="smollm2-135m")).rank([request_for()])


@pytest.mark.slow
@pytest.mark.model
def test_minilm_finds_planted_tastes_that_share_no_words(minilm):
    plant = make_planted_dataset(users=40, items=64, candidates=8, right=2)
    ranker = Embedding(Setup(catalog=plant.catalog))
    firsts = [ranking.item_ids[0] in plant.relevant[ranking.query_id] for ranking in ranker.rank(plant.requests)]
    assert statistics.mean(firsts) > 0.6, "chance is 0.25"
    nothing = RankRequest(Query(query_id="n"), plant.requests[0].candidates)
    assert len(ranker.rank([nothing])[0].items) == 8
