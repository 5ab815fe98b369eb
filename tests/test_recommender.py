import pytest

import promptrec
from promptrec import Catalog, Item, Query, RankRequest, Recommender
from promptrec.engine.base import Output
from promptrec.errors import EngineError, InputError, UnknownName
from promptrec.retrieve.bm25 import Bm25
from promptrec.testing.scripted_engine import ScriptedEngine

STORIES = {
    "space": ("Star Drift", "An astronaut drifts beyond the last planet in a silent ship."),
    "love": ("Slow Train", "Two strangers fall in love on a slow train to Paris."),
    "war": ("The Bridge", "Soldiers hold a bridge for three long days."),
    "food": ("Old Recipes", "A chef inherits a bistro and her grandmother's recipes."),
}


def catalog(popularity=True):
    return Catalog(
        [
            Item(item_id=i, title=t, fields={"description": d}, popularity=float(n) if popularity else None)
            for n, (i, (t, d)) in enumerate(STORIES.items())
        ]
    )


def recommender(**changes):
    options = {"catalog": catalog(), "engine": ScriptedEngine()} | changes
    return Recommender.load(template="films/en", **options)


def test_a_cold_user_with_only_words():
    ranking = recommender().recommend(Query(preferences="an astronaut in a silent ship"), k=2)
    assert ranking.item_ids[0] == "space"
    assert len(ranking.items) == 2 and ranking.status == "ok" and ranking.ranker == "query-likelihood"


def test_a_user_with_only_history_by_id_or_title_is_not_sent_what_they_know():
    for entry in ("war", "The Bridge", "bridge, the"):
        engine = ScriptedEngine()
        ranking = recommender(engine=engine).recommend(Query(history=(entry,)))
        assert "war" not in ranking.item_ids and len(ranking.items) == 3
        assert any("The Bridge" in text for text in engine.prompts), "the model reads titles, not IDs"


def test_history_and_words_together_both_reach_the_model():
    engine = ScriptedEngine()
    recommender(engine=engine).recommend(Query(preferences="trains please", history=("food",)))
    assert all("trains please" in text and "Old Recipes" in text for text in engine.prompts)


def test_somebody_of_whom_nothing_is_known_gets_a_list_that_says_so():
    engine = ScriptedEngine()
    by_count = recommender(engine=engine).recommend(Query(), k=3)
    assert by_count.status == "abstained" and "by popularity" in by_count.reason
    assert by_count.item_ids == ("food", "war", "love")
    in_order = recommender(engine=engine, catalog=catalog(popularity=False)).recommend(Query(), k=3)
    assert in_order.status == "abstained" and "catalogue's own" in in_order.reason
    assert in_order.item_ids == ("space", "love", "war")
    assert engine.prompts == [], "nothing was asked of the model"


def test_candidates_that_words_alone_do_not_fill_are_filled_up_with_a_note():
    ranking = recommender(retrieve=3).recommend(Query(preferences="grandmother"), k=3)
    assert "only 1 item shares a word" in ranking.reason
    assert len(ranking.items) == 3


def test_given_candidates_come_back_each_once():
    ranking = recommender().rank(Query(preferences="love in Paris"), ["war", catalog()["love"]])
    assert ranking.item_ids == ("love", "war")


def test_items_of_nobodys_catalogue_can_be_ranked():
    alone = Recommender.load(template="films/en", engine=ScriptedEngine())
    items = [Item(item_id="x", title="Soldiers of the bridge"), Item(item_id="y", title="A quiet lake")]
    assert alone.rank(Query(preferences="soldiers on a bridge"), items).item_ids[0] == "x"
    with pytest.raises(InputError, match="catalogue"):
        alone.recommend(Query(preferences="x"))


@pytest.mark.parametrize(
    ("candidates", "said"),
    [([], "no candidates"), (["war", "war"], "twice: war"), (["war", "nope"], "nope")],
)
def test_candidates_that_cannot_be_ranked_are_refused(candidates, said):
    with pytest.raises(InputError, match=said):
        recommender().rank(Query(preferences="x"), candidates)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ranker": "magic"}, "unknown ranker 'magic'; known: auto, bm25"),
        ({"engine": "magic"}, "unknown engine 'magic'.*transformers"),
        ({"engine": None, "model": "magic"}, "unknown model 'magic'"),
        ({"temprature": 1}, "temprature"),
        ({"dtype": "int3"}, "dtype"),
        ({"retrieve": 0}, "retrieve"),
    ],
)
def test_unknown_names_and_options_are_answered_with_the_known_ones(changes, said):
    with pytest.raises((UnknownName, InputError), match=said):
        recommender(**changes)


def test_an_unknown_template_lists_the_known_ones():
    with pytest.raises(UnknownName, match="unknown template 'flims/en'.*films/en"):
        Recommender.load(template="flims/en", catalog=catalog(), engine=ScriptedEngine())


@pytest.mark.parametrize("ranker", ["random", "bm25", "bm25:2:random", "bm25+random", "bm25~2"])
def test_the_words_of_a_catalogue_are_indexed_once(ranker, monkeypatch):
    built, build = [], Bm25.__init__
    monkeypatch.setattr(Bm25, "__init__", lambda index, catalog: built.append(catalog) or build(index, catalog))
    shop = catalog()
    for _ in range(2):
        found = Recommender.load(catalog=shop, ranker=ranker)
        found.recommend(Query(preferences="soldiers"), k=2)
        found.rank(Query(preferences="a chef"), ["food", "war"])
    assert built == [shop]


def test_everything_seen_leaves_nothing_to_recommend():
    with pytest.raises(InputError, match="history"):
        recommender().recommend(Query(history=tuple(STORIES)))


def test_k_below_one_is_refused():
    with pytest.raises(InputError, match="k must be at least 1"):
        recommender().recommend(Query(preferences="x"), k=0)


def requests(n):
    return [RankRequest(Query(preferences="a bridge", query_id=f"q{i}"), tuple(catalog())) for i in range(n)]


def test_a_run_keeps_the_order_of_its_requests_and_reports_progress():
    seen = []
    run = recommender().run(requests(134), progress=seen.append)
    assert [r.query_id for r in run] == [f"q{i}" for i in range(134)]
    assert seen == [128, 134]


def test_a_run_mixes_people_known_and_unknown():
    mixed = [*requests(1), RankRequest(Query(query_id="nobody"), tuple(catalog())), *requests(1)]
    assert [r.status for r in recommender().run(mixed)] == ["ok", "abstained", "ok"]


class DyingEngine(ScriptedEngine):
    """Answers its first call, then is gone, as a server that was killed."""

    calls = 0

    def loglikelihood(self, prompts, continuations, *, adapter=None) -> list[Output]:
        self.calls += 1
        if self.calls > 1:
            raise EngineError("cannot reach the server at http://127.0.0.1:1: start it again")
        return super().loglikelihood(prompts, continuations, adapter=adapter)


def test_an_engine_that_dies_does_not_lose_what_is_done():
    run = recommender(engine=DyingEngine()).run(requests(134))
    assert run.statuses == {"ok": 128, "failed": 6}
    assert all(r.items == () and "cannot reach the server" in r.reason for r in run[128:])


def test_an_engine_that_dies_under_one_person_raises():
    dying = recommender(engine=DyingEngine())
    dying.recommend(Query(preferences="a bridge"))
    with pytest.raises(EngineError, match="cannot reach"):
        dying.recommend(Query(preferences="a bridge"))


def test_the_same_seed_gives_the_same_ranking_and_the_evidence_is_there():
    first, second = (recommender(seed=3).recommend(Query(preferences="a bridge")) for _ in range(2))
    assert first.model_dump(exclude={"usage"}) == second.model_dump(exclude={"usage"})
    assert first.seed == 3 and first.templates[0].name == "films/en/query-likelihood" and first.model


def test_plain_words_are_a_query_and_many_are_numbered():
    with recommender() as front:
        words = "slow, sad science fiction"
        one, same = front.recommend(words, 3), front.recommend(Query(preferences=words), 3)
        assert one.item_ids == same.item_ids and [item.score for item in one] == [item.score for item in same]
        many = front.recommend_many([words, Query(query_id="b", history=("The Bridge",)), "war"], 3)
        assert [ranking.query_id for ranking in many] == ["query 1", "b", "query 3"]
        assert many[0].item_ids == one.item_ids and all(len(ranking) <= 3 for ranking in many)
        with pytest.raises(InputError, match="recommend_many takes a list"):
            front.recommend_many(words)


def test_a_block_closes_the_engine():
    engine = ScriptedEngine()
    closed = []
    engine.close = lambda: closed.append(True)
    with recommender(engine=engine):
        assert closed == []
    assert closed == [True]


@pytest.mark.slow
def test_the_face_of_the_package_is_whole():
    assert {"Interactions", "InputError", "load_template", "RankedItem"} <= set(promptrec.__all__)
    assert all(getattr(promptrec, name) for name in promptrec.__all__)
    assert "auto" in promptrec.list_rankers() and "query-likelihood" in promptrec.list_rankers()
    assert any(t.name == "films/en/yes-no" for t in promptrec.list_templates())
    assert any(info.name == "smollm2-135m" for info in promptrec.list_models())
