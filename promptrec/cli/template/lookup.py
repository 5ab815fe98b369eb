"""Lookup of templates by the names of the command line: name, file, pack or folder."""

from pathlib import Path

from promptrec.authoring.lint.file_names import misnamed_files_hint
from promptrec.errors import InputError, UnknownName
from promptrec.template.loader import SUFFIX, list_templates, load_template, packs, shipped_folder
from promptrec.template.pack import PART
from promptrec.template.template import Template


def one_template(name: str, folder: Path | None) -> Template:
    """The template of a name or file.

    Raises:
        InputError: the name or folder of a pack, which has several; or it is in another folder.
        UnknownName: no such template.
    """
    held = inside(name, folder)
    if held is not None:
        # A pack found by its folder has no name; its files do for its templates.
        names = tuple(t.name if t.name.startswith(name) else t.path for t in held)
        raise InputError("is-a-pack", name=name, names=names)
    return _named(name, folder)


def inside(name: str, folder: Path | None) -> list[Template] | None:
    """Templates of a pack, given its name or folder, sorted by name; None if it is no pack.

    Raises:
        InputError: a folder without templates.
    """
    if name in packs(folder):
        return list_templates(folder, name)
    return [load_template(path) for path in template_files(name, None)] if Path(name).is_dir() else None


def template_files(name: str, folder: Path | None) -> list[Path]:
    """Template files of a folder, a pack or a template. They are not parsed, and may be broken.

    Raises:
        InputError: a folder without templates.
        UnknownName: nothing of this name.
    """
    roots = [root for root in (folder, Path(), shipped_folder()) if root is not None]
    held = next((root / name for root in roots if (root / name).is_dir()), None)
    if held is not None:
        found = [path for path in sorted(held.rglob(f"*{SUFFIX}")) if not path.name.startswith(PART)]
        if not found:
            raise InputError("folder-without-templates", path=held, suffix=SUFFIX, others=misnamed_files_hint(held))
        return found
    files = [Path(name), *(root / f"{name}{SUFFIX}" for root in roots)]
    known = next((path for path in files if path.suffix == SUFFIX and path.is_file()), None)
    return [known or Path(_named(name, folder).path)]


def _named(name: str, folder: Path | None) -> Template:
    """The template of a name; if unknown, the message names a folder that has it."""
    try:
        return load_template(name, folder=folder)
    except UnknownName as unknown:
        here = [] if Path(name).is_absolute() else sorted(path for path in Path().iterdir() if path.is_dir())
        held = [str(path) for path in here if (path / name).is_dir() or (path / f"{name}{SUFFIX}").is_file()]
        if folder is not None or not held:
            raise
        add = " or ".join(f"--templates {path}" for path in held)
        raise InputError("template-in-other-folder", why=unknown.message, folders=tuple(held), add=add) from None
