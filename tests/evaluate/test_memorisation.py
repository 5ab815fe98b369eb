from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import InputError
from promptrec.evaluate.checks.memorisation import masked_titles, permuted_titles, title_variants
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.evaluate.metrics.ranking import measure
from promptrec.evaluate.stats.significance import paired_difference
from promptrec.rank.base import Setup
from promptrec.testing.planted_dataset import make_planted_dataset
from promptrec.testing.planted_rankers import PlantedMemoriser, PlantedReader

PLANT = make_planted_dataset(users=200)
GRADES = {query_id: dict.fromkeys(ids, 1) for query_id, ids in PLANT.relevant.items()}
DATASET = Dataset("planted", "en", PLANT.catalog, PLANT.requests, GRADES, tuple(r.query for r in PLANT.requests))


def catalog(*titles):
    return Catalog([Item(item_id=f"i{n}", title=title) for n, title in enumerate(titles)], name="shop", credit="us")


def scores(ranker, dataset, metric="ndcg@10"):
    return {
        r.query_id: measure(r.tie_groups(), GRADES[r.query_id], [metric])[metric] for r in ranker.rank(dataset.requests)
    }


def gaps(ranker):
    by_variant = {name: scores(ranker, dataset) for name, dataset in title_variants(DATASET, seed=1).items()}
    real = by_variant.pop("real")
    return {name: paired_difference(real, other) for name, other in by_variant.items()}


def test_a_memoriser_is_caught():
    for difference in gaps(PlantedMemoriser.of(PLANT, Setup())).values():
        assert difference.mean > 0.3 and difference.low > 0.3 and difference.p < 0.001


def test_a_reader_is_not():
    for difference in gaps(PlantedReader(Setup())).values():
        assert abs(difference.mean) < 0.02 and difference.low <= 0 <= difference.high


SMALL = Dataset(
    "tiny",
    "zh",
    Catalog(
        [
            Item(item_id="a", title="Alien", fields={"description": "Alien is set in space.", "year": 1979}),
            Item(item_id="b", title="Heat", fields={"description": "A chase. Alien to Heat fans."}),
            Item(item_id="c", title="Big", fields={"description": "A boy grows."}),
        ],
        name="shop",
        credit="us",
    ),
    (),
    {"q": {"b": 1}},
    (Query(query_id="q", preferences="As good as Alien", history=("Alien", "c")),),
)
SMALL = replace(SMALL, requests=(RankRequest(SMALL.queries[0], (SMALL.catalog["b"], SMALL.catalog["c"]), {"b": 2.0}),))


@pytest.mark.parametrize("variant", ["masked", "permuted"])
def test_titles_change_everywhere_at_once_and_all_else_stays(variant):
    new = title_variants(SMALL, 0)[variant]
    titles = {item.item_id: item.title for item in new.catalog}
    assert new.name == f"tiny-{variant}" and (new.catalog.name, new.catalog.credit) == ("shop", "us")
    assert new.catalog["a"].fields == {"description": f"{titles['a']} is set in space.", "year": 1979}
    # Only an item's own title is replaced in its fields: others are what its text says.
    assert new.catalog["b"].fields["description"] == f"A chase. Alien to {titles['b']} fans."
    (query,), (request,) = new.queries, new.requests
    assert query == request.query
    assert query.history == (titles["a"], "c") and query.preferences == f"As good as {titles['a']}"
    assert request.candidates == (new.catalog["b"], new.catalog["c"]) and request.retrieved == {"b": 2.0}
    assert new.relevance is SMALL.relevance and new.language == "zh"


def test_the_real_variant_is_the_dataset_and_the_others_differ_in_what_rankers_see():
    found = title_variants(SMALL, 0)
    assert found["real"] is SMALL and list(found) == ["real", "masked", "permuted"]
    assert len({dataset.sha256 for dataset in found.values()}) == 3


def test_masked_titles_are_neutral_stable_and_all_different():
    many = catalog(*[f"Title {n}" for n in range(2000)])
    masked = masked_titles(many, "en", 0)
    assert len(set(masked.values())) == 2000 and all(title.startswith("Item ") for title in masked.values())
    assert masked == masked_titles(many, "en", 0) and masked != masked_titles(many, "en", 1)
    (only,) = masked_titles(catalog("故宫"), "zh", 0).values()
    assert only.startswith("条目 ") and len(only) == 7


@given(
    st.lists(st.sampled_from("ABCDEFGH"), min_size=2, max_size=20).filter(
        lambda titles: 2 * max(Counter(titles).values()) <= len(titles)
    ),
    st.integers(0, 5),
)
def test_permuted_titles_are_the_same_titles_and_nobody_keeps_one(titles, seed):
    shop = catalog(*titles)
    permuted = permuted_titles(shop, seed)
    assert sorted(permuted.values()) == sorted(titles)
    assert all(permuted[item.item_id] != item.title for item in shop)
    assert permuted == permuted_titles(shop, seed)


def test_another_seed_permutes_otherwise():
    shop = catalog(*"ABCDEFGH")
    assert permuted_titles(shop, 0) != permuted_titles(shop, 1)


def test_titles_of_which_most_are_the_same_cannot_be_permuted():
    with pytest.raises(InputError, match="^shop: titles cannot be permuted: 2 of 3 items are titled 'A'$"):
        permuted_titles(catalog("A", "A", "B"), 0)
