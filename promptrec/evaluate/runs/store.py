"""Store of a run: a folder of append-only rankings that survives kills of the process."""

import csv
import json
import math
import mmap
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from promptrec.errors import InputError, writing
from promptrec.evaluate.results import EVALUATION, read_evaluation
from promptrec.evaluate.run_spec import RunSpec, first_validation_error
from promptrec.evaluate.stats.comparison import Values
from promptrec.messages import message
from promptrec.rank.ranking import Ranking

SPEC, RANKINGS, METRICS, PER_QUERY, TREC = "run.json", "rankings.jsonl", "metrics.json", "per_query.csv", "run.trec"

# What to do where a file of an evaluation cannot be written.
RESUME_HINT = "mend that, such as a full disk; what was ranked before is kept, and the same command goes on from there"


class RunStore:
    """The rankings of one run: one JSON object a line, only ever appended; of two lines for a query the later holds.

    A batch is appended with one write and flushed to the disk before `append` returns, so a kill costs at most the
    batch that was being ranked. What a kill left of a last line is cut off when the folder is opened again.

    Args:
        folder: made if it is not there.
        spec: identity of the run; None to read any run.

    Raises:
        InputError: not a run's folder, another run's, or a line in the middle of the file that cannot be read.
    """

    def __init__(self, folder: str | Path, spec: RunSpec | None = None) -> None:
        self.folder = Path(folder)
        self._path = self.folder / RANKINGS
        self.spec = self._written_spec() if spec is None else self._with_spec(spec)
        _repair(self._path)
        self._offsets: dict[str, int] = {}
        self._failed: set[str] = set()
        for offset, query_id, failed in self._lines():
            self._index(offset, query_id, failed)

    def __len__(self) -> int:
        return len(self._offsets)

    def __contains__(self, query_id: object) -> bool:
        return query_id in self._offsets

    @property
    def failed(self) -> frozenset[str]:
        """The queries whose last ranking failed, or for which a prompt came back without an answer."""
        return frozenset(self._failed)

    def append(self, rankings: Sequence[Ranking]) -> None:
        """Add rankings; they are on the disk when this returns.

        Raises:
            InputError: they cannot be written; what the try left of a line is cut off when the folder is opened again.
        """
        lines = [ranking.model_dump_json().encode() + b"\n" for ranking in rankings]
        with writing(self._path, RESUME_HINT), self._path.open("ab") as file:
            offset = file.tell()
            file.write(b"".join(lines))
            file.flush()
            os.fsync(file.fileno())
        for ranking, line in zip(rankings, lines, strict=True):
            self._index(offset, ranking.query_id, ranking.status == "failed" or ranking.usage.failed > 0)
            offset += len(line)

    def rankings(self, query_ids: Iterable[str] | None = None) -> Iterator[Ranking]:
        """The last ranking of each query, one in memory at a time: those asked for, else all in the order written.

        Raises:
            InputError: a line that another program changed.
        """
        if not self._offsets:
            return
        with self._path.open("rb") as file:
            for query_id in self._offsets if query_ids is None else query_ids:
                file.seek(self._offsets[query_id])
                try:
                    yield Ranking.model_validate_json(file.readline())
                except ValidationError as error:
                    reason = first_validation_error(error)
                    raise InputError("ranking-unreadable", path=self._path, query_id=query_id, why=reason) from None

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder, whole or not at all."""
        replace_text(self.folder / name, text)

    def _index(self, offset: int, query_id: str, failed: bool) -> None:
        self._offsets[query_id] = offset
        (self._failed.add if failed else self._failed.discard)(query_id)

    def _lines(self) -> Iterator[tuple[int, str, bool]]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            offset = 0
            for number, line in enumerate(file, 1):
                try:
                    ranking = json.loads(line)
                    failed = ranking["status"] == "failed" or ranking["usage"].get("failed", 0) > 0
                    yield offset, ranking["query_id"], failed
                except (AttributeError, ValueError, KeyError, TypeError):
                    raise InputError("not-a-ranking", path=self._path, line=number) from None
                offset += len(line)

    def _written_spec(self) -> RunSpec:
        path = self.folder / SPEC
        try:
            return RunSpec.model_validate_json(path.read_bytes())
        except OSError:
            raise InputError("not-a-run", path=self.folder, file=SPEC) from None
        except ValidationError as error:
            raise InputError("run-unreadable", path=path, why=first_validation_error(error)) from None

    def _with_spec(self, spec: RunSpec) -> RunSpec:
        with writing(self.folder, RESUME_HINT):
            self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / SPEC).exists():
            self.write(SPEC, spec.model_dump_json(indent=2) + "\n")
        written = self._written_spec()
        if written.key != spec.key:
            raise InputError("folder-of-other-run", folder=self.folder, system=written.system)
        return written


def replace_text(path: Path, text: str) -> None:
    """Write a file so that a reader, or a kill, finds the old text or the new, never half of it.

    Raises:
        InputError: it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    with writing(path, RESUME_HINT):
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def _repair(path: Path) -> None:
    """Cut off what follows the last line end: a line that a kill has torn."""
    if not path.exists() or not path.stat().st_size:
        return
    with path.open("rb+") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        end = text.rfind(b"\n") + 1
        torn = end < len(text)
    if torn:
        os.truncate(path, end)


def is_evaluation(folder: str | Path) -> bool:
    """Whether a folder holds an evaluation of several runs, and is not the folder of one."""
    return not (Path(folder) / SPEC).exists() and (Path(folder) / EVALUATION).exists()


def read_systems(folder: str | Path) -> dict[tuple[str, str], tuple[RunSpec, Values]]:
    """`read_values` of each run of an evaluation, by the names of its dataset and its system.

    Raises:
        InputError: as `read_values` and `read_evaluation`.
    """
    found = read_evaluation(folder)
    runs = ((dataset.name, run) for dataset in found.datasets for run in dataset.runs)
    return {(name, run.system): read_values(Path(folder) / run.folder) for name, run in runs}


def read_values(folder: str | Path) -> tuple[RunSpec, Values]:
    """The spec of a measured run, and its values by metric and query ID.

    Raises:
        InputError: not the folder of one run (the message lists those below it), a run that was not measured, or
            values that another program changed.
    """
    folder = Path(folder)
    if is_evaluation(folder):
        below = tuple(sorted(str(path.parent) for path in folder.glob(f"*/*/{SPEC}")))
        raise InputError("evaluation-of-several-runs", folder=folder, runs=below or message("none"))
    spec = RunStore(folder).spec
    path = folder / PER_QUERY
    if not path.exists():
        raise InputError("run-not-ended", path=folder, file=PER_QUERY)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            (_, *metrics), *rows = csv.reader(file)
        values = {query_id: dict(zip(metrics, map(float, cells), strict=True)) for query_id, *cells in rows}
        if any(math.isinf(value) for of_query in values.values() for value in of_query.values()):
            raise ValueError("a value is not finite")
    except (OSError, ValueError, csv.Error):
        raise InputError("values-changed", path=path) from None
    return spec, {name: {query_id: of_query[name] for query_id, of_query in values.items()} for name in metrics}
