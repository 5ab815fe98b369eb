"""Reader of TOML files, with error messages for people who do not know TOML."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from promptrec.data.readers import text_of
from promptrec.errors import InputError

_ESCAPED = re.compile(r"[\x00-\x1f\x7f]")
# Patterns of lines that are not TOML, and how to write them; the message has the first that matches.
_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"""^\s*[{\[]\s*(["'{].*)?$"""), "this is JSON: write NAME = VALUE, a line each"),
    (re.compile("[“”„‟＂]|[‘’]"), 'write straight quotes ("), not curly ones'),
    (re.compile("[＝，；：［］\xa0\u3000]"), "a sign or a blank in it is a wide one: write plain ones"),
    (re.compile(r"[;,]\s*$"), "take the sign at the end out"),
    (re.compile(r"=\s*'[^']*'\s*\w"), "an apostrophe ends text in single quotes: take double ones"),
    (re.compile(r"^\s*[\w-]+\s+[\w-][\w -]*="), "a name has no blanks in it"),
    (
        re.compile(r'=.*"[^"]*\\'),
        "a backslash in double quotes is no plain sign: write / or take single quotes",
    ),
    (re.compile(r"^\s*[\w-]+\s*:"), 'write NAME = VALUE, with = and not with ":"'),
    (re.compile(r"=\s*$"), "there is no value behind the =: write one, or take the line out"),
    (
        re.compile(r"=\s*(True|False|TRUE|FALSE|[Yy]es|[Nn]o|on|off)\s*(#.*)?$"),
        "write true or false, in small letters",
    ),
    (re.compile(r"=\s*(None|null|nil|NULL)\s*(#.*)?$"), "TOML has no sign for nothing: take the line out"),
    (re.compile(r"=\s*['\"][^'\"]*$"), "the quote at the end is missing"),
    (re.compile(r"=\s*[^\s'\"\[{\d+-][^'\"]*$"), 'text stands in quotes: NAME = "TEXT"'),
    (re.compile(r"=\s*\[\s*[^\s'\"\[{\d+\]-]"), 'texts in a list stand in quotes: NAME = ["ONE", "TWO"]'),
    (re.compile(r"^\s*[\w-]+\s*$"), "write NAME = VALUE"),
)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file; an empty file is an empty mapping, a byte order mark is skipped.

    Raises:
        InputError: no such file, or invalid TOML; with the line and how to write it.
    """
    if path.is_file() and not path.stat().st_size:
        return {}
    text = text_of(path)
    try:
        values = tomllib.loads(text)
    except ValueError as error:
        raise _explained(path, text, str(error)) from None
    # "data\new" is valid TOML with a line feed in it.
    slipped = next(_with_controls(values), None) if '"""' not in text and "'''" not in text else None
    if slipped is not None:
        raise InputError("toml-control-character", path=path, name=slipped)
    return values


def _explained(path: Path, text: str, reason: str) -> InputError:
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", reason)
    lines = text.split("\n")
    written = max((n for n, line in enumerate(lines, 1) if line.strip()), default=1)
    number = int(place[1]) if place and place[1] else written
    what = reason[: place.start()] if place else reason
    line = lines[number - 1].strip("\r")
    if "overwrite" in what or "twice" in what:
        how = f"{line.partition('=')[0].strip()!r} stands there twice: take one out"
    elif "Unclosed" in what:
        how = "what was opened with a bracket before this lacks a comma, or the bracket at its end"
    else:
        usual = "check this line, and what was opened with a bracket before it"
        how = next((how for slip, how in _SLIPS if slip.search(line)), usual)
    # The value is not shown: it may be a secret.
    name, equals, _ = line.partition("=")
    shown = f"{name.strip()} = …: " if equals else ""
    return InputError("not-toml", path=path, line=number, what=what, shown=shown, how=how)


def _with_controls(values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        texts = value if isinstance(value, list) else [value]
        yield from (name for text in texts if isinstance(text, str) and _ESCAPED.search(text))
