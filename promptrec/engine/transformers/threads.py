"""Number of threads that the embedded engine computes with: the fastest on this machine, as busy as it is now.

The threads of one computation wait for each other, so beside other work two can be slower than one: the thread that
has lost its core holds up the rest. A short computation is therefore timed with each number that comes into question
when the engine opens, and again from time to time.
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

# The work that is timed: so many products of matrices, of some 10 ms each on one core.
PRODUCTS = 5
ROUNDS = 3
# Another number is taken only if it needs less than this share of the present one's time: noise moves nothing.
FASTER = 0.9
# Timing again waits for so many times what timing took, and so costs about one per cent.
PAUSE = 100
# Whoever sets one of these has chosen. OpenMP computes for torch, and MKL or OpenMP for its products of matrices.
VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Threads:
    """A context: within it the process computes with `count` threads, after it with as many as before.

    Args:
        counts: numbers of threads that come into question, the usual one first; a single one is never timed.
        get_count: how many threads the process computes with. set_count: sets it.
        work: the computation that is timed, some 10 to 100 ms.
        clock: seconds that go on.
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
        """Those of torch, which the engine imports: `fixed` of them, or the fastest number where they are timed.

        vLLM, once open in a process, binds its threads to cores and puts a function in place of torch's that does
        nothing: the number stays as it is.

        Raises:
            InputError: a fixed number, where it cannot be set any more.
        """
        usual = torch.get_num_threads()
        settable = inspect.isbuiltin(torch.set_num_threads)
        if fixed not in (None, usual) and not settable:
            raise InputError(f"engine option threads={fixed}: vLLM has set {usual} for this process: leave it out")
        counts = possible_counts(usual, fixed, os.environ) if timed and settable else [usual]
        tokens, weights = torch.ones(256, 1024), torch.ones(1024, 1024)

        def work() -> None:
            # Reading consists of such products.
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
        """Within the context: take the fastest number of threads, if it is time to look for it.

        Args:
            module: nothing here; what torch gives to that which it calls before a model reads.
        """
        begun = self._clock()
        if len(self._counts) == 1 or begun < self._due:
            return
        seconds = self._seconds()
        best = min(seconds, key=lambda count: seconds[count])
        if seconds[best] < FASTER * seconds[self.count]:
            logger.info("%d threads instead of %d: %s", best, self.count, _milliseconds(seconds))
            self.count = best
        self._set_count(self.count)
        ended = self._clock()
        self._due = ended + PAUSE * (ended - begun)

    def _seconds(self) -> dict[int, float]:
        """The median time of the work with each number of threads, which take turns."""
        times: dict[int, list[float]] = {count: [] for count in self._counts}
        for _ in range(ROUNDS):
            for count in self._counts:
                self._set_count(count)
                begun = self._clock()
                self._work()
                times[count].append(self._clock() - begun)
        return {count: median(some) for count, some in times.items()}


def possible_counts(usual: int, fixed: int | None, environment: Mapping[str, str]) -> list[int]:
    """Numbers of threads that come into question: one where somebody has fixed it, else ever fewer than the usual one.

    Args:
        usual: how many threads the process computes with if nobody says anything.
        fixed: how many a person asks for.
        environment: of the process; its variables for OpenMP and MKL have gone into `usual`.
    """
    if fixed is not None:
        return [fixed]
    if any(environment.get(name) for name in VARIABLES):
        return [usual]
    # One less leaves a core to one other program.
    halves = {max(1, usual >> n) for n in range(usual.bit_length())}
    return sorted(halves | {max(1, usual - 1)}, reverse=True)


def _milliseconds(seconds: Mapping[int, float]) -> str:
    return ", ".join(f"{count}: {1000 * some:.0f} ms" for count, some in seconds.items())
