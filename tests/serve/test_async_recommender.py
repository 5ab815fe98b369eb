import asyncio

import pytest

from promptrec import AsyncRecommender, Catalog, Item, Query, Recommender
from promptrec.errors import InputError
from promptrec.testing.scripted_engine import ScriptedEngine


class DryRunEngine(ScriptedEngine):
    """Counts how many prompts came with each call."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def loglikelihood(self, prompts, continuations, *, adapter=None):
        self.sizes.append(len(prompts))
        return super().loglikelihood(prompts, continuations, adapter=adapter)


def front_door(engine):
    catalog = Catalog([Item(item_id=f"i{n}", title=f"Story {n}", fields={"description": "A ship."}) for n in range(4)])
    return AsyncRecommender(Recommender.load(template="films/en", catalog=catalog, engine=engine))


def test_callers_that_arrive_together_are_ranked_in_one_batch():
    async def main():
        engine = DryRunEngine()
        async with front_door(engine) as door:
            queries = [Query(preferences=f"ship {n}", query_id=f"q{n}") for n in range(10)]
            rankings = await asyncio.gather(*(door.rank(q, ["i0", "i1"]) for q in queries))
        assert [r.query_id for r in rankings] == [q.query_id for q in queries]
        assert sum(engine.sizes) == 20 and len(engine.sizes) < 10

    asyncio.run(main())


def test_the_answer_is_that_of_the_plain_recommender():
    async def main():
        async with front_door(ScriptedEngine()) as door:
            return await door.recommend(Query(preferences="a ship"), k=2)

    plain = front_door(ScriptedEngine())._recommender.recommend(Query(preferences="a ship"), k=2)
    assert asyncio.run(main()).item_ids == plain.item_ids


def test_a_mistake_raises_in_its_caller_alone():
    async def main():
        async with front_door(ScriptedEngine()) as door:
            good, bad = await asyncio.gather(
                door.rank(Query(preferences="ship"), ["i0"]),
                door.rank(Query(preferences="ship"), ["nope"]),
                return_exceptions=True,
            )
        assert good.item_ids == ("i0",)
        assert isinstance(bad, InputError)

    asyncio.run(main())


def test_outside_its_block_it_says_so():
    with pytest.raises(RuntimeError, match="async with"):
        asyncio.run(front_door(ScriptedEngine()).rank(Query(preferences="ship"), ["i0"]))
