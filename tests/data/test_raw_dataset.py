import math

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interaction, Interactions
from promptrec.data.item import Item
from promptrec.data.sources.raw_dataset import RawDataset, merge_duplicates

FILMS = (("1", "Chasing Amy", 1997), ("2", "Sabrina", 1954), ("3", "Chasing Amy", 1997), ("4", "Sabrina", 1995))


def collection(*rows):
    items = (Item(item_id=i, title=title, fields={"year": year}) for i, title, year in FILMS)
    met = Interactions.from_interactions(Interaction(*row) for row in rows)
    return RawDataset(Catalog(items, name="films", credit="thanks"), met, {"u": {"age": "3"}})


def test_a_film_entered_twice_becomes_one_and_a_remake_stays():
    before = collection(("u", "3", 5.0, 1.0), ("u", "4", 2.0, 2.0), ("v", "1", 1.0, 3.0), ("v", "unknown", 1.0, 3.0))
    after = merge_duplicates(before)
    assert [item.item_id for item in after.catalog] == ["1", "2", "4"]
    assert [one.item_id for one in after.interactions] == ["1", "4", "1", "unknown"]
    assert [one[2:] for one in after.interactions] == [one[2:] for one in before.interactions]
    assert (after.catalog.name, after.catalog.credit, after.people) == ("films", "thanks", before.people)


def test_articles_and_accents_do_not_make_another_film():
    items = [Item(item_id="1", title="Étoile, The"), Item(item_id="2", title="The Etoile")]
    merged = merge_duplicates(RawDataset(Catalog(items), Interactions.from_interactions([]), {}))
    assert [item.item_id for item in merged.catalog] == ["1"]


def test_whether_there_are_ratings():
    assert collection(("u", "1", 5.0, 1.0)).has_ratings
    assert not collection(("u", "1", 5.0, 1.0), ("u", "2", math.nan, 1.0)).has_ratings
