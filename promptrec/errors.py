"""Exceptions: one class for each thing the caller can do about an error.

Every message is one line: what was found, where (file, line, field), and what to do next.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rapidfuzz import process

from promptrec.redaction import redact


class PromptrecError(Exception):
    """Base class of all errors that a user can fix. The command line prints the message and exits with 2.

    A message never holds the credentials of an address, wherever somebody wrote one.
    """

    def __init__(self, message: object = "") -> None:
        super().__init__(redact(str(message)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Workers send errors home as bytes, and an error is not made from its message alone."""
        return _with_message, (type(self), str(self))


def _with_message(kind: type[PromptrecError], message: str) -> PromptrecError:
    error = kind.__new__(kind)
    Exception.__init__(error, message)
    return error


class InputError(PromptrecError):
    """Data, preferences or an option that cannot be used: mend the input."""


class TemplateError(PromptrecError):
    """A template that cannot be read or rendered: mend the template."""


class ModelError(PromptrecError):
    """A model that is missing or unusable: add or choose another model."""


class EngineError(PromptrecError):
    """An engine that cannot answer at all (dead server, killed process): restart or choose another engine."""


class MissingExtra(PromptrecError):
    """An optional dependency is not installed; the message holds the pip command, or one for each extra that has it."""

    def __init__(self, package: str, *extras: str) -> None:
        commands = " or ".join(f"pip install 'promptrec[{extra}]'" for extra in extras)
        super().__init__(f"{package} is not installed: {commands}")


class UnknownName(PromptrecError):
    """A name nobody registered; the message has the nearest known one, and lists all or says what `lists` them."""

    def __init__(self, kind: str, name: str, known: Iterable[str], lists: str = "") -> None:
        names = sorted(known)
        nearest = process.extractOne(name, names, processor=str.casefold, score_cutoff=60)
        hint = f" (did you mean {nearest[0]!r}?)" if nearest else ""
        told = ", ".join(repr(each) if "," in each else each for each in names)
        listed = f"{lists} lists the known" if lists else f"known: {told or 'none'}"
        super().__init__(f"unknown {kind} {name!r}{hint}; {listed}")


def first_line(error: BaseException) -> str:
    """What another library's error says first, or its kind where it says nothing: for a message of one line."""
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)


@contextmanager
def writing(path: str | Path, then: str = "free some room, or choose another place") -> Iterator[None]:
    """Say in one line which file cannot be written, why, such as a full disk, and what to do then.

    Raises:
        InputError: the operating system refuses.
    """
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error.strerror or first_line(error)}): {then}") from None
