"""Metrics of one ranking: pure functions of the order, its ties and the judgements.

Tied items have no order, so every metric here is its expected value over all orders within groups
of tied items, in closed form (as in McSherry and Najork, "Computing information retrieval performance measures
efficiently in the presence of tied scores", ECIR 2008). Input order never decides, and so cannot leak where the right
answer stood.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from promptrec.errors import InputError, UnknownName

Places: TypeAlias = npt.NDArray[np.float64]

DEFAULT_METRICS = ("ndcg@10", "recall@10", "precision@10", "hit@10", "mrr", "map", "auc")


@dataclass(frozen=True)
class JudgedRanking:
    """A ranking with the judgements of its items; place 0 is the best.

    `gain` and `right` hold a number for each ranked place: its expected gain 2^grade - 1, and the probability that its
    item is relevant (grade > 0). Group g fills the places `starts[g]` to `starts[g + 1]` and holds `hits[g]` relevant
    items. `ideal` is the gain of everything judged, greatest first, and `relevant` how many of these are relevant,
    whether they were ranked or not.
    """

    gain: Places
    right: Places
    starts: tuple[int, ...]
    hits: tuple[int, ...]
    ideal: Places
    relevant: int

    @property
    def groups(self) -> Iterable[tuple[int, int, int]]:
        """First place, number of items and number of relevant items of each group, best group first."""
        return ((start, end - start, hits) for (start, end), hits in zip(pairwise(self.starts), self.hits, strict=True))


def judge(groups: Sequence[Sequence[str]], relevance: Mapping[str, int]) -> JudgedRanking:
    """Join a ranking with judgements; an unjudged item counts as grade 0, and so does a grade below 0.

    Raises:
        InputError: an item that is ranked twice.
    """
    ranked = [item_id for group in groups for item_id in group]
    if len(set(ranked)) < len(ranked):
        twice = next(item_id for place, item_id in enumerate(ranked) if item_id in ranked[:place])
        raise InputError("item-ranked-twice", item_id=twice)
    sizes = [len(group) for group in groups]
    grades = [[max(relevance.get(item_id, 0), 0) for item_id in group] for group in groups]
    hits = [sum(grade > 0 for grade in group) for group in grades]
    gains = [sum(2.0**grade - 1 for grade in group) for group in grades]
    ideal = sorted((2.0 ** max(grade, 0) - 1 for grade in relevance.values()), reverse=True)
    each = np.maximum(sizes, 1)
    return JudgedRanking(
        gain=np.repeat(np.asarray(gains) / each, sizes),
        right=np.repeat(np.asarray(hits) / each, sizes),
        starts=(0, *map(int, np.cumsum(sizes))),
        hits=tuple(hits),
        ideal=np.asarray(ideal),
        relevant=sum(grade > 0 for grade in relevance.values()),
    )


def _discounted(gain: Places, k: int) -> float:
    top = gain[:k]
    return float(top @ (1 / np.log2(np.arange(2, len(top) + 2))))


def _ndcg(judged: JudgedRanking, k: int) -> float:
    return _discounted(judged.gain, k) / _discounted(judged.ideal, k)


def _recall(judged: JudgedRanking, k: int) -> float:
    return float(judged.right[:k].sum()) / judged.relevant


def _precision(judged: JudgedRanking, k: int) -> float:
    return float(judged.right[:k].sum()) / k


def _hit(judged: JudgedRanking, k: int) -> float:
    for start, size, hits in judged.groups:
        if start >= k:
            break
        if hits:
            # Hypergeometric: how likely the places of this group above the cut-off hold none of its relevant items.
            above = min(size, k - start)
            return 1 - math.comb(size - hits, above) / math.comb(size, above)
    return 0.0


def _mrr(judged: JudgedRanking, _: int) -> float:
    for start, size, hits in judged.groups:
        if hits:
            # P(first relevant item at place j of its group), j = 0 .. size - hits, from one place to the next.
            left = size - np.arange(size - hits)
            survives = np.concatenate(([1.0], np.cumprod((left - hits) / left)))
            places = np.arange(size - hits + 1)
            return float((survives * hits / (size - places)) @ (1 / (start + places + 1)))
    return 0.0


def _map(judged: JudgedRanking, _: int) -> float:
    before, total = 0, 0.0
    for start, size, hits in judged.groups:
        if hits:
            places = np.arange(size)
            # Given a relevant item at a place, each earlier place of its group is relevant with the same probability.
            above = before + 1 + places * ((hits - 1) / max(size - 1, 1))
            total += hits / size * float((above / (start + places + 1)).sum())
        before += hits
    return total / judged.relevant


def _auc(judged: JudgedRanking, _: int) -> float:
    others = len(judged.right) - sum(judged.hits)
    if not others:
        return math.nan if sum(judged.hits) else 0.0
    below, won = others, 0.0
    for _, size, hits in judged.groups:
        below -= size - hits
        won += hits * (below + (size - hits) / 2)
    return won / (judged.relevant * others)


class RunningMean:
    """Mean of values that come one at a time, NaN being passed over."""

    def __init__(self) -> None:
        self._sum, self._n = 0.0, 0

    def add(self, value: float) -> None:
        """Count a value."""
        if not math.isnan(value):
            self._sum += value
            self._n += 1

    @property
    def value(self) -> float:
        """The mean so far; NaN while there is none."""
        return self._sum / self._n if self._n else math.nan


def mean_of_defined(values: Iterable[float]) -> float:
    """Mean of the values that are not NaN; NaN where none is."""
    mean = RunningMean()
    for value in values:
        mean.add(value)
    return mean.value


METRICS: dict[str, Callable[[JudgedRanking, int], float]] = {
    "auc": _auc,
    "hit": _hit,
    "map": _map,
    "mrr": _mrr,
    "ndcg": _ndcg,
    "precision": _precision,
    "recall": _recall,
}
WITH_CUT_OFF = {"hit", "ndcg", "precision", "recall"}


def parse_metric(name: str) -> tuple[str, int]:
    """The metric's name and its cut-off, 0 for a metric of the whole list.

    Raises:
        UnknownName: no such metric.
        InputError: a cut-off that is missing, not a whole number from 1, or out of place; several names in one.
    """
    base, at, cut_off = name.partition("@")
    if "," in name:
        names = [part.strip() for part in name.split(",")]
        each = "".join(f" --metric {part}" for part in names)
        raise InputError("several-metrics", name=name, each=each, names=names)
    if base not in METRICS:
        k = cut_off if cut_off.isdecimal() else "K"
        raise UnknownName("metric", name, (f"{known}@{k}" if known in WITH_CUT_OFF else known for known in METRICS))
    if base not in WITH_CUT_OFF:
        if at:
            raise InputError("metric-without-cut-off", name=name, base=base)
        return base, 0
    if not (cut_off.isascii() and cut_off.isdecimal() and int(cut_off) > 0):
        raise InputError("metric-cut-off", name=name, base=base)
    return base, int(cut_off)


def measure(
    groups: Sequence[Sequence[str]], relevance: Mapping[str, int], names: Sequence[str] = DEFAULT_METRICS
) -> dict[str, float]:
    """The metrics of one ranking, each between 0 and 1.

    `ndcg@k` has the gain 2^grade - 1 and the discount 1 / log2(place + 1) (Burges et al. 2005). `recall@k`,
    `precision@k`, `hit@k`, `mrr` and `map` are as in TREC; `auc` is the share of pairs of a relevant and another ranked
    item in which the relevant one comes first, half for a tie. A list shorter than `k` is not a smaller `k`.

    Relevant items that were not ranked count against every metric: the ideal of `ndcg` and the number of relevant items
    are taken over everything judged, and in `auc` such an item loses all its pairs. A ranking that failed and is empty
    is therefore 0 in every metric, `auc` too: were it left out or given the .5 of chance, a ranker would gain by
    failing on the queries that it finds hard.

    Args:
        groups: item IDs, best group first; the items of one group are tied.
        relevance: grade by item ID.
        names: such as `ndcg@10` or `map`.

    Returns:
        Value by name, in the order asked. NaN where nothing is relevant, and in `auc` where all that is ranked is
        relevant.

    Raises:
        InputError: an item that is ranked twice, or a bad cut-off.
        UnknownName: no such metric.
    """
    parsed = [(name, *parse_metric(name)) for name in names]
    judged = judge(groups, relevance)
    if not judged.relevant:
        return {name: math.nan for name, *_ in parsed}
    return {name: METRICS[base](judged, k) for name, base, k in parsed}
