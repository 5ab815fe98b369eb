"""Progress of a call of an engine, which can take an hour on a small machine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[float], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` with each share that engines report in this thread during the block."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def report_progress(done: int, total: int) -> None:
    """Report that `done` of the `total` parts (prompts, rows) of the present call are read; called by engines."""
    listener = _LISTENER.get()
    if listener is not None and total:
        listener(done / total)
