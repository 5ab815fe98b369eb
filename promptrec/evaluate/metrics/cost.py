"""Cost: tokens, calls and seconds of many rankings."""

import math
from array import array

import numpy as np

from promptrec.engine.base import Usage
from promptrec.rank.ranking import Ranking


class CostMetrics:
    """Takes rankings one at a time; keeps sums, and eight bytes a ranking for the quantiles of seconds."""

    def __init__(self) -> None:
        self._usage = Usage()
        self._seconds = array("d")

    def add(self, ranking: Ranking) -> None:
        """Add the cost of a ranking."""
        self._usage += ranking.usage
        self._seconds.append(ranking.usage.seconds)

    def summary(self) -> dict[str, float]:
        """Totals by name, and rates; NaN where nothing was counted.

        prompt-tokens include cached-tokens, which the engine did not have to compute again. seconds are those of
        the ranker and its engine; a ranking's own seconds, which the quantiles are of, are its share of its batch.
        """
        seconds = np.frombuffer(self._seconds) if self._seconds else np.array([math.nan])
        total = math.fsum(self._seconds)
        p50, p95 = np.quantile(seconds, [0.5, 0.95])
        return {
            "prompt-tokens": float(self._usage.prompt_tokens),
            "cached-tokens": float(self._usage.cached_tokens),
            "decoded-tokens": float(self._usage.decoded_tokens),
            "calls": float(self._usage.calls),
            "seconds": total,
            "users-per-second": len(self._seconds) / total if total else math.nan,
            "seconds-p50": float(p50),
            "seconds-p95": float(p95),
        }
