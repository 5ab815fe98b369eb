"""`promptrec probe`: benchmark the cheap rankers for a model, and show what `auto` uses."""

from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from promptrec.cli import options
from promptrec.cli.output import notes, print_json, results
from promptrec.data.languages import language_code
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.rank.selection.auto import Probe, auto


def probe(
    model: options.Model = DEFAULT_MODEL,
    language: Annotated[str, typer.Option("--language", help="Language of your catalogue, en or zh.")] = "en",
    engine: options.Engine = None,
    engine_option: options.EngineSettings = None,
    encoder: Annotated[str, typer.Option("--encoder", help="Name of an added text encoder, or its folder.")] = "minilm",
    again: Annotated[bool, typer.Option("--again", help="Ignore the cached table.")] = False,
    as_json: options.Json = False,
) -> None:
    """Benchmark the cheap rankers on 30 bundled query-item pairs, and show what `--ranker auto` uses."""
    language = language_code(language)
    settings = options.engine_settings(engine_option)
    with options.loaded_engine(model, engine, settings) as opened, notes().status("probing") as status:

        def notify(ranker: str) -> None:
            status.update(f"probing {ranker} (some minutes, once for each model and language)")

        info = resolve(model, "language model")
        found = auto(opened, info, language, encoder, options=settings, again=again, notify=notify)
    print_json(found.model_dump_json(indent=2)) if as_json else show(found, results(80))


def show(found: Probe, console: Console) -> None:
    """Print a probe as a table and the choice under it."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=f"{found.model} · {found.engine} · {found.language}")
    table.add_column("ranker", no_wrap=True)
    for name in ("AUC", "at least", "counts", "tokens", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("remarks", overflow="fold")
    most = max(found.weights.values(), default=1.0)
    for row in sorted(found.rows, key=lambda row: -(row.auc or 0)):
        if row.auc is None or row.low is None:
            table.add_row(row.ranker, *"–––––", row.reason)
            continue
        remarks = [] if row.first_position is None else [f"shown first comes first {row.first_position:.1f} x chance"]
        remarks += [] if row.yes is None else [f"says yes to {row.yes:.0%}"]
        remarks += [] if row.gain is None else [f"at least {row.gain:+.3f} over the same with nothing taken off"]
        counts = f"{found.weights[row.ranker] / most:.2f}" if row.ranker in found.weights else "–"
        cells = (f"{row.auc:.3f}", f"{row.low:.3f}", counts, f"{row.prompt_tokens:.0f}", f"{row.seconds:.1f}")
        table.add_row(row.ranker, *cells, "; ".join(remarks))
    console.print(table)
    console.print(
        "AUC over the pairs (chance .5), its lower bound (95 %), what it counts for in a sum, tokens read for an item",
        style="dim",
    )
    console.print(f"auto takes {found.ranker}: {found.reason}", highlight=False, markup=False)
    if found.weights:
        console.print("in an evaluation, a ranker that disagrees with the others counts for less", style="dim")
