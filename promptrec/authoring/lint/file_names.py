"""Misnamed files of a pack, which promptrec would never read."""

from collections.abc import Iterator
from pathlib import Path

from promptrec.authoring.lint.context import fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.template.analysis.references import Place
from promptrec.template.kinds import KINDS
from promptrec.template.pack import CATALOG, SETTINGS

TABLES = (".csv", ".tsv", ".json", ".xlsx", ".ndjson")
READ = (".jinja", ".yaml", ".jsonl")


def misnamed_files(folder: Path) -> Iterator[Diagnostic]:
    """Report files such as pack.yml, catalog.csv, yes-no.j2 or yes-no.jinja.txt, unless the right name exists too."""
    if not folder.is_dir():
        return
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    for name in names:
        right = _right(name)
        if right is None or right == name or right in names:
            continue
        which = "misnamed-file/table" if Path(name).suffix.lower() in TABLES else "misnamed-file/other"
        yield fault(which, Place(str(folder / name), 1), "warning", name=name, right=right)


def misnamed_files_hint(folder: Path) -> str:
    """The end of a message that lists misnamed files with their right names; empty if there are none."""
    return "".join(f"; {one.message}: {one.suggestion}" for one in misnamed_files(folder))


def _right(name: str) -> str | None:
    """The name that a file was likely meant to have; None if it is no file of a pack."""
    plain = name.lower().removesuffix(".txt")
    if plain in (SETTINGS, "pack.yml"):
        return SETTINGS
    if plain == CATALOG or (Path(plain).stem in ("catalog", "catalogue") and Path(plain).suffix in (*TABLES, ".jsonl")):
        return CATALOG
    kind = name.split(".")[0].lower()
    if kind in KINDS:
        return f"{kind}.jinja"
    return name[: -len(".txt")] if name.lower().endswith(tuple(f"{end}.txt" for end in READ)) else None
