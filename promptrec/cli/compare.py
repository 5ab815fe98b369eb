"""`promptrec compare`: significance of the difference between two runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from promptrec.cli import options
from promptrec.cli.output import dump_json, notes, say
from promptrec.errors import InputError
from promptrec.evaluate.run_spec import RunSpec
from promptrec.evaluate.runs.store import is_evaluation, read_systems, read_values
from promptrec.evaluate.stats.comparison import Values, compare_pairs
from promptrec.messages import message

Runs = dict[tuple[str, str], tuple[RunSpec, Values]]


def compare(
    run_a: Annotated[
        Path, typer.Argument(metavar="A", help="Folder of a run (RUN/DATASET/RANKER-…) or of an evaluation.")
    ],
    run_b: Annotated[Path, typer.Argument(metavar="B", help="Folder of another on the same data.")],
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Metric to compare; repeat it. Default: every common one.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the resampling.")] = 0,
    as_json: options.Json = False,
) -> None:
    """Compare two runs query by query, or two evaluations system by system (same name, same dataset).

    All comparisons are one family: p-values are corrected for it (Holm).
    """
    console = notes()
    if is_evaluation(run_a) and is_evaluation(run_b):
        a, b = read_systems(run_a), read_systems(run_b)
        for one, other, path in ((a, b, run_a), (b, a, run_b)):
            alone = [f"{system} on {dataset}" for dataset, system in one if (dataset, system) not in other]
            if alone:
                console.print(f"promptrec: only in {path}: {', '.join(alone)}")
    else:
        (spec_a, values_a), (spec_b, values_b) = read_values(run_a), read_values(run_b)
        named = (spec_a.dataset, spec_a.system if spec_a.system == spec_b.system else "")
        a, b = {named: (spec_a, values_a)}, {named: (spec_b, values_b)}
    pairs = _pairs(a, b, run_a, run_b)
    found = compare_pairs(pairs, metric or _shared(list(pairs.values())), seed)
    if as_json:
        dumped = [comparison.model_dump(mode="json") for comparison in found.values()]
        dump_json(dumped if is_evaluation(run_a) else dumped[0])
        return
    for comparison in found.values():
        for name in comparison.contrasts:
            say(comparison.verdict(name))


def _pairs(a: Runs, b: Runs, run_a: Path, run_b: Path) -> dict[tuple[str, str], tuple[Values, Values]]:
    """Values of the runs that both have, by a pair of distinct names."""
    common = [key for key in a if key in b]
    if not common:
        raise InputError("runs-without-common-system", run_a=run_a, run_b=run_b)
    out = {}
    for dataset, system in common:
        (spec_a, values_a), (spec_b, values_b) = a[dataset, system], b[dataset, system]
        found = {"run_a": run_a, "dataset": spec_a.dataset, "run_b": run_b, "dataset_b": spec_b.dataset}
        if spec_a.dataset_sha256 != spec_b.dataset_sha256:
            raise InputError(message("runs-of-other-data", **found))
        if not any(values_a[m].keys() & values_b[m].keys() for m in values_a if m in values_b):
            raise InputError(message("runs-without-common-query", **found))
        names = (spec_a.system, spec_b.system)
        if system:
            where = f"{system} on {dataset}" if len({of for of, _ in common}) > 1 else system
            names = (f"{where} ({run_a})", f"{where} ({run_b})")
        out[names] = (values_a, values_b)
    return out


def _shared(pairs: Sequence[tuple[Values, Values]]) -> list[str]:
    runs = [values for pair in pairs for values in pair]
    return [name for name in runs[0] if all(name in values for values in runs)]
