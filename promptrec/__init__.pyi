from .data.catalog import Catalog as Catalog
from .data.intent import Clause as Clause
from .data.intent import Constraint as Constraint
from .data.intent import Intent as Intent
from .data.interactions import Interactions as Interactions
from .data.item import Item as Item
from .data.query import Query as Query
from .data.query import RankRequest as RankRequest
from .engine.models.registry import list_models as list_models
from .errors import EngineError as EngineError
from .errors import InputError as InputError
from .errors import MissingExtra as MissingExtra
from .errors import ModelError as ModelError
from .errors import PromptrecError as PromptrecError
from .errors import TemplateError as TemplateError
from .errors import UnknownName as UnknownName
from .rank.ranking import RankedItem as RankedItem
from .rank.ranking import Ranking as Ranking
from .rank.ranking import Run as Run
from .rank.registry import list_rankers as list_rankers
from .recommender import Recommender as Recommender
from .serve.async_recommender import AsyncRecommender as AsyncRecommender
from .template.loader import list_templates as list_templates
from .template.loader import load_template as load_template

__version__: str
