"""`RawDataset`: items, interactions and user attributes of a public data set, before queries are made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from promptrec.data.catalog import Catalog
from promptrec.data.clean import title_key
from promptrec.data.interactions import Interactions


@dataclass(frozen=True)
class RawDataset:
    """`people[user_id]` holds what is known of a person by name, such as age. Ratings are on a scale of 1 to 5.

    Where there are no ratings (all NaN), an interaction says that the person chose the item.
    """

    catalog: Catalog
    interactions: Interactions
    people: Mapping[str, Mapping[str, str]]

    @property
    def has_ratings(self) -> bool:
        """Whether there are ratings."""
        return bool(self.interactions.frame["rating"].notna().all())


def merge_duplicates(collection: RawDataset) -> RawDataset:
    """One item for each title and year: interactions with a second entry of the same thing go to the first.

    MovieLens 100K has a score of films under two IDs. A person who rated both would have the answer in their history.
    """
    first: dict[tuple[str, str], str] = {}
    same = {
        item.item_id: first.setdefault((title_key(item.title), str(item.fields.get("year", ""))), item.item_id)
        for item in collection.catalog
    }
    merged_catalog = Catalog(
        (item for item in collection.catalog if same[item.item_id] == item.item_id),
        name=collection.catalog.name,
        credit=collection.catalog.credit,
    )
    frame = collection.interactions.frame
    merged = frame.assign(item_id=[same.get(item_id, item_id) for item_id in frame["item_id"]])
    return replace(collection, catalog=merged_catalog, interactions=Interactions(merged))
