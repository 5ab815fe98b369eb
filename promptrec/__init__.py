"""promptrec: recommend to people nobody has seen before, from what they say in words.

The public names load on first use, so that `import promptrec` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptrec.data.catalog import Catalog as Catalog
    from promptrec.data.item import Item as Item
    from promptrec.data.query import Query as Query
    from promptrec.data.query import RankRequest as RankRequest
    from promptrec.rank.ranking import Ranking as Ranking
    from promptrec.rank.run import Run as Run
    from promptrec.recommender import Recommender as Recommender
    from promptrec.serve.asynchronous import AsyncRecommender as AsyncRecommender

__version__ = "0.1.0"

_HOMES = {
    "AsyncRecommender": "promptrec.serve.asynchronous",
    "Catalog": "promptrec.data.catalog",
    "Item": "promptrec.data.item",
    "Query": "promptrec.data.query",
    "RankRequest": "promptrec.data.query",
    "Ranking": "promptrec.rank.ranking",
    "Recommender": "promptrec.recommender",
    "Run": "promptrec.rank.run",
}

__all__ = [*_HOMES, "__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes are of any type
    if name not in _HOMES:
        raise AttributeError(f"module 'promptrec' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
