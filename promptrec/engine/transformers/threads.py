"""Choice of the number of threads for the transformers engine: the fastest on this machine under its present load.

The threads of one computation wait for each other, so beside other programs two can be slower than one. A short
computation is therefore timed with each possible number when the engine opens, and again from time to time.
"""

import inspect
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, Self

from promptrec.errors import InputError

logger = logging.getLogger(__name__)

# The timed work: so many matrix products, of some 10 ms each on one core.
PRODUCTS = 5
ROUNDS = 3
# Another number is chosen only if it takes less than this share of the present one's time, because of noise.
FASTER = 0.9
# Pause before timing again, as a multiple of its duration: it costs about one per cent.
PAUSE = 100
# Variables by which users fix the number for OpenMP and MKL, which torch computes with.
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Threads:
    """Context within which the process computes with `count` threads, and afterwards with as many as before.

    Args:
        counts: possible numbers of threads, the usual one first; a single one is never timed.
        get_count: returns the number of threads of the process.
        set_count: sets it.
        work: the timed computation, some 10 to 100 ms.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        counts: Sequence[int],
        get_count: Callable[[], int],
        set_count: Callable[[int], None],
        work: Callable[[], object],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.count = counts[0]
        self._counts = counts
        self._get_count, self._set_count = get_count, set_count
        self._work, self._clock = work, clock
        self._due = clock()
        with self:
            self.choose()

    @classmethod
    def of_torch(cls, torch: Any, fixed: int | None, timed: bool) -> Self:  # noqa: ANN401 - the package
        """The threads of torch.

        vLLM, once open in a process, binds its threads to cores and replaces torch's setter with a function that does
        nothing, so that the number stays as it is.

        Args:
            torch: the package.
            fixed: number that the user set; None: the fastest.
            timed: whether to time at all, as on a CPU.

        Raises:
            InputError: a fixed number that cannot be set any more.
        """
        usual = torch.get_num_threads()
        settable = inspect.isbuiltin(torch.set_num_threads)
        if fixed not in (None, usual) and not settable:
            raise InputError("threads-fixed", threads=fixed, usual=usual)
        counts = possible_counts(usual, fixed, os.environ) if timed and settable else [usual]
        tokens, weights = torch.ones(256, 1024), torch.ones(1024, 1024)

        def work() -> None:
            for _ in range(PRODUCTS):
                tokens @ weights

        return cls(counts, torch.get_num_threads, torch.set_num_threads, work)

    def __enter__(self) -> None:
        self._before = self._get_count()
        if self.count != self._before:
            self._set_count(self.count)

    def __exit__(self, *error: object) -> None:
        if self._get_count() != self._before:
            self._set_count(self._before)

    def __str__(self) -> str:
        chosen_from = f" of {self._counts[0]}" if len(self._counts) > 1 else ""
        return f"{self.count}{chosen_from} thread{'s' if max(self.count, self._counts[0]) > 1 else ''}"

    def choose(self, *module: object) -> None:
        """Within the context: choose the fastest number of threads, if timing is due.

        Args:
            module: ignored; the arguments of a forward pre-hook of torch.
        """
        begun = self._clock()
        if len(self._counts) == 1 or begun < self._due:
            return
        seconds = self._seconds()
        best = min(seconds, key=lambda count: seconds[count])
        if seconds[best] < FASTER * seconds[self.count]:
            times = ", ".join(f"{count}: {1000 * some:.0f} ms" for count, some in seconds.items())
            logger.info("%d threads instead of %d: %s", best, self.count, times)
            self.count = best
        self._set_count(self.count)
        ended = self._clock()
        self._due = ended + PAUSE * (ended - begun)

    def _seconds(self) -> dict[int, float]:
        """Median time of the work with each number of threads, timed in turns."""
        times: dict[int, list[float]] = {count: [] for count in self._counts}
        for _ in range(ROUNDS):
            for count in self._counts:
                self._set_count(count)
                begun = self._clock()
                self._work()
                times[count].append(self._clock() - begun)
        return {count: median(some) for count, some in times.items()}


def possible_counts(usual: int, fixed: int | None, environment: Mapping[str, str]) -> list[int]:
    """Possible numbers of threads: one if it is fixed, else the usual one and ever fewer.

    Args:
        usual: default number of the process.
        fixed: number that the user set.
        environment: of the process; its variables for OpenMP and MKL are in `usual` already.
    """
    if fixed is not None:
        return [fixed]
    if any(environment.get(name) for name in VARIABLES):
        return [usual]
    # One less leaves a core to one other program.
    halves = {max(1, usual >> n) for n in range(usual.bit_length())}
    return sorted(halves | {max(1, usual - 1)}, reverse=True)
