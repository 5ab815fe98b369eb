"""What the folder of a run says of it, query by query."""

import csv
from pathlib import Path

from promptrec.errors import InputError
from promptrec.evaluate.evaluation import EVALUATION
from promptrec.evaluate.measured import Values
from promptrec.evaluate.spec import RunSpec
from promptrec.evaluate.store import PER_QUERY, SPEC, RunStore


def read_values(folder: str | Path) -> tuple[RunSpec, Values]:
    """The spec of a measured run, and its values by metric and query ID.

    Raises:
        InputError: not the folder of one run (the message lists those below it), or a run that was not measured.
    """
    folder = Path(folder)
    if not (folder / SPEC).exists() and (folder / EVALUATION).exists():
        below = sorted(str(path.parent) for path in folder.glob(f"*/*/{SPEC}"))
        raise InputError(f"{folder} is an evaluation of several runs: name one of {', '.join(below) or 'none'}")
    spec = RunStore(folder).spec
    path = folder / PER_QUERY
    if not path.exists():
        raise InputError(f"{folder}: no {PER_QUERY}: the run did not end; give its `promptrec evaluate` again")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    metrics = (reader.fieldnames or [])[1:]
    return spec, {name: {row["query_id"]: float(row[name]) for row in rows} for name in metrics}
