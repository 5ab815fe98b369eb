"""Files beside a template that promptrec never reads, since they are called a little otherwise."""

from collections.abc import Iterator
from pathlib import Path

from promptrec.author.draft import fault
from promptrec.author.finding import Finding
from promptrec.template.outline import Place
from promptrec.template.pack import CATALOG, SETTINGS

TABLES = (".csv", ".tsv", ".json", ".xlsx", ".ndjson")
READ = (".jinja", ".yaml", ".jsonl")


def misnamed_files(folder: Path) -> Iterator[Finding]:
    """Those whose right name nothing has; pack.yml, catalog.csv, and what an editor saved with .txt behind its name."""
    if not folder.is_dir():
        return
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    for name in names:
        right = _right(name)
        if right is None or right == name or right in names:
            continue
        which = "misnamed-file/table" if Path(name).suffix.lower() in TABLES else "misnamed-file/other"
        yield fault(which, Place(str(folder / name), 1), "warning", name=name, right=right)


def _right(name: str) -> str | None:
    """What a file was likely meant to be called; None where nothing is amiss."""
    plain = name.lower().removesuffix(".txt")
    if plain in (SETTINGS, "pack.yml"):
        return SETTINGS
    if plain == CATALOG or (Path(plain).stem in ("catalog", "catalogue") and Path(plain).suffix in (*TABLES, ".jsonl")):
        return CATALOG
    return name[: -len(".txt")] if name.lower().endswith(tuple(f"{end}.txt" for end in READ)) else None
