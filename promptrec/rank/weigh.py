"""What `auto` takes for requests at hand: the rankers that passed the probe, weighed by how they agree on them.

No right answer is needed. BM25 costs nothing and is weighed too, though the probe, whose words and items share no
words, cannot tell how good it is: there it counts as the least of the others.
"""

from collections.abc import Callable, Sequence

import numpy as np

from promptrec.rank.agreement import correlations, shares_of_truth
from promptrec.rank.auto import Probe, weight
from promptrec.rank.debiased import passed
from promptrec.rank.ensemble import member_scores, standardised
from promptrec.rank.probe_set import PEOPLE
from promptrec.rank.ranking import Ranking

# So many requests are read by every member before any is ranked.
AT_HAND = 20
# With fewer, chance decides who agrees.
LEAST_REQUESTS = 8
# A member that would count for less than this part of the first is left out, and its cost with it.
LEAST_PART = 0.2
FREE = "bm25"


def weighed(found: Probe, read: Callable[[str], Sequence[Ranking]]) -> tuple[str, str]:
    """A ranker's name and why.

    Args:
        found: the probe of the model.
        read: the rankings of the first `AT_HAND` requests by the ranker of a name.
    """
    # Centring asks nine times as much of items that are new, so only where the probe's own choice needs it.
    rows = passed([row for row in found.rows if row.gain is None or row.ranker in found.chosen])
    if not rows:
        return found.chosen, found.why
    members = [*(row.ranker for row in rows), FREE]
    beliefs = [weight(row, PEOPLE) for row in rows]
    rankings = [read(member) for member in members]
    if len(rankings[0]) < LEAST_REQUESTS:
        return found.chosen, f"{found.why}; {len(rankings[0])} requests are too few to weigh by agreement"
    shares = shares_of_truth(correlations([[standardised(member_scores(r)) for r in each] for each in rankings]))
    if not shares.any():
        return found.chosen, f"{found.why}; on the requests at hand nothing agrees with anything"
    weights = shares * np.array([*beliefs, min(beliefs)])
    weights = weights / weights.max()
    kept = {m: w for m, w in zip(members, weights, strict=True) if w >= LEAST_PART}
    told = ", ".join(f"{m} {share:.2f}" for m, share in zip(members, shares, strict=True))
    why = f"how far each agrees with the rest on {len(rankings[0])} requests: {told}"
    if len(kept) == 1:
        return next(iter(kept)), why
    return "+".join(f"{w:.2f}*{m}" for m, w in sorted(kept.items(), key=lambda one: -one[1])), why
