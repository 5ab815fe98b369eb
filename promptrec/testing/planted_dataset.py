"""Planted dataset: a generated catalogue and queries whose relevant items are known by construction.

No model can have memorised it, and no ranker sees the answers: they are in `relevant` only.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest


class Taste(NamedTuple):
    """One taste: plot sentences of items, and wishes of people.

    The two share as few words as possible, so that a ranker must know what the words mean.
    """

    plots: tuple[str, ...]
    wishes: tuple[str, ...]


def _tastes() -> dict[str, Taste]:
    lines = (Path(__file__).parent / "planted_tastes.jsonl").read_text(encoding="utf-8").splitlines()
    return {t["taste"]: Taste(tuple(t["plots"]), tuple(t["wishes"])) for t in map(json.loads, lines)}


TASTES = _tastes()
SETTINGS = (
    "It takes place in a single week.",
    "Most of it happens in winter.",
    "It is told by the youngest of the family.",
    "It runs for just under two hours.",
    "Critics praised the acting.",
    "It was shot with a small crew.",
)

OPENINGS = (
    "I am in the mood for {}.",
    "What I really enjoy: {}.",
    "Please find me {}.",
    "Tonight I want {}.",
    "Give me {}, nothing else.",
)

TITLE_FIRST = ("Amber", "Silent", "Seventh", "Paper", "Crooked", "Northern", "Hollow", "Second", "Velvet", "Iron")
TITLE_LAST = ("Harvest", "Letter", "Window", "Road", "Promise", "Garden", "Signal", "Winter", "Bridge", "Hour")


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
    fields, popularity = {"description": description}, float(rng.randint(1, 1000))
    return Item(item_id=item_id, title=title, fields=fields, popularity=popularity)
