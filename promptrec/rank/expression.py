"""Names that combine: `A+B` adds standardised scores, `.7*A+.3*B` weighs them, `A:50:B` is a cascade, `A~8` is centred.

`~` binds closer than `*`, that closer than `+`, and `:` binds least: "bm25:50:query-likelihood~8+embedding" lets BM25
keep 50 candidates for a sum of two.
"""

import math
import re

from promptrec.errors import InputError
from promptrec.rank.base import Ranker, Setup
from promptrec.rank.fusion.cascade import Cascade
from promptrec.rank.fusion.ensemble import Ensemble
from promptrec.rank.fusion.mean_centring import MOST_PEOPLE, Centred, reference_people
from promptrec.rank.registry import COMBINED, RANKERS, ranker_class

# Far beyond what makes the others count for nothing; the sum must stay a number.
MOST_WEIGHT = 1_000_000


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
    members = _weighed(written)
    if len(members) > 1:
        built = [_member(member, setup) for member in members]
        return Ensemble(name, built, setup.seed, tuple(members.values()))
    return _member(written, setup)


def ranker_parts(name: str) -> tuple[str, ...]:
    """The names in the table that a name is made of, in the order they rank.

    Raises:
        UnknownName, InputError: as build_ranker.
    """
    written = COMBINED.get(name, name)
    first, cut, rest = written.partition(":")
    if cut:
        _, then = _kept(name, rest)
        return (*ranker_parts(first), *ranker_parts(then))
    return tuple(_base(member) for member in _weighed(written))


def template_kinds(name: str) -> tuple[str, ...]:
    """The kinds of template that a ranker writes prompts with, each once; none for one that reads no model."""
    kinds = (ranker_class(part).template_kind for part in ranker_parts(name))
    return tuple(dict.fromkeys(kind for kind in kinds if kind is not None))


def caches_item_scores(name: str) -> bool:
    """Whether a ranker asks a model for what is the same whoever asks, which `score_cache` keeps."""
    centred = "~" in name and bool(template_kinds(name))
    return centred or any(ranker_class(part).keeps for part in ranker_parts(name))


def _member(written: str, setup: Setup) -> Ranker:
    """A ranker of the table, centred where that is asked for."""
    ranker = ranker_class(_base(written))(setup)
    _, centred, people = written.partition("~")
    return Centred(written, ranker, reference_people(setup, int(people)), setup) if centred else ranker


def _base(written: str) -> str:
    """The name in the table, of a member that may be centred."""
    base, centred, people = written.partition("~")
    if not base:
        raise InputError(f"the ranker {written!r} lacks a name before ~: write one, as in bm25~8")
    if not centred:
        ranker_class(base)
        return base
    if not ranker_class(base).pointwise:
        able = ", ".join(name for name, kind in RANKERS.items() if kind.pointwise)
        raise InputError(
            f"the ranker {written!r}: {base} does not judge each item by itself for a person, so it cannot be centred; "
            f"those that can: {able}"
        )
    if not 1 <= _number(people) <= MOST_PEOPLE:
        raise InputError(
            f"the ranker {written!r}: write how many people the mean is of, 1 to {MOST_PEOPLE}, as in {base}~8"
        )
    return base


def _weighed(written: str) -> dict[str, float]:
    """The members of a sum and their weights, which are 1 where none is written."""
    out: dict[str, float] = {}
    for part in written.split("+"):
        number, times, member = part.rpartition("*")
        try:
            weight = float(number) if times else 1.0
        except ValueError:
            weight = math.nan
        if not 0 < weight <= MOST_WEIGHT:
            raise InputError(
                f"the ranker {written!r}: {number!r} is no weight; write a number above 0, {MOST_WEIGHT:,} at most, as "
                "in 0.5*bm25"
            )
        if not member:
            raise InputError(f"the ranker {written!r} lacks a name: write one, or several as in bm25+embedding")
        if member in out:
            raise InputError(f"the ranker {written!r} has {member} twice: name each member once")
        if part == written and times:
            raise InputError(
                f"the ranker {written!r}: a weight says how much one counts beside others; alone write {member}"
            )
        out[member] = weight
    return out


def _kept(name: str, rest: str) -> tuple[int, str]:
    """How many candidates a cascade's first stage keeps, and what comes after it."""
    keep, _, then = rest.partition(":")
    if not _number(keep) or not then or name.startswith(":"):
        raise InputError(
            f"the ranker {name!r}: a cascade is written FIRST:HOW-MANY:THEN, as in bm25:50:query-likelihood"
        )
    return int(keep), then


def _number(text: str) -> int:
    """A number from 1 that is written in the one way it can be: two names of one ranker would be ranked twice."""
    return int(text) if re.fullmatch("[1-9][0-9]{0,8}", text) else 0
