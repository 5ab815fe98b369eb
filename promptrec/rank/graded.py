"""`graded`: one question for each candidate; the grade expected for it, minus the grade when nothing is known.

Finer than yes or no, and read from the probabilities of all grades at once: Zhuang et al. 2024, "Beyond yes and no".
"""

import math
from collections.abc import Sequence
from typing import ClassVar

from promptrec.rank.calibrated import Calibrated


class Graded(Calibrated):
    """How well the model would grade an item, compared with its grade for nobody in particular (in grades)."""

    name: ClassVar[str] = "graded"
    template_kind: ClassVar[str] = "graded"
    number: ClassVar[str] = "grade"

    def value(self, logprobs: Sequence[float]) -> float:
        """The expected grade; 1 for the template's first word, which is the worst."""
        return expected_grade(logprobs)


def expected_grade(logprobs: Sequence[float]) -> float:
    """The mean of the grades 1, 2, … under their probabilities, scaled to sum to 1.

    Args:
        logprobs: the natural-log probability of each grade, worst first; what all of them share makes no difference.
    """
    likeliest = max(logprobs)
    weights = [math.exp(p - likeliest) for p in logprobs]
    return sum(grade * weight for grade, weight in enumerate(weights, 1)) / sum(weights)
