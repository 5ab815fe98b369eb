"""Progress bars of an evaluation, with the running mean of the primary metric."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeftColumn

from promptrec.evaluate.watch import Watch
from promptrec.rank.ranking import Ranking


class Bars(Watch):
    """A bar for each run; on a console that is no terminal, nothing."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[metric]}"),
            TextColumn("{task.fields[tokens]}"),
            TimeElapsedColumn(),
            TimeLeftColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = TaskID(0)
        self._tokens = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def notes(self, said: str) -> None:
        """See `Watch`."""
        self._progress.console.print(said)

    def run_starts(self, dataset: str, system: str, done: int, total: int) -> None:
        """See `Watch`."""
        self._tokens = 0
        self._task = self._progress.add_task(f"{dataset} · {system}", completed=done, total=total, metric="", tokens="")

    def ranked(self, rankings: Sequence[Ranking], running: float | None) -> None:
        """See `Watch`."""
        self._tokens += sum(ranking.ledger.prompt_tokens for ranking in rankings)
        self._progress.update(
            self._task,
            advance=len(rankings),
            metric="" if running is None else f"mean {running:.3f}",
            tokens=f"{self._tokens:,} tokens" if self._tokens else "",
        )

    def run_ends(self) -> None:
        """See `Watch`."""
        self._progress.stop_task(self._task)
