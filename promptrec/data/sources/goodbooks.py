"""goodbooks-10k: the ten thousand most rated books of Goodreads, and six million ratings."""

from collections.abc import Mapping
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.item import FieldValue, Item
from promptrec.data.readers import read_csv
from promptrec.data.sources.raw_dataset import RawDataset
from promptrec.errors import InputError

GOODBOOKS_FILES = ("ratings.csv", "books.csv")


def read_goodbooks(folder: Path) -> RawDataset:
    """Read the books with authors and year, and the ratings. Users have no attributes."""
    ratings, books = (folder / name for name in GOODBOOKS_FILES)
    catalog = Catalog((_book(place, row) for place, row in read_csv(books)), name="goodbooks-10k")
    return RawDataset(catalog, Interactions.from_csv(ratings), {})


def _book(place: str, row: Mapping[str, str]) -> Item:
    try:
        title, book_id = row["title"], row["book_id"]
        authors = tuple(name.strip() for name in row["authors"].split(","))
        year = row["original_publication_year"].removesuffix(".0")
    except KeyError as error:
        raise InputError("goodbooks-column-missing", path=place, why=error) from None
    fields: dict[str, FieldValue] = {"authors": authors}
    if year.lstrip("-").isdigit():
        fields["year"] = int(year)
    return Item(item_id=book_id, title=title, fields=fields)
