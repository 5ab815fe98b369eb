"""Checks of one system: memorisation of titles, robustness and stability. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.evaluate.checks.memorisation import masked_titles as masked_titles
    from promptrec.evaluate.checks.memorisation import permuted_titles as permuted_titles
    from promptrec.evaluate.checks.memorisation import title_variants as title_variants
    from promptrec.evaluate.checks.perturbations import add_typos as add_typos
    from promptrec.evaluate.checks.perturbations import paraphrase as paraphrase
    from promptrec.evaluate.checks.robustness import perturb as perturb
    from promptrec.evaluate.checks.stability import Stability as Stability
    from promptrec.evaluate.checks.stability import mean_stability as mean_stability
    from promptrec.evaluate.checks.stability import position_lift as position_lift

_MODULES = {
    "Stability": "promptrec.evaluate.checks.stability",
    "add_typos": "promptrec.evaluate.checks.perturbations",
    "masked_titles": "promptrec.evaluate.checks.memorisation",
    "mean_stability": "promptrec.evaluate.checks.stability",
    "paraphrase": "promptrec.evaluate.checks.perturbations",
    "permuted_titles": "promptrec.evaluate.checks.memorisation",
    "perturb": "promptrec.evaluate.checks.robustness",
    "position_lift": "promptrec.evaluate.checks.stability",
    "title_variants": "promptrec.evaluate.checks.memorisation",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
