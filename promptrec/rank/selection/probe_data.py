"""The pairs that come with promptrec: what a person wants, and the one thing that fits, in English and Chinese."""

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest

FOLDER = Path(__file__).parent / "probe_pairs"
# Pairs in each language.
PEOPLE = 30
# What fits others, beside the one thing that fits.
OTHERS = 5
FULL_STOP = re.compile("[.。]")


@dataclass(frozen=True)
class Pairs:
    """Requests, and by query ID the one item that is right."""

    catalog: Catalog
    requests: tuple[RankRequest, ...]
    right: Mapping[str, str]
    seed: int = 0


def probe_pairs(language: str, seed: int = 0) -> Pairs:
    """The pairs of a language ("en" or "zh"), each right item among `OTHERS` that are drawn by the seed.

    Others of the same kind, a film among films, are drawn first: to tell a film from a dish tells little of a model.
    """
    lines = (FOLDER / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    items = [
        Item(item_id=f"p{n:02}", title=t["title"], fields={"description": t["description"]}) for n, t in enumerate(told)
    ]
    draw = random.Random(seed)
    requests = []
    for item, pair in zip(items, told, strict=True):
        others = draw.sample([other for other in items if other is not item], len(items) - 1)
        others.sort(key=lambda other: _kind(other) != _kind(item))
        shown = [item, *others[:OTHERS]]
        draw.shuffle(shown)
        requests.append(RankRequest(Query(query_id=item.item_id, preferences=pair["words"]), tuple(shown)))
    return Pairs(Catalog(items), tuple(requests), {item.item_id: item.item_id for item in items}, seed)


def _kind(item: Item) -> str:
    """What the first sentence of a description says the item is: a film, a dish."""
    return FULL_STOP.split(str(item.fields["description"]))[0]
