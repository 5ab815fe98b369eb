"""Cache of query-independent item scores, e.g. log P(item | empty profile): in memory, and in SQLite given a path.

Item by item the rankers take off what the model says to nobody in particular, or to people of reference. It does not
depend on the person who asks, so a catalogue that is served every day needs it only once. The file is SQLite: several
processes may use it at once, and a kill loses what was being written and nothing else.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import folder_sha256
from promptrec.engine.models.registry import ModelInfo
from promptrec.errors import InputError

Key = tuple[object, ...]
"""All that a number depends on, but for the model's weights: what repr tells apart is kept apart."""

_log = logging.getLogger(__name__)

# SQLite takes so many parameters in one statement whatever its build.
AT_ONCE = 500


@dataclass(frozen=True)
class ScoreFile:
    """Where numbers are kept, and who read them: `reader` names the weights, so that no other model's are taken."""

    path: Path
    reader: str

    def __post_init__(self) -> None:
        with self.opened() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID"
            )

    @classmethod
    def of(cls, path: str | Path, info: ModelInfo, engine: Engine) -> Self:
        """The file for what an engine reads with a model's weights.

        Raises:
            InputError: the engine is open with another model; or as `opened`.
        """
        if engine.model_id != info.name:
            raise InputError(f"item scores of {info.name} are asked for, but the engine reads {engine.model_id}")
        return cls(Path(path), f"{engine.name} {folder_sha256(info.folder)}")

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """The database, written whole or not at all. Opened anew each time: a connection is bound to its thread.

        Raises:
            InputError: the file cannot be opened or written, or is something else.
        """
        try:
            with closing(sqlite3.connect(self.path)) as database, database:
                yield database
        except sqlite3.Error as error:
            raise InputError(f"{self.path}: item scores cannot be kept there ({error}): name another file") from None


class ItemScoreCache:
    """Numbers by what they depend on, in memory and in a file where there is one."""

    def __init__(self, file: ScoreFile | None) -> None:
        self._file = file
        self._known: dict[Key, float] = {}

    def known(self, keys: Iterable[Key]) -> dict[Key, float]:
        """Those of the keys that have a number."""
        wanted = dict.fromkeys(keys)
        if self._file is not None:
            self._known |= _found([key for key in wanted if key not in self._known], self._file)
        return {key: self._known[key] for key in wanted if key in self._known}

    def keep(self, numbers: Iterable[tuple[Key, float]]) -> None:
        """Remember each key's number."""
        new = dict(numbers)
        self._known |= new
        if self._file is not None and new:
            rows = [(_digest(key, self._file.reader), number) for key, number in new.items()]
            try:
                with self._file.opened() as database:
                    database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)
            except InputError as error:  # such as a full disk: what was read for this ranking is not thrown away
                _log.warning("%s; from here on they are kept in memory only", error)
                self._file = None


def _found(keys: list[Key], file: ScoreFile) -> dict[Key, float]:
    """What the file has of them."""
    by_digest = {_digest(key, file.reader): key for key in keys}
    found: dict[Key, float] = {}
    with file.opened() as database:
        digests = list(by_digest)
        for start in range(0, len(digests), AT_ONCE):
            part = digests[start : start + AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = database.execute(f"SELECT key, value FROM kept WHERE key IN ({marks})", part)  # noqa: S608
            found |= {by_digest[digest]: value for digest, value in rows}
    return found


def _digest(key: Key, reader: str) -> bytes:
    return hashlib.sha256(repr((reader, *key)).encode()).digest()
