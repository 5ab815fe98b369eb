"""The ways of ranking by name. A new one is a file and a line here."""

from promptrec.errors import UnknownName
from promptrec.rank.base import Ranker
from promptrec.rank.baselines import Bm25Ranker, Popular, Random
from promptrec.rank.collaborative import ImplicitMf, ItemKnn
from promptrec.rank.embedding import Embedding
from promptrec.rank.likelihood import ItemPmi, QueryLikelihood
from promptrec.rank.listwise_labels import ListwiseLabels
from promptrec.rank.listwise_text import ListwiseText
from promptrec.rank.yes_no import YesNo

RANKERS: dict[str, type[Ranker]] = {
    "query-likelihood": QueryLikelihood,
    "item-pmi": ItemPmi,
    "yes-no": YesNo,
    "listwise-labels": ListwiseLabels,
    "listwise-text": ListwiseText,
    "random": Random,
    "popular": Popular,
    "bm25": Bm25Ranker,
    "embedding": Embedding,
    "item-knn": ItemKnn,
    "implicit-mf": ImplicitMf,
}

# Below this size a model knows more than it can say: on planted tastes it ranks far better by likelihood.
SMALL_MODEL = 1_000_000_000


def ranker_class(name: str) -> type[Ranker]:
    """The class behind a name.

    Raises:
        UnknownName: no such ranker; the message lists those there are.
    """
    if name not in RANKERS:
        raise UnknownName("ranker", name, RANKERS)
    return RANKERS[name]


def default_ranker(parameters: int | None) -> str:
    """The ranker for a model of this many parameters (None: unknown)."""
    return "yes-no" if parameters is not None and parameters >= SMALL_MODEL else "query-likelihood"
