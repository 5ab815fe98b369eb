"""Datasets: folders, recipes from public sets, splits and audits. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.evaluate.datasets.audit import audit_dataset as audit_dataset
    from promptrec.evaluate.datasets.dataset import Dataset as Dataset
    from promptrec.evaluate.datasets.folder import load_dataset as load_dataset
    from promptrec.evaluate.datasets.leaks import find_leaks as find_leaks
    from promptrec.evaluate.datasets.query_coverage import QueryCoverage as QueryCoverage
    from promptrec.evaluate.datasets.recipes import RECIPES as RECIPES
    from promptrec.evaluate.datasets.recipes import Recipe as Recipe
    from promptrec.evaluate.datasets.registry import known_datasets as known_datasets
    from promptrec.evaluate.datasets.registry import open_dataset as open_dataset
    from promptrec.evaluate.datasets.registry import planted_dataset as planted_dataset
    from promptrec.evaluate.datasets.split import Split as Split
    from promptrec.evaluate.datasets.writer import write_dataset as write_dataset

_MODULES = {
    "Dataset": "promptrec.evaluate.datasets.dataset",
    "QueryCoverage": "promptrec.evaluate.datasets.query_coverage",
    "RECIPES": "promptrec.evaluate.datasets.recipes",
    "Recipe": "promptrec.evaluate.datasets.recipes",
    "Split": "promptrec.evaluate.datasets.split",
    "audit_dataset": "promptrec.evaluate.datasets.audit",
    "find_leaks": "promptrec.evaluate.datasets.leaks",
    "known_datasets": "promptrec.evaluate.datasets.registry",
    "load_dataset": "promptrec.evaluate.datasets.folder",
    "open_dataset": "promptrec.evaluate.datasets.registry",
    "planted_dataset": "promptrec.evaluate.datasets.registry",
    "write_dataset": "promptrec.evaluate.datasets.writer",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
