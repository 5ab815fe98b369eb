"""Reader of the metrics of runs, by query."""

import csv
import math
from pathlib import Path

from promptrec.errors import InputError
from promptrec.evaluate.results import EVALUATION, read_evaluation
from promptrec.evaluate.run_spec import RunSpec
from promptrec.evaluate.runs.store import PER_QUERY, SPEC, RunStore
from promptrec.evaluate.stats.comparison import Values
from promptrec.messages import message


def is_evaluation(folder: str | Path) -> bool:
    """Whether a folder holds an evaluation of several runs, and is not the folder of one."""
    return not (Path(folder) / SPEC).exists() and (Path(folder) / EVALUATION).exists()


def read_systems(folder: str | Path) -> dict[tuple[str, str], tuple[RunSpec, Values]]:
    """`read_values` of each run of an evaluation, by the names of its dataset and its system.

    Raises:
        InputError: as `read_values` and `read_evaluation`.
    """
    found = read_evaluation(folder)
    runs = ((dataset.name, run) for dataset in found.datasets for run in dataset.runs)
    return {(name, run.system): read_values(Path(folder) / run.folder) for name, run in runs}


def read_values(folder: str | Path) -> tuple[RunSpec, Values]:
    """The spec of a measured run, and its values by metric and query ID.

    Raises:
        InputError: not the folder of one run (the message lists those below it), a run that was not measured, or
            values that another program changed.
    """
    folder = Path(folder)
    if is_evaluation(folder):
        below = tuple(sorted(str(path.parent) for path in folder.glob(f"*/*/{SPEC}")))
        raise InputError("evaluation-of-several-runs", folder=folder, runs=below or message("none"))
    spec = RunStore(folder).spec
    path = folder / PER_QUERY
    if not path.exists():
        raise InputError("run-not-ended", path=folder, file=PER_QUERY)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            (_, *metrics), *rows = csv.reader(file)
        values = {query_id: dict(zip(metrics, map(float, cells), strict=True)) for query_id, *cells in rows}
        if any(math.isinf(value) for of_query in values.values() for value in of_query.values()):
            raise ValueError("a value is not finite")
    except (OSError, ValueError, csv.Error):
        raise InputError("values-changed", path=path) from None
    return spec, {name: {query_id: of_query[name] for query_id, of_query in values.items()} for name in metrics}
