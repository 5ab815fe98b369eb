"""Copy of a pack with unsaved text in one of its files: a part, or pack.yaml."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from promptrec.template.pack import CATALOG, LONGEST_CATALOG


@contextmanager
def pack_overlay(path: Path, text: str) -> Iterator[Path]:
    """Temporary copy of the folder of a file, in which the file has the given text.

    Templates read all of their files when they are created, so they may outlive the copy.
    """
    with tempfile.TemporaryDirectory(prefix="promptrec-studio-") as scratch:
        folder = Path(scratch)
        for beside in path.parent.iterdir():
            is_long = beside.name == CATALOG and beside.stat().st_size > LONGEST_CATALOG
            if beside.is_file() and beside != path and not is_long:
                shutil.copyfile(beside, folder / beside.name)
        (folder / path.name).write_text(text, encoding="utf-8")
        yield folder
