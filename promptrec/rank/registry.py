"""Rankers by name: built-in ones, and those that other packages add (entry point group `promptrec.rankers`).

How names combine is in `expression.py`.
"""

from promptrec.errors import InputError
from promptrec.plugins import RANKERS as GROUP
from promptrec.plugins import find_component, plugin_names
from promptrec.rank.base import BaseRanker
from promptrec.rank.baselines.collaborative import ImplicitMf, ItemKnn
from promptrec.rank.baselines.embedding import Embedding
from promptrec.rank.baselines.simple import Bm25Ranker, Popular, Random
from promptrec.rank.listwise.cyclic_shifts import ListwiseShifts
from promptrec.rank.listwise.generation import ListwiseText
from promptrec.rank.listwise.labels import ListwiseLabels
from promptrec.rank.listwise.position_bias import ListwisePrior
from promptrec.rank.pointwise.calibrated_answers import Graded, YesNoRanker
from promptrec.rank.pointwise.likelihood import ItemLikelihood, ItemPmi, QueryLikelihood
from promptrec.rank.sorting.pairwise import Pairwise, PairwiseAll
from promptrec.rank.sorting.setwise import Setwise
from promptrec.rank.sorting.tournament import Tournament

RANKERS: dict[str, type[BaseRanker]] = {
    "query-likelihood": QueryLikelihood,
    "item-pmi": ItemPmi,
    "item-likelihood": ItemLikelihood,
    "yes-no": YesNoRanker,
    "graded": Graded,
    "listwise-labels": ListwiseLabels,
    "listwise-shifts": ListwiseShifts,
    "listwise-prior": ListwisePrior,
    "listwise-text": ListwiseText,
    "pairwise": Pairwise,
    "pairwise-all": PairwiseAll,
    "setwise": Setwise,
    "tournament": Tournament,
    "random": Random,
    "popular": Popular,
    "bm25": Bm25Ranker,
    "embedding": Embedding,
    "item-knn": ItemKnn,
    "implicit-mf": ImplicitMf,
}

# Name of the ranker that a probe of the model selects, see `selection/auto.py`.
AUTO = "auto"

# Names of expressions.
ALIASES = {"ensemble": "query-likelihood+item-pmi+embedding", "cascade": "bm25:50:query-likelihood"}

# Parameters below which likelihood ranks far better than answers, measured on planted tastes.
SMALL_MODEL = 1_000_000_000


def list_rankers() -> list[str]:
    """The names of all rankers; they combine, as in "query-likelihood+embedding" or "bm25:50:query-likelihood"."""
    return [*RANKERS, *ALIASES, AUTO, *plugin_names(GROUP)]


def ranker_class(name: str) -> type[BaseRanker]:
    """The class of a registered ranker.

    Raises:
        UnknownName: no such ranker; the message lists those there are.
    """
    if name == AUTO:
        raise InputError("auto-stands-alone", auto=AUTO)
    if name in ALIASES:
        raise InputError("alias-in-expression", alias=name, aliases=ALIASES[name])
    ranker: type[BaseRanker] = find_component("ranker", name, RANKERS, GROUP, (*ALIASES, AUTO))
    return ranker


def default_ranker(parameters: int | None) -> str:
    """Name of the default ranker for a model of this many parameters; None if unknown."""
    return "yes-no" if parameters is not None and parameters >= SMALL_MODEL else "query-likelihood"
