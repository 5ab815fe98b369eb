"""Whether to take off what a model likes whoever asks: only where the probe shows that it helps.

What is surely better than chance is measured once more with that taken off: the mean over other people where items are
judged one by one, the mean over shifts where all are in labelled slots. The two are compared person by person.
"""

from collections.abc import Callable, Sequence

from promptrec.rank.probe import Measured, ProbeRow, least, shares_below
from promptrec.rank.probe_set import Pairs
from promptrec.rank.table import ranker_class

# People of reference: more of them cost more, and the mean over eight is near that over all.
REFERENCES = 8
# A way of ranking this much worse than the best says little that the best does not.
MARGIN = 0.15


def debiased(name: str) -> str | None:
    """The same way of ranking with what is liked whoever asks taken off; None where there is no such way."""
    if name == "listwise-labels":
        return "listwise-shifts"
    return f"{name}~{REFERENCES}" if ranker_class(name).pointwise else None


def try_debiased(pairs: Pairs, found: Sequence[Measured], measure: Callable[[str], Measured]) -> list[Measured]:
    """What passed, debiased, with what it gains at least over the plain way."""
    tried = []
    plain = {one.row.ranker: one for one in found}
    for row in passed([one.row for one in found]):
        name = debiased(row.ranker)
        if name is not None:
            tried.append(_with_gain(measure(name), plain[row.ranker], pairs))
    return tried


def passed(rows: Sequence[ProbeRow]) -> list[ProbeRow]:
    """The rows of rankers that are surely better than chance and not far below the best, best first.

    Of a way of ranking and the same debiased only one is there: the second where it is surely better, else the first.
    """
    gaining = {row.ranker for row in rows if row.gain is not None and row.gain > 0}
    better = [row for row in rows if row.low is not None and row.low > 0.5]
    stand = [r for r in better if (debiased(r.ranker) not in gaining if r.gain is None else r.gain > 0)]
    stand.sort(key=lambda row: -(row.auc or 0))
    return [row for row in stand if (row.auc or 0) >= (stand[0].auc or 0) - MARGIN]


def _with_gain(one: Measured, plain: Measured, pairs: Pairs) -> Measured:
    if one.row.auc is None:
        return one
    both = zip(shares_below(pairs, one.scores), shares_below(pairs, plain.scores), strict=True)
    gain = least([after - before for after, before in both])
    return Measured(one.row.model_copy(update={"gain": gain}), one.scores)
