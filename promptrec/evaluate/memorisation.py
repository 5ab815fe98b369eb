"""Memorisation: how much of a result comes from titles that the model met in training.

The same dataset is ranked under its real titles, under masked ones that say nothing, and under permuted ones that
say something else. A ranker that reads descriptions does not mind; one that remembers titles falls. What
cannot have been met at all is generated: see `promptrec.testing.planted`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from promptrec.data.catalog import Catalog
from promptrec.errors import InputError
from promptrec.evaluate.dataset import Dataset
from promptrec.evaluate.renaming import retitled_item, retitled_query
from promptrec.evaluate.statistics import Difference, paired
from promptrec.rank.order import seeded_hash

NOUNS = {"en": "Item", "zh": "条目"}
MIN_DIGITS = 4


def variants(dataset: Dataset, seed: int) -> dict[str, Dataset]:
    """The dataset as it is (`real`), and under other titles (`masked`, `permuted`).

    Titles change in the catalogue, in the candidates, in a person's history, and where an item's own fields or
    a person's own words say them. IDs, judgements and all other text stay: a template that shows IDs which are
    titles themselves would give masked titles away.

    masked: "Item 3f2a", the digits a hash of the seed and the ID, as many as tell all items apart.
    permuted: another item's title, for every item, by a hash of the seed.

    Raises:
        InputError: more than half of the items have one title, so that some item would keep it.
    """
    return {
        "real": dataset,
        "masked": _retitled(dataset, masked_titles(dataset.catalog, dataset.language, seed), "masked"),
        "permuted": _retitled(dataset, permuted_titles(dataset.catalog, seed), "permuted"),
    }


def masked_titles(catalog: Catalog, language: str, seed: int) -> dict[str, str]:
    """A neutral title for each item ID, no two the same."""
    hashes = {item.item_id: f"{seeded_hash(seed, 'mask', item.item_id):016x}" for item in catalog}
    digits = MIN_DIGITS
    while len({name[:digits] for name in hashes.values()}) < len(hashes):
        digits += 1
    noun = NOUNS[language]
    return {item_id: f"{noun} {name[:digits]}" for item_id, name in hashes.items()}


def permuted_titles(catalog: Catalog, seed: int) -> dict[str, str]:
    """The title of another item for each item ID, never one that reads as its own.

    Items in hashed order, those of one title side by side, each take the title that stands as many places on as
    the most frequent title has items.
    """
    most_common, most = Counter(item.title for item in catalog).most_common(1)[0]
    if 2 * most > len(catalog):
        raise InputError(
            f"{catalog.name}: titles cannot be permuted, {most} of {len(catalog)} items are titled {most_common!r}"
        )
    order = sorted(
        catalog, key=lambda item: (seeded_hash(seed, "title", item.title), seeded_hash(seed, "item", item.item_id))
    )
    return {item.item_id: order[(place + most) % len(order)].title for place, item in enumerate(order)}


def gap(real: Mapping[str, float], other: Mapping[str, float], seed: int = 0) -> Difference:
    """What the real titles add to a metric: the mean paired difference real - other, with its interval.

    Args:
        real: the metric by query ID under real titles.
        other: the same under masked or permuted titles.
        seed: of the resampling.
    """
    return paired(real, other, seed)


def _retitled(dataset: Dataset, titles: Mapping[str, str], variant: str) -> Dataset:
    old = dataset.catalog
    catalog = Catalog((retitled_item(i, titles[i.item_id]) for i in old), name=old.name, credit=old.credit)
    return replace(
        dataset,
        name=f"{dataset.name}-{variant}",
        catalog=catalog,
        queries=tuple(retitled_query(query, old, titles) for query in dataset.queries),
        requests=tuple(
            replace(
                request,
                query=retitled_query(request.query, old, titles),
                candidates=tuple(catalog[item.item_id] for item in request.candidates),
            )
            for request in dataset.requests
        ),
    )
