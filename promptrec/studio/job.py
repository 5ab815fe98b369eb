"""Work that takes longer than a page should wait: done in a thread, asked after, and stopped on request."""

import itertools
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

State = Literal["going", "done", "failed", "stopped"]
MOST_FINISHED = 20


class Stopped(Exception):
    """The author no longer wants the answer."""


class Job:
    """One piece of work. `stage` names the sentence of words.yaml that says what it is doing.

    `tab` is the one of the browser that wants the answer. `done` of `total` steps are behind it; a total of 0 is one
    that is not known. When `state` is done, `result` holds what the page shows; when it is failed, `error` is why.
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
        """Begin."""
        self._thread.start()

    def note(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say how far the work is.

        Raises:
            Stopped: the author has asked to stop. This is where work ends early.
        """
        if self._stop.is_set():
            raise Stopped
        self.stage, self.done, self.total = stage, done, total

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not come to a note since."""
        return self.state == "going" and self._stop.is_set()

    def stop(self) -> None:
        """Ask it to stop at its next note."""
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Until it has ended, or for so long."""
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
    """The latest jobs. A new one of a kind stops the same tab's one before: its question has been asked anew."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def start(self, kind: str, work: Callable[[Job], Mapping[str, Any]], tab: str = "") -> Job:
        """Begin a piece of work."""
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
        """The job of this number, if it is still known."""
        return self._jobs.get(job_id)

    def stop_all(self, seconds: float = 0.0) -> None:
        """Ask all of them to stop, and wait for so long until they have."""
        end = time.monotonic() + seconds
        jobs = list(self._jobs.values())
        for job in jobs:
            job.stop()
        for job in jobs:
            job.wait(max(0.0, end - time.monotonic()))
