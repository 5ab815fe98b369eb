"""How an evaluation goes on: bars on a terminal, else a line now and then."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeftColumn

from promptrec.evaluate.watch import Watch
from promptrec.rank.ranking import Ranking

# The fewest seconds between two lines of one run: a log is read afterwards, and cheap runs end at once.
BETWEEN_LINES = 10.0


@contextmanager
def progress(console: Console) -> Iterator[Watch]:
    """Whoever an evaluation tells how it goes on, for as long as it takes."""
    if not console.is_terminal:
        yield Lines(console.print)
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeLeftColumn(),
        console=console,
    ) as bars:
        yield Bars(bars)


class _Counting(Watch):
    """Counts the queries and tokens of the run that goes on."""

    def __init__(self) -> None:
        self._name, self._done, self._total, self._tokens = "", 0, 0, 0

    def run_starts(self, dataset: str, system: str, done: int, total: int) -> None:
        """See `Watch`."""
        self._name, self._done, self._total, self._tokens = f"{dataset} · {system}", done, total, 0

    def _count(self, rankings: Sequence[Ranking], running: float | None) -> str:
        """The running mean of the primary metric and the tokens read, as far as there are any."""
        self._done += len(rankings)
        self._tokens += sum(ranking.ledger.prompt_tokens for ranking in rankings)
        mean = "" if running is None else f"mean {running:.3f}"
        return ", ".join(filter(None, (mean, f"{self._tokens:,} tokens" if self._tokens else "")))


class Bars(_Counting):
    """A bar for each run."""

    def __init__(self, bars: Progress) -> None:
        super().__init__()
        self._bars = bars
        self._task = TaskID(0)

    def notes(self, said: str) -> None:
        """See `Watch`."""
        self._bars.console.print(said)

    def run_starts(self, dataset: str, system: str, done: int, total: int) -> None:
        """See `Watch`."""
        super().run_starts(dataset, system, done, total)
        self._task = self._bars.add_task(escape(self._name), completed=done, total=total, told="")

    def ranked(self, rankings: Sequence[Ranking], running: float | None) -> None:
        """See `Watch`."""
        told = self._count(rankings, running)
        self._bars.update(self._task, completed=self._done, told=told)

    def run_ends(self) -> None:
        """See `Watch`."""
        self._bars.stop_task(self._task)


class Lines(_Counting):
    """A line when a run starts that has something to rank, and then at most one for each batch of queries.

    Args:
        say: prints a line.
        clock: seconds that only grow.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._say, self._clock = say, clock
        self._said = 0.0

    def notes(self, said: str) -> None:
        """See `Watch`."""
        self._say(said)

    def run_starts(self, dataset: str, system: str, done: int, total: int) -> None:
        """See `Watch`."""
        super().run_starts(dataset, system, done, total)
        if done < total:
            self._line("")

    def ranked(self, rankings: Sequence[Ranking], running: float | None) -> None:
        """See `Watch`."""
        told = self._count(rankings, running)
        if self._clock() - self._said >= BETWEEN_LINES:
            self._line(f"; {told}" if told else "")

    def _line(self, told: str) -> None:
        self._say(f"{self._name}: {self._done:,} of {self._total:,} ranked{told}")
        self._said = self._clock()
