"""Cost: tokens, calls and seconds of many rankings."""

import math
from array import array

import numpy as np

from promptrec.rank.ranking import Ranking


class Cost:
    """Takes rankings one at a time; keeps sums, and eight bytes a ranking for the quantiles of seconds."""

    def __init__(self) -> None:
        self._prompt = self._cached = self._decoded = self._calls = 0
        self._seconds = array("d")

    def add(self, ranking: Ranking) -> None:
        """Count what a ranking cost."""
        ledger = ranking.ledger
        self._prompt += ledger.prompt_tokens
        self._cached += ledger.cached_tokens
        self._decoded += ledger.decoded_tokens
        self._calls += ledger.calls
        self._seconds.append(ledger.seconds)

    def summary(self) -> dict[str, float]:
        """Totals by name, and rates; NaN where nothing was counted.

        prompt-tokens include cached-tokens, which the engine did not have to compute again. seconds are those of
        the ranker and its engine; a ranking's own seconds, which the quantiles are of, are its share of its batch.
        """
        seconds = np.frombuffer(self._seconds) if self._seconds else np.array([math.nan])
        total = math.fsum(self._seconds)
        p50, p95 = np.quantile(seconds, [0.5, 0.95])
        return {
            "prompt-tokens": float(self._prompt),
            "cached-tokens": float(self._cached),
            "decoded-tokens": float(self._decoded),
            "calls": float(self._calls),
            "seconds": total,
            "users-per-second": len(self._seconds) / total if total else math.nan,
            "seconds-p50": float(p50),
            "seconds-p95": float(p95),
        }
