"""The ways of ranking by name. A new one is a file and a line here.

Names combine: "query-likelihood+embedding" adds standardised scores, "bm25:50:query-likelihood" lets the first keep 50
candidates for the second.
"""

from promptrec.errors import InputError, UnknownName
from promptrec.rank.base import Ranker, Setup
from promptrec.rank.baselines import Bm25Ranker, Popular, Random
from promptrec.rank.cascade import Cascade
from promptrec.rank.collaborative import ImplicitMf, ItemKnn
from promptrec.rank.embedding import Embedding
from promptrec.rank.ensemble import Ensemble
from promptrec.rank.kinds import ModelFree, Prompting
from promptrec.rank.likelihood import ItemPmi, QueryLikelihood
from promptrec.rank.listwise_labels import ListwiseLabels
from promptrec.rank.listwise_text import ListwiseText
from promptrec.rank.yes_no import YesNo

RANKERS: dict[str, type[ModelFree] | type[Prompting]] = {
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
# What a name alone stands for.
COMBINED = {
    "ensemble": "query-likelihood+item-pmi+embedding",
    "cascade": "bm25:50:query-likelihood",
}

# Below this size a model knows more than it can say: on planted tastes it ranks far better by likelihood.
SMALL_MODEL = 1_000_000_000


def build_ranker(name: str, setup: Setup) -> Ranker:
    """The ranker of a name.

    Raises:
        UnknownName: no such ranker; the message lists those there are.
        InputError: names that are combined in a way that means nothing.
    """
    ranker_parts(name)
    written = COMBINED.get(name, name)
    first, cut, rest = written.partition(":")
    if cut:
        keep, then = _kept(name, rest)
        return Cascade(name, build_ranker(first, setup), keep, build_ranker(then, setup), setup.seed)
    members = written.split("+")
    if len(members) > 1:
        return Ensemble(name, [build_ranker(member, setup) for member in members], setup.seed)
    return ranker_class(written)(setup)


def ranker_parts(name: str) -> tuple[str, ...]:
    """The names in the table that a name is made of, in the order they rank.

    Raises:
        UnknownName, InputError: as build_ranker.
    """
    written = COMBINED.get(name, name)
    first, cut, rest = written.partition(":")
    if cut:
        return (*ranker_parts(first), *ranker_parts(_kept(name, rest)[1]))
    parts = tuple(written.split("+"))
    for part in parts:
        ranker_class(part)
    if len(set(parts)) < len(parts):
        raise InputError(f"the ranker {name} has a member twice: name each once")
    return parts


def template_kinds(name: str) -> tuple[str, ...]:
    """The kinds of template that a ranker writes prompts with, each once; none for one that reads no model."""
    kinds = (ranker_class(part).template_kind for part in ranker_parts(name))
    return tuple(dict.fromkeys(kind for kind in kinds if kind is not None))


def ranker_class(name: str) -> type[ModelFree] | type[Prompting]:
    """The class behind a name of the table.

    Raises:
        UnknownName: no such ranker; the message lists those there are.
    """
    if name not in RANKERS:
        raise UnknownName("ranker", name, {*RANKERS, *COMBINED})
    return RANKERS[name]


def default_ranker(parameters: int | None) -> str:
    """The ranker for a model of this many parameters (None: unknown)."""
    return "yes-no" if parameters is not None and parameters >= SMALL_MODEL else "query-likelihood"


def _kept(name: str, rest: str) -> tuple[int, str]:
    """How many candidates a cascade's first stage keeps, and what comes after it."""
    keep, cut, then = rest.partition(":")
    if not keep.isdecimal() or int(keep) < 1 or not cut:
        raise InputError(
            f"the ranker {name!r}: a cascade is written FIRST:HOW-MANY:THEN, as in bm25:50:query-likelihood"
        )
    return int(keep), then
