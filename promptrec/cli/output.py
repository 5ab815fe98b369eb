"""Output of commands: safe for any encoding, terminal width, closed pipe, and control characters in data."""

import codecs
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import typer
from rich.console import Console, ConsoleDimensions, ConsoleOptions, ConsoleRenderable, RenderHook, RenderResult
from rich.progress import Progress
from rich.segment import Segment
from rich.table import Table

from promptrec.errors import InputError
from promptrec.rank.display import WIDTH, least_width

# Least width, also if a terminal reports less.
NARROWEST = 20
# Replacements for encodings that lack a character; others are escaped as in JSON.
PLAIN = {**dict.fromkeys("·–—─━", "-"), "…": "...", "’": "'", "⏎": "\\n", "±": "+/-", "×": "x"}
# Controls but tab and newline, marks of direction, and halves of pairs: no text needs them, and terminals obey them.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_JSON = re.compile("[\x7f-\x9f\ud800-\udfff]")
_NOT_ASCII = re.compile("[^\n -~]")
_ESCAPING = "promptrec.escaping"


def prepare() -> None:
    """Configure the standard streams so that neither text nor a closed pipe breaks a command.

    Text that the encoding lacks is escaped. Errors of writing to stderr are ignored. A closed stream is replaced by
    /dev/null, before another file takes its number.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    codecs.register_error(_ESCAPING, _escape)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ESCAPING)
        setattr(sys, name, stream if name == "stdout" else _Forgiving(stream))


def visible(text: str) -> str:
    """Escape the characters that a terminal would interpret."""
    return _CONTROLS.sub(_as_json, text)


def say(text: str) -> None:
    """Print text on stdout without wrapping."""
    print(visible(text))


def print_json(text: str) -> None:
    """Print JSON: as it is in UTF-8, with non-ASCII characters escaped in other encodings."""
    # Beyond ASCII, nothing stands outside of strings.
    in_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    print((_NOT_JSON if in_utf8 else _NOT_ASCII).sub(_as_json, text))


def dump_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Print a value as JSON."""
    print_json(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(table: Table) -> None:
    """Print a table, wide enough for its columns that must not wrap."""
    results(least_width(table)).print(table)


def print_facts(facts: Mapping[str, Any], as_json: bool, width: int = 23) -> None:
    """Print facts as JSON, or each in a line."""
    if as_json:
        dump_json(facts)
        return
    for key, value in facts.items():
        say(f"{key.replace('_', ' ') + ':':{width}} {', '.join(value) if isinstance(value, list) else value}")


def report_broken(messages: Iterable[str]) -> None:
    """Print each error of a list once; with any, end with exit code 2."""
    unique = list(dict.fromkeys(messages))
    for message in unique:
        notes().print(f"promptrec: error: {message}")
    if unique:
        raise typer.Exit(2)


def results(least: int = 0, *, soft_wrap: bool = False) -> Console:
    """Console for stdout, of the terminal's width or at least `least` columns."""
    console = _console(sys.stdout, soft_wrap=soft_wrap)
    width = console.width if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDTH
    return _sized(console, max(width, least))


def notes() -> Console:
    """Console for stderr: progress and errors, without wrapping."""
    console = _console(sys.stderr, soft_wrap=True)
    return _sized(console, console.width)


def bars() -> Progress:
    """Progress bars on stderr; none if it is no terminal."""
    console = notes()
    return Progress(console=console, disable=not console.is_interactive)


@contextmanager
def hint_on_failure(where: str) -> Iterator[None]:
    """Report where results are stored if the output cannot be written.

    Raises:
        InputError: the output cannot be written, unless its reader closed it.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        drop_output()
        raise InputError("output-not-writable", why=error.strerror, where=where) from None


def drop_output() -> None:
    """Discard buffered output, which the interpreter would otherwise try to write again as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _console(file: TextIO, **settings: Any) -> Console:  # noqa: ANN401 - rich's own settings
    """Console with colours on terminals and with FORCE_COLOR, and bars and spinners on terminals only."""
    more: dict[str, Any] = {}
    if not file.isatty():
        more = {"force_terminal": False, "color_system": "standard" if os.environ.get("FORCE_COLOR") else None}
    console = _Console(file=file, highlight=False, markup=False, emoji=False, **settings, **more)
    console.push_render_hook(_Escaping())
    return console


def _sized(console: Console, width: int) -> Console:
    # A dumb terminal's width is only taken together with a height.
    console.size = ConsoleDimensions(max(width, NARROWEST), console.height)
    return console


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Raise instead of ending the process, as rich would."""
        raise BrokenPipeError


class _Escaping(RenderHook):
    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Visible(renderable) for renderable in renderables]


class _Visible:
    """Renders another object with `visible` applied to its text, but not to rich's control codes."""

    def __init__(self, renderable: ConsoleRenderable) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for segment in console.render(self._renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


class _Forgiving:
    """Stream that ignores errors of writing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - all else is the stream's own
        return getattr(self._stream, name)


def _as_json(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1].replace("\x7f", "\\u007f")


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign) or json.dumps(sign)[1:-1] for sign in lost), error.end
