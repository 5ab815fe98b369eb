"""What an evaluation costs besides its engine: `python -m eval.bench.overhead`.

Ranks 1,000 and then 10,000 generated people with 20 candidates each by the scripted engine, each in a process of its
own, and prints milliseconds a query spent outside of the engine, and peak memory. The second process must not need much
more memory than the first: rankings are not kept.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import TypeVar

from promptrec.evaluate.config import Config
from promptrec.evaluate.datasets.registry import planted_dataset
from promptrec.evaluate.evaluator import evaluate
from promptrec.testing.scripted_engine import ScriptedEngine

T = TypeVar("T")
SIZES = (1_000, 10_000)


class TimedEngine(ScriptedEngine):
    """Counts the seconds that are spent in it, and forgets the prompts."""

    seconds = 0.0

    def next_logprobs(self, prompts, label_ids, *, adapter=None):
        return self._timed(lambda: super(TimedEngine, self).next_logprobs(prompts, label_ids, adapter=adapter))

    def _timed(self, read: Callable[[], T]) -> T:
        started = time.perf_counter()
        found = read()
        self.prompts.clear()
        self.seconds += time.perf_counter() - started
        return found


def measure(users: int) -> dict[str, float]:
    """Milliseconds a query outside of the engine, and the peak memory of this process in MB."""
    data = planted_dataset(users=users, candidates=20, right=3)
    engine = TimedEngine(next=lambda prompt, label: -1.0 - len(label))
    with tempfile.TemporaryDirectory() as out:
        started = time.perf_counter()
        evaluate(Config(datasets=("planted",), rankers=("listwise-labels",)), out, datasets=[data], engine=engine)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"ms": 1000 * (seconds - engine.seconds) / users, "engine_ms": 1000 * engine.seconds / users, "mb": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, help="measure this many in this process, and print JSON")
    asked = parser.parse_args()
    if asked.users:
        print(json.dumps(measure(asked.users)))
        return
    found = {}
    for users in SIZES:
        command = [sys.executable, "-m", "eval.bench.overhead", "--users", str(users)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        found[users] = json.loads(said.splitlines()[-1])
        print(f"{users:,} queries: {found[users]['ms']:.1f} ms a query outside of the engine ", end="")
        print(f"({found[users]['engine_ms']:.1f} in it), all baselines included; peak {found[users]['mb']:,.0f} MB")
    few, many = (found[users]["mb"] for users in SIZES)
    print(f"memory: {many / few:.2f} times as much for {SIZES[1] // SIZES[0]} times the queries")


if __name__ == "__main__":
    main()
