"""Options that several commands share, and their parsing."""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from promptrec.cli.output import notes
from promptrec.data.catalog import Catalog
from promptrec.engine.base import Engine as OpenEngine
from promptrec.engine.options import EngineOptions
from promptrec.engine.registry import open_engine
from promptrec.errors import InputError
from promptrec.rank.expression import caches_item_scores, ranker_parts, template_kinds
from promptrec.rank.listwise.position_bias import ListwisePrior
from promptrec.rank.selection.auto import AUTO
from promptrec.redaction import redact
from promptrec.template.loader import shipped_folder
from promptrec.template.pack import SETTINGS

TEMPLATES = Path("templates")
"""Folder of the packs that `promptrec template new` creates; every command looks there."""


def own_templates(given: Path | None = None) -> Path | None:
    """Folder of the user's own templates: the given one, else `TEMPLATES` if it has a pack."""
    if given is not None or TEMPLATES.resolve() == shipped_folder().resolve():
        return given
    return TEMPLATES if any(TEMPLATES.glob(f"*/*/{SETTINGS}")) else None


Templates = Annotated[
    Path | None,
    typer.Option(
        "--templates",
        envvar="PROMPTREC_TEMPLATES",
        help=f"Folder of your own templates, searched first. Default: ./{TEMPLATES}, if it has a pack.",
    ),
]

Model = Annotated[str, typer.Option("--model", help="Name of an added model, or a model folder.")]
Engine = Annotated[
    str | None,
    typer.Option("--engine", help="vllm, transformers or server. Default: vllm with an NVIDIA GPU, else transformers."),
]
EngineSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--engine-option",
        metavar="NAME=VALUE",
        help="Option of the engine, e.g. dtype=bfloat16, max_model_len=4096, base_url=http://127.0.0.1:8000/v1. "
        "Give a key as PROMPTREC_API_KEY in the environment, because every process can read a command line.",
    ),
]
Ranker = Annotated[
    str | None,
    typer.Option(
        "--ranker", help="Ranker, sum (A+B), cascade (A:50:B) or auto. Default: query-likelihood below 1B parameters."
    ),
]
PositionBias = Annotated[
    Path | None,
    typer.Option(
        "--position-bias", metavar="FILE", help="File of `promptrec position-bias`, for the ranker listwise-prior."
    ),
]
ScoreCache = Annotated[
    Path | None,
    typer.Option(
        "--score-cache", metavar="FILE", help="SQLite file that caches query-independent item scores across calls."
    ),
]
Template = Annotated[
    str | None, typer.Option("--template", help="Name or file. Default: pack of the dataset's domain and language.")
]
Adapter = Annotated[str | None, typer.Option("--adapter", help="Folder of a LoRA adapter to read with.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of ties and of everything else that is random.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
CatalogFile = Annotated[
    str,
    typer.Option("--catalog", metavar="FILE", help="CSV, JSONL or Parquet file, or bundled:films, bundled:places-zh."),
]
Columns = Annotated[
    list[str] | None, typer.Option("--columns", metavar="OURS=THEIRS", help="Mapping of columns, e.g. title=name.")
]

BUNDLED = "bundled:"


def open_catalog(source: str, columns: Iterable[str] | None = None) -> Catalog:
    """Open the catalogue named on the command line."""
    mapping = settings("--columns", columns, may_be_empty=True)
    if not source.startswith(BUNDLED):
        return Catalog.from_file(Path(source), columns=mapping or None)
    if mapping:
        raise InputError("columns-of-bundled-catalogue")
    return Catalog.bundled(source.removeprefix(BUNDLED))


def settings(
    option: str, pairs: Iterable[str] | None, *, may_be_empty: bool = False, secret: bool = False
) -> dict[str, str]:
    """Parse NAME=VALUE pairs.

    Args:
        option: name of the option, for messages.
        pairs: texts of the form NAME=VALUE.
        may_be_empty: whether a value may be empty, as for a field without a column.
        secret: whether a pair may hold a secret, so that messages must not repeat it.
    """
    out: dict[str, str] = {}
    for pair in pairs or ():
        name, equals, value = (part.strip() for part in pair.partition("="))
        if not (name and equals and (value or may_be_empty)):
            if secret:
                raise InputError("option-secret-pair", option=option)
            raise InputError("option-pair", option=option, got=repr(pair))
        if name in out:
            raise InputError("option-name-twice", option=option, name=name)
        out[name] = value
    return out


def engine_settings(pairs: Iterable[str] | None) -> EngineOptions:
    """Parse --engine-option."""
    return EngineOptions.parse(settings("--engine-option", pairs, secret=True))


@contextmanager
def loaded_engine(model: str, engine: str | None, settings: EngineOptions) -> Iterator[OpenEngine]:
    """Open the engine of a model, and close it when it is done with."""
    with notes().status(Text(f"loading {model}")):
        opened, _ = open_engine(model, engine, settings)
    with closing(opened):
        yield opened


def command_line(arguments: Sequence[str]) -> str:
    """The command line of parsed arguments, quoted for a shell, with secrets masked."""
    return shlex.join(["promptrec", *map(_without_secrets, arguments)])


def _without_secrets(argument: str) -> str:
    option = "--engine-option=" if argument.startswith("--engine-option=") else ""
    name, _, value = (part.strip() for part in argument.removeprefix(option).partition("="))
    if name not in EngineOptions.model_fields:
        return redact(argument)
    return f"{option}{name}={getattr(EngineOptions.parse({name: value}), name)}"


def as_typed(text: str) -> str:
    """Recover UTF-8 arguments that Python decoded with another encoding (LC_ALL=POSIX)."""
    try:
        return os.fsencode(text).decode() if any("\udc80" <= sign <= "\udcff" for sign in text) else text
    except UnicodeError:
        return text


def _reads_model(ranker: str) -> bool:
    return ranker == AUTO or bool(template_kinds(ranker))


# Rankers that use a parameter.
TAKES: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("model", "models", "engine", "engine_option", "engine_options"), _reads_model),
    **dict.fromkeys(("template", "templates", "adapter", "intent_reader"), _reads_model),
    "position_bias": lambda ranker: ranker != AUTO and ListwisePrior.name in ranker_parts(ranker),
    "score_cache": lambda ranker: ranker == AUTO or caches_item_scores(ranker),
}
# Options whose name differs from their parameter.
OPTIONS = {"models": "--model", "engine_options": "--engine-option"}


def say_unused(given: Iterable[str], rankers: Sequence[str], console: Console) -> None:
    """Print a line about given parameters that none of the rankers uses, if there are any."""
    lost = [name for name in given if name in TAKES and not any(map(TAKES[name], rankers))]
    if lost:
        options = ", ".join(OPTIONS.get(name, f"--{name.replace('_', '-')}") for name in lost)
        verb = "changes" if len(lost) == 1 else "change"
        console.print(f"promptrec: {options} {verb} nothing with {', '.join(rankers) or 'the baselines'}")
