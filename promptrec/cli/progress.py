"""Progress of an evaluation: bars on a terminal, else a line every half minute."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import TimeRemainingColumn as TimeLeftColumn

from promptrec.evaluate.progress_listener import ProgressListener
from promptrec.evaluate.runs.cost_estimate import format_duration
from promptrec.rank.ranking import Ranking

# The fewest seconds between two lines of one run.
BETWEEN_LINES = 30.0


@contextmanager
def progress(console: Console) -> Iterator[ProgressListener]:
    """Progress listener of an evaluation: bars on a terminal, else lines."""
    if not console.is_interactive:
        yield Lines(console.print)
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.fields[status]}"),
        TimeElapsedColumn(),
        TimeLeftColumn(),
        console=console,
    ) as bars:
        yield Bars(bars)


class _Counting(ProgressListener):
    """Counts the queries and tokens of the current run."""

    def __init__(self) -> None:
        self._name, self._done, self._total, self._tokens = "", 0, 0, 0

    def on_run_start(self, dataset: str, system: str, done: int, total: int) -> None:
        """See `ProgressListener`."""
        self._name, self._done, self._total, self._tokens = f"{system} on {dataset}", done, total, 0

    def _count(self, rankings: Sequence[Ranking], running: float | None) -> str:
        """The running mean of the primary metric and the tokens read, as far as there are any."""
        self._done += len(rankings)
        self._tokens += sum(ranking.usage.prompt_tokens for ranking in rankings)
        mean = "" if running is None else f"mean {running:.3f}"
        return ", ".join(filter(None, (mean, f"{self._tokens:,} tokens" if self._tokens else "")))


class Bars(_Counting):
    """A bar for each run."""

    def __init__(self, bars: Progress) -> None:
        super().__init__()
        self._bars = bars
        self._task = TaskID(0)

    def on_note(self, text: str) -> None:
        """See `ProgressListener`."""
        self._bars.console.print(text)

    def on_run_start(self, dataset: str, system: str, done: int, total: int) -> None:
        """See `ProgressListener`."""
        super().on_run_start(dataset, system, done, total)
        self._task = self._bars.add_task(escape(self._name), completed=done, total=total, status="")

    def on_read(self, share: float) -> None:
        """See `ProgressListener`."""
        self._bars.update(self._task, status=f"{share:.0%} of a reading")

    def on_rankings(self, rankings: Sequence[Ranking], running: float | None) -> None:
        """See `ProgressListener`."""
        status = self._count(rankings, running)  # which counts what is done too
        self._bars.update(self._task, completed=self._done, status=status)

    def on_run_end(self) -> None:
        """See `ProgressListener`."""
        self._bars.stop_task(self._task)


class Lines(_Counting):
    """Prints a line when a run starts, then one every `BETWEEN_LINES` seconds at most.

    The time left is estimated from the batches that are done; before the first, from the current call of the model.

    Args:
        say: prints a line.
        clock: monotonic seconds.
    """

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._say, self._clock = say, clock
        self._last_line = self._run_start = self._batch_start = self._reading_start = 0.0
        self._share, self._first, self._facts = 0.0, 0, ""

    def on_note(self, text: str) -> None:
        """See `ProgressListener`."""
        self._say(text)

    def on_run_start(self, dataset: str, system: str, done: int, total: int) -> None:
        """See `ProgressListener`."""
        super().on_run_start(dataset, system, done, total)
        self._run_start = self._batch_start = self._reading_start = self._clock()
        self._share, self._first, self._facts = 0.0, done, ""
        if done < total:
            self._line("")

    def on_read(self, share: float) -> None:
        """See `ProgressListener`."""
        if share < self._share:  # another call of the model
            self._reading_start = self._clock()
        self._share = share
        if self._due:
            self._line("" if self._done > self._first else self._left_of_reading())

    def on_rankings(self, rankings: Sequence[Ranking], running: float | None) -> None:
        """See `ProgressListener`."""
        self._facts = self._count(rankings, running)
        self._batch_start = self._reading_start = self._clock()
        self._share = 0.0
        if self._due:
            self._line("")

    @property
    def _due(self) -> bool:
        return self._clock() - self._last_line >= BETWEEN_LINES

    def _left_of_reading(self) -> str:
        """How much of the present call is read, and the time that the rest takes."""
        left = format_duration((self._clock() - self._reading_start) * (1 / self._share - 1))
        return f"; the model has read {self._share:.0%} of its present prompts, about {left} left for them"

    def _left_of_run(self) -> str:
        """The time that the rest of the run takes, once a batch of it is done."""
        batches = self._batch_start - self._run_start
        seconds = batches / (self._done - self._first) * (self._total - self._done)
        return f", about {format_duration(max(0.0, seconds - (self._clock() - self._batch_start)))} left"

    def _line(self, reading: str) -> None:
        left = self._left_of_run() if self._first < self._done < self._total else ""
        facts = f"; {self._facts}" if self._facts else ""
        share = f"{self._done / self._total:.0%}"
        self._say(f"{self._name}: {self._done:,} of {self._total:,} people, {share}{left}{reading}{facts}")
        self._last_line = self._clock()
