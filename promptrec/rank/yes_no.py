"""`yes-no`: one question for each candidate; log-odds of yes, minus the same log-odds when nothing is known."""

from collections.abc import Sequence
from typing import ClassVar

from promptrec.rank.calibrated import Calibrated


class YesNo(Calibrated):
    """Whether the model would say yes, compared with what it says about the same item to nobody in particular."""

    name: ClassVar[str] = "yes-no"
    template_kind: ClassVar[str] = "yes-no"
    number: ClassVar[str] = "log-odds"

    def value(self, logprobs: Sequence[float]) -> float:
        """Log P(yes) - log P(no)."""
        yes, no = logprobs
        return yes - no
