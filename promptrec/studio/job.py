"""Background jobs: work in threads, with progress and cancellation."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

State = Literal["going", "done", "failed", "stopped"]
MOST_FINISHED = 20


class Stopped(Exception):
    """The job was cancelled."""


class Job:
    """One job. `stage` is the key of a sentence in words.yaml that says what it does now.

    `tab` is the browser tab that started it. `done` of `total` steps are finished; a total of 0 is unknown. In state
    done, `result` has the values of the page; in failed, `error` is the reason.
    """

    def __init__(self, job_id: str, kind: str, work: Callable[["Job"], Mapping[str, Any]], tab: str = "") -> None:
        self.job_id = job_id
        self.kind = kind
        self.tab = tab
        self.state: State = "going"
        self.stage = "waiting"
        self.done = self.total = 0
        self.result: Mapping[str, Any] = {}
        self.error: Exception | None = None
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"studio-{kind}", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def note(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Record progress.

        Raises:
            Stopped: the job was cancelled.
        """
        if self._stop.is_set():
            raise Stopped
        self.stage, self.done, self.total = stage, done, total

    @property
    def stopping(self) -> bool:
        """Whether it was cancelled and has not reached its next `note`."""
        return self.state == "going" and self._stop.is_set()

    def stop(self) -> None:
        """Cancel it at its next `note`."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, at most so many seconds."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self.result = self._work(self)
            self.state = "stopped" if self._stop.is_set() else "done"
        except Stopped:
            self.state = "stopped"
        except Exception as error:  # the page must not wait for a thread that is gone
            self.error, self.state = error, "failed"


class Jobs:
    """The latest jobs. A new job cancels the one of the same kind and browser tab, which it replaces."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def start(self, kind: str, work: Callable[[Job], Mapping[str, Any]], tab: str = "") -> Job:
        """Create a job and start it."""
        with self._lock:
            for other in self._jobs.values():
                if (other.kind, other.tab) == (kind, tab):
                    other.stop()
            job = Job(str(next(self._numbers)), kind, work, tab)
            self._jobs[job.job_id] = job
            for old in [j for j in self._jobs.values() if j.state != "going"][:-MOST_FINISHED]:
                del self._jobs[old.job_id]
        job.start()
        return job

    def get(self, job_id: str) -> Job | None:
        """The job with this ID, if it is still in the list."""
        return self._jobs.get(job_id)

    def stop_all(self, seconds: float = 0.0) -> None:
        """Cancel all jobs and wait for them, at most so many seconds."""
        end = time.monotonic() + seconds
        jobs = list(self._jobs.values())
        for job in jobs:
            job.stop()
        for job in jobs:
            job.wait(max(0.0, end - time.monotonic()))
