"""Runs: what is ranked, where it is stored, how it is measured and what it would cost. The names load on first use."""

from typing import TYPE_CHECKING

from promptrec.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from promptrec.evaluate.runs.cost_estimate import CostEstimate as CostEstimate
    from promptrec.evaluate.runs.cost_estimate import estimate_cost as estimate_cost
    from promptrec.evaluate.runs.execution import Executor as Executor
    from promptrec.evaluate.runs.execution import rank_missing as rank_missing
    from promptrec.evaluate.runs.measure import Measurement as Measurement
    from promptrec.evaluate.runs.measure import measure_run as measure_run
    from promptrec.evaluate.runs.query_results import read_systems as read_systems
    from promptrec.evaluate.runs.query_results import read_values as read_values
    from promptrec.evaluate.runs.runner import Runner as Runner
    from promptrec.evaluate.runs.store import RunStore as RunStore
    from promptrec.evaluate.runs.systems import requested_systems as requested_systems

_MODULES = {
    "CostEstimate": "promptrec.evaluate.runs.cost_estimate",
    "Executor": "promptrec.evaluate.runs.execution",
    "Measurement": "promptrec.evaluate.runs.measure",
    "RunStore": "promptrec.evaluate.runs.store",
    "Runner": "promptrec.evaluate.runs.runner",
    "estimate_cost": "promptrec.evaluate.runs.cost_estimate",
    "measure_run": "promptrec.evaluate.runs.measure",
    "rank_missing": "promptrec.evaluate.runs.execution",
    "read_systems": "promptrec.evaluate.runs.query_results",
    "read_values": "promptrec.evaluate.runs.query_results",
    "requested_systems": "promptrec.evaluate.runs.systems",
}
__all__ = [*_MODULES]

__getattr__, __dir__ = lazy_exports(__name__, _MODULES)
