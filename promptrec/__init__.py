"""promptrec: recommend to people nobody has seen before, from what they say in words.

The public names load on first use, so that `import promptrec` stays light.
"""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.data.catalog import Catalog as Catalog
    from promptrec.data.interactions import Interactions as Interactions
    from promptrec.data.item import Item as Item
    from promptrec.data.query import Query as Query
    from promptrec.data.query import RankRequest as RankRequest
    from promptrec.engine.models.registry import list_models as list_models
    from promptrec.errors import EngineError as EngineError
    from promptrec.errors import InputError as InputError
    from promptrec.errors import MissingExtra as MissingExtra
    from promptrec.errors import ModelError as ModelError
    from promptrec.errors import PromptrecError as PromptrecError
    from promptrec.errors import TemplateError as TemplateError
    from promptrec.errors import UnknownName as UnknownName
    from promptrec.rank.ranking import RankedItem as RankedItem
    from promptrec.rank.ranking import Ranking as Ranking
    from promptrec.rank.ranking_run import Run as Run
    from promptrec.rank.registry import list_rankers as list_rankers
    from promptrec.recommender import Recommender as Recommender
    from promptrec.serve.async_recommender import AsyncRecommender as AsyncRecommender
    from promptrec.template.loader import list_templates as list_templates
    from promptrec.template.loader import load_template as load_template

__version__ = "0.1.0"

_HOMES = {
    "AsyncRecommender": "promptrec.serve.async_recommender",
    "Catalog": "promptrec.data.catalog",
    "EngineError": "promptrec.errors",
    "InputError": "promptrec.errors",
    "Interactions": "promptrec.data.interactions",
    "Item": "promptrec.data.item",
    "MissingExtra": "promptrec.errors",
    "ModelError": "promptrec.errors",
    "PromptrecError": "promptrec.errors",
    "Query": "promptrec.data.query",
    "RankRequest": "promptrec.data.query",
    "RankedItem": "promptrec.rank.ranking",
    "Ranking": "promptrec.rank.ranking",
    "Recommender": "promptrec.recommender",
    "Run": "promptrec.rank.ranking_run",
    "TemplateError": "promptrec.errors",
    "UnknownName": "promptrec.errors",
    "list_models": "promptrec.engine.models.registry",
    "list_rankers": "promptrec.rank.registry",
    "list_templates": "promptrec.template.loader",
    "load_template": "promptrec.template.loader",
}

__all__ = [*_HOMES, "__version__"]
__getattr__, __dir__ = lazy_exports(__name__, _HOMES)
