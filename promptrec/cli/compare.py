"""`promptrec compare`: is one run better than another, or is it chance?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from promptrec.cli.options import JsonOption
from promptrec.errors import InputError
from promptrec.evaluate.comparison import compare as compare_values
from promptrec.evaluate.run_folder import read_values


def compare(
    run_a: Annotated[Path, typer.Argument(metavar="RUN_A", help="Folder of a run: RUN/DATASET/RANKER-…")],
    run_b: Annotated[Path, typer.Argument(metavar="RUN_B", help="Folder of another, on the same dataset.")],
    metric: Annotated[
        list[str] | None, typer.Option("--metric", help="Repeat it. Default: all that both runs have.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the resampling.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Compare two runs query by query. All metrics asked for are one family, and corrected for it (Holm)."""
    (spec_a, a), (spec_b, b) = read_values(run_a), read_values(run_b)
    if spec_a.dataset_sha256 != spec_b.dataset_sha256:
        raise InputError(f"{run_a} ({spec_a.dataset}) and {run_b} ({spec_b.dataset}) ranked different data")
    shared = [name for name in a if name in b]
    if not any(a[name].keys() & b[name].keys() for name in shared):
        raise InputError(f"{run_a} ({spec_a.dataset}) and {run_b} ({spec_b.dataset}) have no query in common")
    names = (spec_a.system, spec_b.system) if spec_a.system != spec_b.system else (str(run_a), str(run_b))
    found = compare_values(a, b, metric or shared, names=names, seed=seed)
    if as_json:
        print(found.model_dump_json(indent=2))
        return
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for name in found.contrasts:
        console.print(found.verdict(name))
