"""Rankers: ways of ordering the candidates of a query, and what a ranking is. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.rank.base import ModelFreeRanker as ModelFreeRanker
    from promptrec.rank.base import PromptRanker as PromptRanker
    from promptrec.rank.base import Ranker as Ranker
    from promptrec.rank.base import Setup as Setup
    from promptrec.rank.cost import Plan as Plan
    from promptrec.rank.cost import Speed as Speed
    from promptrec.rank.cost import plan as plan
    from promptrec.rank.expression import build_ranker as build_ranker
    from promptrec.rank.expression import ranker_parts as ranker_parts
    from promptrec.rank.expression import template_kinds as template_kinds
    from promptrec.rank.item_score_cache import ItemScoreCache as ItemScoreCache
    from promptrec.rank.item_score_cache import ScoreFile as ScoreFile
    from promptrec.rank.listwise.position_bias import PositionBias as PositionBias
    from promptrec.rank.ranking import RankedItem as RankedItem
    from promptrec.rank.ranking import Ranking as Ranking
    from promptrec.rank.ranking import ReplyReport as ReplyReport
    from promptrec.rank.ranking import TemplateRef as TemplateRef
    from promptrec.rank.ranking_run import Run as Run
    from promptrec.rank.registry import RANKERS as RANKERS
    from promptrec.rank.registry import default_ranker as default_ranker
    from promptrec.rank.registry import list_rankers as list_rankers
    from promptrec.rank.result_builder import ResultBuilder as ResultBuilder
    from promptrec.rank.result_builder import build_rankings as build_rankings

_MODULES = {
    "ItemScoreCache": "promptrec.rank.item_score_cache",
    "ModelFreeRanker": "promptrec.rank.base",
    "Plan": "promptrec.rank.cost",
    "PositionBias": "promptrec.rank.listwise.position_bias",
    "PromptRanker": "promptrec.rank.base",
    "RANKERS": "promptrec.rank.registry",
    "RankedItem": "promptrec.rank.ranking",
    "Ranker": "promptrec.rank.base",
    "Ranking": "promptrec.rank.ranking",
    "ReplyReport": "promptrec.rank.ranking",
    "ResultBuilder": "promptrec.rank.result_builder",
    "Run": "promptrec.rank.ranking_run",
    "ScoreFile": "promptrec.rank.item_score_cache",
    "Setup": "promptrec.rank.base",
    "Speed": "promptrec.rank.cost",
    "TemplateRef": "promptrec.rank.ranking",
    "build_ranker": "promptrec.rank.expression",
    "build_rankings": "promptrec.rank.result_builder",
    "default_ranker": "promptrec.rank.registry",
    "list_rankers": "promptrec.rank.registry",
    "plan": "promptrec.rank.cost",
    "ranker_parts": "promptrec.rank.expression",
    "template_kinds": "promptrec.rank.expression",
}

__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
