"""The ways of ranking by name. A new one is a file and a line here. How names combine is in `names.py`."""

from promptrec.errors import InputError, UnknownName
from promptrec.rank.base import ModelFree, Prompting
from promptrec.rank.baselines.collaborative import ImplicitMf, ItemKnn
from promptrec.rank.baselines.embedding import Embedding
from promptrec.rank.baselines.simple import Bm25Ranker, Popular, Random
from promptrec.rank.listwise.cyclic_shifts import ListwiseShifts
from promptrec.rank.listwise.generation import ListwiseText
from promptrec.rank.listwise.labels import ListwiseLabels
from promptrec.rank.listwise.position_bias import ListwisePrior
from promptrec.rank.pointwise.calibrated_answers import Graded, YesNo
from promptrec.rank.pointwise.likelihood import ItemLikelihood, ItemPmi, QueryLikelihood
from promptrec.rank.sorting.pairwise import Pairwise, PairwiseAll
from promptrec.rank.sorting.setwise import Setwise
from promptrec.rank.sorting.tournament import Tournament

RANKERS: dict[str, type[ModelFree] | type[Prompting]] = {
    "query-likelihood": QueryLikelihood,
    "item-pmi": ItemPmi,
    "item-likelihood": ItemLikelihood,
    "yes-no": YesNo,
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

# What a probe of the model finds, see `auto.py`.
AUTO = "auto"

# What a name alone stands for.
COMBINED = {
    "ensemble": "query-likelihood+item-pmi+embedding",
    "cascade": "bm25:50:query-likelihood",
}

# Below this size a model knows more than it can say: on planted tastes it ranks far better by likelihood.
SMALL_MODEL = 1_000_000_000


def list_rankers() -> list[str]:
    """The names of all rankers; they combine, as in "query-likelihood+embedding" or "bm25:50:query-likelihood"."""
    return [*RANKERS, *COMBINED, AUTO]


def ranker_class(name: str) -> type[ModelFree] | type[Prompting]:
    """The class behind a name of the table.

    Raises:
        UnknownName: no such ranker; the message lists those there are.
    """
    if name == AUTO:
        raise InputError(f"the ranker {AUTO} is what a probe of the model finds: it stands alone, beside no other")
    if name in COMBINED:
        raise InputError(f"the ranker {name} stands for {COMBINED[name]}: beside others write that")
    if name not in RANKERS:
        raise UnknownName("ranker", name, {*RANKERS, *COMBINED, AUTO})
    return RANKERS[name]


def default_ranker(parameters: int | None) -> str:
    """The ranker for a model of this many parameters (None: unknown)."""
    return "yes-no" if parameters is not None and parameters >= SMALL_MODEL else "query-likelihood"
