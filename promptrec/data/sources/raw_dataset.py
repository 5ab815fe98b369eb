"""`RawDataset`: items, interactions and user attributes of a public dataset, before queries are made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from promptrec.data.catalog import Catalog
from promptrec.data.clean import title_key
from promptrec.data.interactions import Interactions


@dataclass(frozen=True)
class RawDataset:
    """Items, interactions and user attributes. `people[user_id]` has attributes by name, such as age.

    Ratings are on a scale of 1 to 5. If there are none (all NaN), an interaction means that the user chose the item.
    """

    catalog: Catalog
    interactions: Interactions
    people: Mapping[str, Mapping[str, str]]

    @property
    def has_ratings(self) -> bool:
        """Whether there are ratings."""
        return bool(self.interactions.frame["rating"].notna().all())


def merge_duplicates(collection: RawDataset) -> RawDataset:
    """Merge items of the same title and year: interactions of a second entry move to the first.

    MovieLens 100K has about twenty films under two IDs. A user who rated both would have the answer in their history.
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
