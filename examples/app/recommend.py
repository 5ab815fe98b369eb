"""Recommend books from a CSV file to a person who describes what they like.

python examples/app/recommend.py "quiet stories about food"
"""

import sys
from pathlib import Path

from promptrec import Catalog, PromptrecError, Ranking, Recommender

COLUMNS = {"item_id": "isbn", "title": "name", "description": "summary", "popularity": "copies"}


def open_recommender(**options: object) -> Recommender:
    """A recommender over books.csv; keyword arguments go to `Recommender.load`."""
    catalog = Catalog.from_csv(Path(__file__).parent / "books.csv", columns=COLUMNS)
    return Recommender.load(catalog=catalog, template="books/en", **options)


def answer(ranking: Ranking) -> str:
    """What to show for a ranking of any status."""
    if ranking.status == "failed":
        return "We cannot recommend anything at the moment."
    heading = "Popular right now:" if ranking.status in ("abstained", "fallback") else "For you:"
    return "\n".join([heading, *(f"  {item.title}" for item in ranking)])


def main() -> None:
    """Print three books for the words on the command line."""
    try:
        with open_recommender() as recommender:
            print(answer(recommender.recommend(" ".join(sys.argv[1:]), k=3)))
    except PromptrecError as error:
        sys.exit(f"recommend.py: {error}")


if __name__ == "__main__":
    main()
