"""How much of one call an engine has read so far, for whoever listens: it can take an hour on a small machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[float], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` with each share that engines report in this thread, until the block ends."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def report_progress(done: int, total: int) -> None:
    """For engines: `done` of the `total` parts (prompts, rows) of the present call are read."""
    listener = _LISTENER.get()
    if listener is not None and total:
        listener(done / total)
