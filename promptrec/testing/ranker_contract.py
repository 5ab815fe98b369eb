"""Ranker contract: tests that every ranker must pass. Subclass `RankerContract` with a fixture named `build`.

Example:
    class TestMyRanker(RankerContract):
        @pytest.fixture
        def build(self):  # called with a seed, gives a new ranker
            return lambda seed=0: MyRanker(Setup(catalog=self.catalog, seed=seed))
"""

from collections.abc import Callable

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.base import Engine
from promptrec.rank.base import Ranker
from promptrec.rank.ranking import Ranking
from promptrec.testing.scripted_engine import ScriptedEngine

STORIES = {
    "space": "An astronaut drifts beyond the last planet in a silent ship.",
    "love": "Two strangers fall in love on a slow train to Paris.",
    "war": "Soldiers hold a bridge for three long days.",
    "food": "A chef inherits a bistro and her grandmother's recipes.",
    "sea": "A captain steers a leaking schooner through a typhoon.",
    "law": "A young lawyer defends a village against a mine.",
    "snow": "A postman crosses the mountains before the first snow.",
}
WORDS = ("a ship beyond the planet", "soldiers at the bridge", "quiet stories about a village and its mountains")
LOST = "CUDA out of memory"

Build = Callable[..., Ranker]


class RankerContract:
    """Every candidate once, independent of input order and batch, deterministic for a seed, failures reported."""

    catalog = Catalog(
        Item(item_id=i, title=f"The {i.title()} Story", fields={"description": d, "year": 1990 + n}, popularity=n)
        for n, (i, d) in enumerate(STORIES.items(), 1)
    )

    def engine(self, **script: object) -> Engine:
        """The engine that the ranker under test reads with."""
        return ScriptedEngine(**script)  # type: ignore[arg-type]

    def requests(self) -> list[RankRequest]:
        """Three requests with different queries and candidates."""
        ids = (tuple(STORIES), ("war", "sea", "love"), ("snow", "law", "food", "love", "space"))
        return [
            RankRequest(Query(preferences=words, query_id=f"q{n}"), tuple(self.catalog[i] for i in shown))
            for n, (words, shown) in enumerate(zip(WORDS, ids, strict=True))
        ]

    def one(self, ranker: Ranker, request: RankRequest, engine: Engine | None = None) -> Ranking:
        """The ranking of a single request."""
        return ranker.rank([request], engine or self.engine())[0]

    def test_every_candidate_comes_back_once_in_its_place(self, build: Build) -> None:
        for request, ranking in zip(self.requests(), build().rank(self.requests(), self.engine()), strict=True):
            assert sorted(ranking.item_ids) == sorted(item.item_id for item in request.candidates)
            assert [item.rank for item in ranking.items] == list(range(1, len(ranking.items) + 1))
            assert ranking.query_id == request.query.query_id

    def test_it_goes_by_its_name_and_so_do_its_scores(self, build: Build) -> None:
        ranker = build()
        ranking = self.one(ranker, self.requests()[0])
        assert ranking.ranker == ranker.name
        if ranking.status == "ok":
            assert all(ranker.name in item.scores for item in ranking.items)

    def test_a_batch_is_ranked_as_its_members_are_alone(self, build: Build) -> None:
        together = build().rank(self.requests(), self.engine())
        for ranking, request in zip(together, self.requests(), strict=True):
            assert ranking.item_ids == self.one(build(), request).item_ids

    def test_the_order_of_the_candidates_changes_nothing(self, build: Build) -> None:
        for request in self.requests():
            turned = RankRequest(request.query, request.candidates[::-1], request.retrieved)
            assert self.one(build(), request).item_ids == self.one(build(), turned).item_ids

    def test_the_same_seed_gives_the_same_ranking(self, build: Build) -> None:
        for request in self.requests():
            first, second = (self.one(build(seed=7), request) for _ in range(2))
            assert first.items == second.items and first.seed == 7

    def test_one_candidate_is_a_ranking_of_one(self, build: Build) -> None:
        request = RankRequest(self.requests()[0].query, (self.catalog["sea"],))
        assert self.one(build(), request).item_ids == ("sea",)

    def test_no_requests_are_no_rankings(self, build: Build) -> None:
        assert build().rank([], self.engine()) == []

    def test_when_every_prompt_fails_the_ranking_says_so(self, build: Build) -> None:
        ranking = self.one(build(), self.requests()[0], self.engine(fail=lambda text: LOST))
        if self._reads_model(build):
            assert ranking.status in ("failed", "fallback", "repaired") and LOST in ranking.reason
            assert (ranking.items == ()) == (ranking.status == "failed")
        else:
            assert ranking.items and LOST not in ranking.reason

    def test_a_person_whose_prompts_fail_leaves_the_others_alone(self, build: Build) -> None:
        if not self._reads_model(build):
            return
        engine = self.engine(fail=lambda text: LOST if WORDS[1] in text else None)
        rankings = build().rank(self.requests(), engine)
        assert rankings[1].status != "ok" and LOST in rankings[1].reason
        for place in (0, 2):
            assert rankings[place].item_ids == self.one(build(), self.requests()[place]).item_ids

    def test_usage_counts_what_was_read(self, build: Build) -> None:
        usage = self.one(build(), self.requests()[0]).usage
        assert (usage.prompt_tokens > 0) == (usage.calls > 0) == self._reads_model(build)
        assert usage.seconds > 0

    def _reads_model(self, build: Build) -> bool:
        return bool(self.one(build(), self.requests()[0]).templates)
