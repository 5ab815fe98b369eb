"""`promptrec template check`: diagnostics of templates."""

from pathlib import Path
from typing import Annotated

import typer

from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.linter import check
from promptrec.authoring.lint.subprocess_sandbox import check_in_subprocess
from promptrec.cli import options
from promptrec.cli.output import dump_json, say
from promptrec.cli.template.lookup import template_files
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.errors import InputError
from promptrec.template.loader import list_templates


def check_(
    named: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME|PACK|FILE|FOLDER]...", help="Default: your own folder, else all shipped templates."
        ),
    ] = None,
    templates: options.Templates = None,
    model: options.Model = DEFAULT_MODEL,
    catalog: Annotated[
        str | None, typer.Option("--catalog", metavar="FILE", help="Check against this catalogue, not the pack's own.")
    ] = None,
    columns: options.Columns = None,
    untrusted: Annotated[
        bool, typer.Option("--untrusted", help="Check in a separate process with limits on memory and time.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Check templates: print file, line, fault and correction. Exit code 1 if any fault is an error."""
    templates = options.own_templates(templates)
    folder = resolve(model, "language model").folder
    tokenizer = ModelTokenizer.from_folder(folder)
    if untrusted and catalog is not None:
        raise InputError("untrusted-with-catalogue")
    items = options.open_catalog(catalog, columns) if catalog is not None else None
    names = named or ([str(templates)] if templates is not None else [])
    paths: list[str | Path] = [path for name in names for path in template_files(name, templates)]
    paths = paths or [t.path for t in list_templates()]

    def look(path: str | Path) -> list[Diagnostic]:
        if untrusted:
            return check_in_subprocess(path, model_folder=folder)
        return check(path, tokenizer=tokenizer, catalog=items)

    # Templates of a pack share parts, and the faults of these.
    found = list(dict.fromkeys(f for path in paths for f in look(path)))
    if as_json:
        dump_json([f.model_dump(mode="json") for f in found])
    else:
        _show(found, len(paths))
    raise typer.Exit(1 if any(f.severity == "error" for f in found) else 0)


def _show(found: list[Diagnostic], templates: int) -> None:
    for finding in found:
        say(f"{finding}  [{finding.severity}: {finding.rule}]")
    errors = sum(f.severity == "error" for f in found)
    say(f"{templates} templates: {errors} errors, {len(found) - errors} warnings")
