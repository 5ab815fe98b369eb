"""Statistics: intervals, paired tests, power and comparisons. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.evaluate.stats.comparison import Comparison as Comparison
    from promptrec.evaluate.stats.comparison import Contrast as Contrast
    from promptrec.evaluate.stats.comparison import compare as compare
    from promptrec.evaluate.stats.comparison import compare_pairs as compare_pairs
    from promptrec.evaluate.stats.power import detectable as detectable
    from promptrec.evaluate.stats.power import users_needed as users_needed
    from promptrec.evaluate.stats.significance import Interval as Interval
    from promptrec.evaluate.stats.significance import PairedDifference as PairedDifference
    from promptrec.evaluate.stats.significance import holm as holm
    from promptrec.evaluate.stats.significance import interval as interval
    from promptrec.evaluate.stats.significance import paired_difference as paired_difference

_MODULES = {
    "Comparison": "promptrec.evaluate.stats.comparison",
    "Contrast": "promptrec.evaluate.stats.comparison",
    "Interval": "promptrec.evaluate.stats.significance",
    "PairedDifference": "promptrec.evaluate.stats.significance",
    "compare": "promptrec.evaluate.stats.comparison",
    "compare_pairs": "promptrec.evaluate.stats.comparison",
    "detectable": "promptrec.evaluate.stats.power",
    "holm": "promptrec.evaluate.stats.significance",
    "interval": "promptrec.evaluate.stats.significance",
    "paired_difference": "promptrec.evaluate.stats.significance",
    "users_needed": "promptrec.evaluate.stats.power",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
