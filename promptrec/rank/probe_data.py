"""Probe data: bundled pairs of a query and the one item that fits it, in English and Chinese."""

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
# Other items among the candidates of a pair.
OTHERS = 5
FULL_STOP = re.compile("[.。]")


@dataclass(frozen=True)
class Pairs:
    """Requests of known relevance.

    Attributes:
        catalog: all items of the pairs.
        requests: one for each query.
        right: ID of the relevant item by query ID.
        seed: that drew the candidates.
    """

    catalog: Catalog
    requests: tuple[RankRequest, ...]
    right: Mapping[str, str]
    seed: int = 0


def probe_pairs(language: str, seed: int = 0) -> Pairs:
    """The pairs of a language ("en" or "zh"), each relevant item among `OTHERS` random ones.

    Others of the same kind, a film among films, are drawn first: telling a film from a dish is no test of a model.
    """
    lines = (FOLDER / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    items = [
        Item(item_id=f"p{n:02}", title=t["title"], fields={"description": t["description"]})
        for n, t in enumerate(pairs)
    ]
    draw = random.Random(seed)
    requests = []
    for item, pair in zip(items, pairs, strict=True):
        others = draw.sample([other for other in items if other is not item], len(items) - 1)
        others.sort(key=lambda other: _kind(other) != _kind(item))
        shown = [item, *others[:OTHERS]]
        draw.shuffle(shown)
        requests.append(RankRequest(Query(query_id=item.item_id, preferences=pair["words"]), tuple(shown)))
    return Pairs(Catalog(items), tuple(requests), {item.item_id: item.item_id for item in items}, seed)


def _kind(item: Item) -> str:
    """First sentence of the description, which says what the item is: a film, a dish."""
    return FULL_STOP.split(str(item.fields["description"]))[0]
