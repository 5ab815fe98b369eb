"""Errors of promptrec: one class for each thing that the caller can do about them, with codes of the message catalogue.

Every message is one line: where (file, line), what was found, and what to do next.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Self, cast

from rapidfuzz import process

from promptrec.messages import Message, Reason, Slot, is_code, message, slot_of
from promptrec.redaction import redact

NEAREST_NAME_SCORE = 70


class RowPlace(str):
    """Where a row of a file is, as "FILE:3" or "FILE:row 3", with its `path` and `line`."""

    path: str
    line: int

    def __new__(cls, path: str | Path, line: int, unit: str = "") -> Self:
        """Make the place of a line, or of a "row" or "item"."""
        place = super().__new__(cls, f"{path}:{unit} {line}" if unit else f"{path}:{line}")
        place.path, place.line = str(path), line
        return place

    def __reduce__(self) -> tuple[Any, ...]:
        return str, (str(self),)


class PromptrecError(Exception):
    """Base of all errors a user can mend. The command line prints its message and exits with 2.

    Credentials in an address are masked, wherever somebody wrote one.

    Attributes:
        code: of the message catalogue; "free-text" where the message is given in words.
        path: the file it is about, "" where there is none.
        line: of that file, from 1; None where no line is known.
        slots: what was found, by the name of the slot in the message.
        message: code and slots, which can be read in English and Chinese.
    """

    def __init__(
        self, code: str | Message = "", /, *, path: str | Path = "", line: int | None = None, **slots: object
    ) -> None:
        self.path, self.line = str(path), line
        self._place = f"{path}:{line}: " if line is not None else f"{path}: " if self.path else ""
        if isinstance(path, RowPlace):
            self.path, self.line, self._place = path.path, path.line, f"{path}: "
        if not isinstance(code, Message):
            code = Message(code) if is_code(code) else message("free-text", text=code)
        self.code, slots = code.code, {**code.slots, **slots}
        self.slots = {name: _without_credentials(slot) for name, slot in slots.items()}
        if "name" in slots and isinstance(known := slots.get("known"), tuple):
            self.slots["meant"] = did_you_mean(str(slots["name"]), known)
        self.message = Message(self.code, {"path": self.path, **self.slots})
        super().__init__(redact(self.text("en")))

    @property
    def hint(self) -> str:
        """What to do about it, in English; empty where the message itself says so."""
        return self.message.hint("en")

    def text(self, language: str) -> str:
        """File, line and message in "en" or "zh"."""
        return redact(f"{self._place}{self.message.text(language)}")

    @property
    def reason(self) -> Reason:
        """The message with its place, for what the error is the reason of."""
        place = self._place.removesuffix(": ")
        return Reason(message("at-place", place=redact(place), what=self.message) if place else self.message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Workers send errors home as bytes, and subclasses are made of other arguments."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[PromptrecError], args: tuple[Any, ...], state: dict[str, Any]) -> PromptrecError:
    error = kind.__new__(kind)
    Exception.__init__(error, *args)
    error.__dict__.update(state)
    return error


def _without_credentials(value: object) -> Slot:
    slot = slot_of(value)
    if isinstance(slot, Reason):
        return Reason(*(redact(part) if isinstance(part, str) else _redacted(part) for part in slot.messages))
    if isinstance(slot, Message):
        return _redacted(slot)
    if isinstance(slot, tuple):
        return cast("tuple[str, ...]", tuple(map(_without_credentials, slot)))
    return redact(slot) if isinstance(slot, str) else slot


def _redacted(found: Message) -> Message:
    return Message(found.code, {name: _without_credentials(slot) for name, slot in found.slots.items()})


def did_you_mean(name: str, known: Iterable[str]) -> Slot:
    """The nearest of the names there are, as a question; "" where none is near."""
    nearest = process.extractOne(name, known, score_cutoff=NEAREST_NAME_SCORE, processor=str.casefold)
    return message("did-you-mean", near=repr(nearest[0])) if nearest else ""


class InvalidValue(ValueError):
    """A value refused inside pydantic or Jinja: whoever called those says where, in an error of its own.

    Args:
        code: of the message catalogue.
        within: keys of the wrong part, in a value of several parts.
        slots: what was found; those that say where are added later.
    """

    def __init__(self, code: str, within: tuple[str, ...] = (), /, **slots: object) -> None:
        super().__init__(code)
        self.code, self.within = code, within
        self.slots = {name: slot_of(value) for name, value in slots.items()}


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
        super().__init__("missing-extra", package=package, commands=commands)


def import_extra(module: str, package: str, extra: str) -> Any:  # noqa: ANN401 - a module without types
    """Import a module of an optional dependency.

    Args:
        module: such as scipy.stats.
        package: that has it, by its name on PyPI.
        extra: of promptrec, which installs it.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtra(package, extra) from None


class UnknownName(PromptrecError):
    """A name nobody registered; the message has the nearest known one, and lists all or says what `lists` them."""

    def __init__(self, kind: str | Message, name: str, known: Iterable[str], lists: str = "") -> None:
        names = sorted(known)
        nearest = process.extractOne(name, names, processor=str.casefold, score_cutoff=60)
        near = message("near-name", near=repr(nearest[0])) if nearest else ""
        what: Slot = kind
        if isinstance(kind, str) and is_code(code := f"kind/{kind.replace(' ', '-')}"):
            what = message(code)
        listed = {"lists": lists} if lists else {"listed": tuple(repr(n) if "," in n else n for n in names)}
        code = "unknown-name-listed-by" if lists else "unknown-name-of" if names else "unknown-name-of-none"
        super().__init__(code, kind=what, wrong=name, near=near, **listed)


def first_line(error: BaseException) -> str:
    """First line of an error's text, or its class name if it has none; the reason of one of promptrec's own errors."""
    if isinstance(error, PromptrecError):
        return error.reason
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
        why = error.strerror or first_line(error)
        raise InputError("cannot-be-written", file=path, why=why, then=then) from None
