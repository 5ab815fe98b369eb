"""Planted dataset: a generated catalogue and queries whose relevant items are known by construction.

No model can have memorised it, and no ranker sees the answers: they are in `relevant` only.
"""

import random
from dataclasses import dataclass

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.testing.planted_vocabulary import OPENINGS, SETTINGS, TASTES, TITLE_FIRST, TITLE_LAST


@dataclass(frozen=True)
class PlantedDataset:
    """Catalogue, requests, and the IDs of the relevant items by query ID."""

    catalog: Catalog
    requests: tuple[RankRequest, ...]
    relevant: dict[str, frozenset[str]]


def make_planted_dataset(
    users: int = 300, items: int = 320, candidates: int = 12, right: int = 3, seed: int = 0
) -> PlantedDataset:
    """Generate queries with one taste each, and candidates of which `right` match it.

    Titles, popularity and the order of the candidates are random and independent of the taste.

    Args:
        users: number of queries.
        items: size of the catalogue, rounded down to a multiple of the 16 tastes.
        candidates: per query.
        right: relevant items among them.
        seed: of the generator.
    """
    rng = random.Random(seed)
    by_taste = {taste: [_item(rng, taste, n) for n in range(items // len(TASTES))] for taste in TASTES}
    catalog = Catalog([item for of_taste in by_taste.values() for item in of_taste], name="planted")
    requests, relevant = [], {}
    for n in range(users):
        taste = rng.choice(list(TASTES))
        liked = rng.sample(by_taste[taste], right)
        others = [item for other, of_taste in by_taste.items() if other != taste for item in of_taste]
        shown = liked + rng.sample(others, candidates - right)
        rng.shuffle(shown)
        words = rng.choice(OPENINGS).format(rng.choice(TASTES[taste].wishes))
        query = Query(query_id=f"user-{n:04d}", preferences=words)
        requests.append(RankRequest(query, tuple(shown)))
        relevant[query.query_id] = frozenset(item.item_id for item in liked)
    return PlantedDataset(catalog, tuple(requests), relevant)


def _item(rng: random.Random, taste: str, n: int) -> Item:
    title = f"The {rng.choice(TITLE_FIRST)} {rng.choice(TITLE_LAST)}"
    description = f"{TASTES[taste].plots[n % len(TASTES[taste].plots)]} {rng.choice(SETTINGS)}"
    item_id = f"{rng.getrandbits(40):010x}"
    return Item(
        item_id=item_id, title=title, fields={"description": description}, popularity=float(rng.randint(1, 1000))
    )
