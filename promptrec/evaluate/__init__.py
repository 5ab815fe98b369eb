"""Evaluation of rankers on datasets. Nothing that ranks imports it; the names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.evaluate.config import Config as Config
    from promptrec.evaluate.datasets.dataset import Dataset as Dataset
    from promptrec.evaluate.datasets.folder import load_dataset as load_dataset
    from promptrec.evaluate.datasets.registry import open_dataset as open_dataset
    from promptrec.evaluate.evaluator import evaluate as evaluate
    from promptrec.evaluate.metrics.ranking import measure as measure
    from promptrec.evaluate.progress_listener import ProgressListener as ProgressListener
    from promptrec.evaluate.report.write import write_report as write_report
    from promptrec.evaluate.results import DatasetResult as DatasetResult
    from promptrec.evaluate.results import Evaluation as Evaluation
    from promptrec.evaluate.results import RunResult as RunResult
    from promptrec.evaluate.results import read_evaluation as read_evaluation
    from promptrec.evaluate.run_spec import RunSpec as RunSpec
    from promptrec.evaluate.run_spec import System as System
    from promptrec.evaluate.runs.cost_estimate import estimate_cost as estimate_cost
    from promptrec.evaluate.stats.comparison import Comparison as Comparison
    from promptrec.evaluate.stats.comparison import compare as compare

_MODULES = {
    "Comparison": "promptrec.evaluate.stats.comparison",
    "Config": "promptrec.evaluate.config",
    "Dataset": "promptrec.evaluate.datasets.dataset",
    "DatasetResult": "promptrec.evaluate.results",
    "Evaluation": "promptrec.evaluate.results",
    "ProgressListener": "promptrec.evaluate.progress_listener",
    "RunResult": "promptrec.evaluate.results",
    "RunSpec": "promptrec.evaluate.run_spec",
    "System": "promptrec.evaluate.run_spec",
    "compare": "promptrec.evaluate.stats.comparison",
    "estimate_cost": "promptrec.evaluate.runs.cost_estimate",
    "evaluate": "promptrec.evaluate.evaluator",
    "load_dataset": "promptrec.evaluate.datasets.folder",
    "measure": "promptrec.evaluate.metrics.ranking",
    "open_dataset": "promptrec.evaluate.datasets.registry",
    "read_evaluation": "promptrec.evaluate.results",
    "write_report": "promptrec.evaluate.report.write",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
