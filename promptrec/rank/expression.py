"""Ranker expressions: names that combine rankers, as `A+B`, `.7*A+.3*B`, `A:50:B` (cascade) and `A~8` (mean-centred).

`~` binds closer than `*`, that closer than `+`, and `:` binds least: "bm25:50:query-likelihood~8+embedding" lets BM25
select 50 candidates for a sum of two.
"""

import math
import re

from promptrec.errors import InputError
from promptrec.rank.base import Ranker, Setup
from promptrec.rank.fusion.cascade import Cascade
from promptrec.rank.fusion.dislikes import SubtractDislikes
from promptrec.rank.fusion.ensemble import Ensemble
from promptrec.rank.fusion.mean_centring import MAX_REFERENCES, MeanCentred, reference_queries
from promptrec.rank.intent_ranker import IntentRanker
from promptrec.rank.registry import ALIASES, RANKERS, ranker_class

# Far beyond the weight that makes all others negligible; the sum must stay finite.
MAX_WEIGHT = 1_000_000


def build_ranker(name: str, setup: Setup) -> Ranker:
    """Build the ranker of an expression.

    Raises:
        UnknownName: no such ranker; the message lists those there are.
        InputError: an expression that means nothing.
    """
    ranker_parts(name)
    ranker = _ranker(name, setup)
    if not setup.intent:
        return ranker
    by_model = setup.intent_reader == "model"
    return IntentRanker(
        ranker, setup.seed, setup.intent_settings, setup.catalog, by_model=by_model, adapter=setup.adapter
    )


def _ranker(name: str, setup: Setup) -> Ranker:
    expression = ALIASES.get(name, name)
    first, colon, rest = expression.partition(":")
    if colon:
        keep, then = _second_stage(name, rest)
        return Cascade(name, _ranker(first, setup), keep, _ranker(then, setup), setup.seed)
    members = _weights(expression)
    if len(members) > 1:
        built = [_member(member, setup) for member in members]
        return Ensemble(name, built, setup.seed, tuple(members.values()))
    return _member(expression, setup)


def ranker_parts(name: str) -> tuple[str, ...]:
    """Registry names of the rankers in an expression, in the order they rank.

    Raises:
        UnknownName, InputError: as build_ranker.
    """
    expression = ALIASES.get(name, name)
    first, colon, rest = expression.partition(":")
    if colon:
        _, then = _second_stage(name, rest)
        return (*ranker_parts(first), *ranker_parts(then))
    return tuple(_base(member) for member in _weights(expression))


def template_kinds(name: str) -> tuple[str, ...]:
    """Kinds of template that an expression's rankers write prompts with, each once; empty if none reads a model."""
    kinds = (ranker_class(part).template_kind for part in ranker_parts(name))
    return tuple(dict.fromkeys(kind for kind in kinds if kind is not None))


def caches_item_scores(name: str) -> bool:
    """Whether an expression's rankers read query-independent item scores, which `ItemScoreCache` stores."""
    centred = "~" in name and bool(template_kinds(name))
    return centred or any(ranker_class(part).caches_item_scores for part in ranker_parts(name))


def _member(expression: str, setup: Setup) -> Ranker:
    ranker = ranker_class(_base(expression))(setup)
    _, tilde, count = expression.partition("~")
    centred = MeanCentred(expression, ranker, reference_queries(setup, int(count)), setup) if tilde else ranker
    return SubtractDislikes(centred, setup.seed) if setup.intent and ranker.subtracts_dislikes else centred


def _base(expression: str) -> str:
    """Registry name of a term; the part before `~`."""
    base, tilde, count = expression.partition("~")
    if not base:
        raise InputError("expression-without-base", expression=expression)
    if not tilde:
        ranker_class(base)
        return base
    if not ranker_class(base).pointwise:
        able = tuple(name for name, kind in RANKERS.items() if kind.pointwise)
        raise InputError("expression-not-pointwise", expression=expression, base=base, able=able)
    if not 1 <= _number(count) <= MAX_REFERENCES:
        raise InputError("expression-without-references", expression=expression, most=MAX_REFERENCES, base=base)
    return base


def _weights(expression: str) -> dict[str, float]:
    """The terms of a sum and their weights, 1 where none is written."""
    out: dict[str, float] = {}
    for part in expression.split("+"):
        number, times, member = part.rpartition("*")
        try:
            weight = float(number) if times else 1.0
        except ValueError:
            weight = math.nan
        if not 0 < weight <= MAX_WEIGHT:
            raise InputError("expression-weight", expression=expression, number=number, most=MAX_WEIGHT)
        if not member:
            raise InputError("expression-without-name", expression=expression)
        if member in out:
            raise InputError("expression-member-twice", expression=expression, member=member)
        if part == expression and times:
            raise InputError("expression-weight-alone", expression=expression, member=member)
        out[member] = weight
    return out


def _second_stage(name: str, rest: str) -> tuple[int, str]:
    """Number of candidates that a cascade's first stage keeps, and the expression of its second stage."""
    keep, _, then = rest.partition(":")
    if not _number(keep) or not then or name.startswith(":"):
        raise InputError("expression-cascade", expression=name)
    return int(keep), then


def _number(text: str) -> int:
    """A number from 1 without leading zeros, so that a ranker has one name only; 0 for any other text."""
    return int(text) if re.fullmatch("[1-9][0-9]{0,8}", text) else 0
