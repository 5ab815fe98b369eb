"""SHA-256 of a folder of weights."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from promptrec.engine.models.encoder_folder import model_files


def folder_sha256(folder: str | Path) -> str:
    """SHA-256 over the names and contents of a model folder's files, in the order of their names.

    For an encoder, files of its modules in the folders below count too. An unchanged folder is not read again (sizes
    and times of its files are compared).
    """
    return files_sha256(Path(folder), model_files(Path(folder)))


def files_sha256(folder: Path, paths: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of some files in or below a folder."""
    stats = ((path, path.stat()) for path in sorted(paths))
    return _sha256(folder, tuple((path, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for path, s in stats))


def adapter_sha256(adapter: str | None) -> str | None:
    """SHA-256 of an adapter's folder; of its name if there is no such folder, because a server has it; None of None."""
    if adapter is None:
        return None
    with suppress(RuntimeError):  # of a user that is not there
        folder = Path(adapter).expanduser()
        if folder.is_dir():
            return folder_sha256(folder)
    return hashlib.sha256(adapter.encode()).hexdigest()


@lru_cache(64)
def _sha256(folder: Path, files: tuple[tuple[Path, int, int, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, *_ in files:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        digest.update(path.relative_to(folder).as_posix().encode() + b"\x00" + content)
    return digest.hexdigest()
