"""Templates as they are named on the command line: one by name or file, and what a folder or pack holds."""

from pathlib import Path
from typing import Annotated

import typer

from promptrec.author.misnamed import misnamed_files
from promptrec.errors import InputError, UnknownName
from promptrec.template.pack import PART
from promptrec.template.store import SUFFIX, list_templates, load_template, packs, shipped_folder
from promptrec.template.template import Template

FolderOption = Annotated[
    Path | None,
    typer.Option(
        "--templates", envvar="PROMPTREC_TEMPLATES", help="A folder of your own templates, looked into first."
    ),
]


def one_template(name: str, folder: Path | None) -> Template:
    """The template of a name or file.

    Raises:
        InputError: the name of a pack, which has several.
        UnknownName: no such template.
    """
    if name in packs(folder):
        raise InputError(
            f"{name} is a pack: name one of its templates: {', '.join(t.name for t in inside(name, folder))}"
        )
    return _named(name, folder)


def inside(pack: str, folder: Path | None) -> list[Template]:
    """The templates of a pack, in the order of their names."""
    return list_templates(folder, pack)


def template_files(name: str, folder: Path | None) -> list[Path]:
    """The files of a folder, of a pack, or of one template. They are not read: each may be broken.

    Raises:
        InputError: a folder without templates.
        UnknownName: nothing of this name.
    """
    roots = [root for root in (folder, Path(), shipped_folder()) if root is not None]
    held = next((root / name for root in roots if (root / name).is_dir()), None)
    if held is not None:
        found = [path for path in sorted(held.rglob(f"*{SUFFIX}")) if not path.name.startswith(PART)]
        if not found:
            others = "".join(f"; {other.said}: {other.suggestion}" for other in misnamed_files(held))
            raise InputError(f"{held}: no template in this folder: their names end with {SUFFIX}{others}")
        return found
    files = [Path(name), *(root / f"{name}{SUFFIX}" for root in roots)]
    known = next((path for path in files if path.suffix == SUFFIX and path.is_file()), None)
    return [known or Path(_named(name, folder).path)]


def _named(name: str, folder: Path | None) -> Template:
    """The template of a name; where there is none, the message says which folder it may be in."""
    try:
        return load_template(name, folder=folder)
    except UnknownName as unknown:
        if folder is not None:
            raise
        here = [] if Path(name).is_absolute() else sorted(path for path in Path().iterdir() if path.is_dir())
        held = next((path for path in here if (path / name).is_dir() or (path / f"{name}{SUFFIX}").is_file()), None)
        said = f"it is in {held}: add --templates {held}" if held else "for your own add --templates FOLDER"
        raise InputError(f"{unknown}; {said}") from None
