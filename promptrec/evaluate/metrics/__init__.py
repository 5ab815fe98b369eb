"""Metrics of single rankings and of whole runs. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.evaluate.metrics.beyond_accuracy import BeyondAccuracy as BeyondAccuracy
    from promptrec.evaluate.metrics.beyond_accuracy import ExposureCollapse as ExposureCollapse
    from promptrec.evaluate.metrics.cost import CostMetrics as CostMetrics
    from promptrec.evaluate.metrics.diversity import ItemVectors as ItemVectors
    from promptrec.evaluate.metrics.ranking import DEFAULT_METRICS as DEFAULT_METRICS
    from promptrec.evaluate.metrics.ranking import METRICS as METRICS
    from promptrec.evaluate.metrics.ranking import measure as measure
    from promptrec.evaluate.metrics.ranking import parse_metric as parse_metric
    from promptrec.evaluate.metrics.validity import Validity as Validity

_MODULES = {
    "BeyondAccuracy": "promptrec.evaluate.metrics.beyond_accuracy",
    "CostMetrics": "promptrec.evaluate.metrics.cost",
    "DEFAULT_METRICS": "promptrec.evaluate.metrics.ranking",
    "ExposureCollapse": "promptrec.evaluate.metrics.beyond_accuracy",
    "ItemVectors": "promptrec.evaluate.metrics.diversity",
    "METRICS": "promptrec.evaluate.metrics.ranking",
    "Validity": "promptrec.evaluate.metrics.validity",
    "measure": "promptrec.evaluate.metrics.ranking",
    "parse_metric": "promptrec.evaluate.metrics.ranking",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
