"""Cache of query-independent item scores, e.g. log P(item | empty profile): in memory, and in SQLite given a path.

Pointwise rankers subtract what a model says of an item for an empty profile or for reference queries. That does not
depend on the query, so a catalogue that is served every day needs it only once. The file is SQLite: several processes
may use it at once, and a kill loses what was being written and nothing else.
"""

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from promptrec.engine.base import Engine
from promptrec.engine.models.fingerprint import folder_sha256
from promptrec.engine.models.registry import ModelInfo
from promptrec.errors import InputError

Key = tuple[object, ...]
"""All that a score depends on, except for the model's weights; keys with different `repr` are different."""

_log = logging.getLogger(__name__)

# Parameters per SQL statement that every build of SQLite allows.
MAX_PARAMETERS = 500


@dataclass(frozen=True)
class ScoreFile:
    """SQLite file of item scores. `reader` names the engine and the weights, whose scores are stored apart."""

    path: Path
    reader: str

    def __post_init__(self) -> None:
        with self.connect() as database:
            database.execute(
                "CREATE TABLE IF NOT EXISTS scores (key BLOB PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID"
            )

    @classmethod
    def of(cls, path: str | Path, info: ModelInfo, engine: Engine) -> Self:
        """The file at `path` for scores that an engine reads with a model's weights.

        Raises:
            InputError: the engine is open with another model; or as `connect`.
        """
        if engine.model_id != info.name:
            raise InputError("scores-of-another-model", model=info.name, model_id=engine.model_id)
        return cls(Path(path), f"{engine.name} {folder_sha256(info.folder)}")

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction. Opened anew each time: a connection is bound to its thread.

        Raises:
            InputError: the file cannot be opened or written, or is something else.
        """
        try:
            with closing(sqlite3.connect(self.path)) as database, database:
                yield database
        except sqlite3.Error as error:
            raise InputError("score-file-unusable", path=self.path, why=error) from None

    def read(self, keys: Iterable[Key]) -> dict[Key, float]:
        """The stored scores of these keys."""
        by_digest = {self._digest(key): key for key in keys}
        digests = list(by_digest)
        found: dict[Key, float] = {}
        with self.connect() as database:
            for start in range(0, len(digests), MAX_PARAMETERS):
                part = digests[start : start + MAX_PARAMETERS]
                marks = ",".join("?" * len(part))
                rows = database.execute(f"SELECT key, value FROM scores WHERE key IN ({marks})", part)  # noqa: S608
                found |= {by_digest[digest]: value for digest, value in rows}
        return found

    def write(self, scores: Mapping[Key, float]) -> None:
        """Store scores by key."""
        rows = [(self._digest(key), score) for key, score in scores.items()]
        with self.connect() as database:
            database.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?)", rows)

    def _digest(self, key: Key) -> bytes:
        return hashlib.sha256(repr((self.reader, *key)).encode()).digest()


class ItemScoreCache:
    """Scores by key, in memory and in a file if there is one."""

    def __init__(self, file: ScoreFile | None) -> None:
        self._file = file
        self._scores: dict[Key, float] = {}

    def get(self, keys: Iterable[Key]) -> dict[Key, float]:
        """The scores of those keys that have one."""
        distinct = dict.fromkeys(keys)
        if self._file is not None:
            self._scores |= self._file.read(key for key in distinct if key not in self._scores)
        return {key: self._scores[key] for key in distinct if key in self._scores}

    def update(self, scores: Mapping[Key, float]) -> None:
        """Store scores by key. A file that cannot be written, e.g. on a full disk, is given up with a warning."""
        self._scores |= scores
        if self._file is not None and scores:
            try:
                self._file.write(scores)
            except InputError as error:
                _log.warning("%s; from here on they are kept in memory only", error)
                self._file = None
