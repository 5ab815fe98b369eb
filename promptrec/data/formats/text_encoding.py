"""Decompress and decode text files; a file in an unknown encoding or of another type is refused with a remedy."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from promptrec.errors import InputError, RowPlace

AS_CSV = 'in Excel, choose "Save as" and "CSV UTF-8"'
OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}
AS_TEXT = "save it as text, in UTF-8"
# First bytes of files that often have a wrong suffix, and the remedy.
_NO_TEXT = {
    b"PK\x03\x04": ("a spreadsheet or a zip file", AS_CSV),
    b"\xd0\xcf\x11\xe0": ("a spreadsheet", AS_CSV),
    b"PAR1": ("Parquet", AS_TEXT),
    b"ARROW1": ("Feather", AS_TEXT),
    b"SQLite format 3\x00": ("a SQLite database", AS_TEXT),
    b"%PDF": ("a PDF", AS_TEXT),
    b"\x1f\x8b": ("packed with gzip", "add .gz to its name"),
    b"BZh": ("packed with bzip2", "add .bz2 to its name"),
    b"\xfd7zXZ\x00": ("packed with xz", "add .xz to its name"),
    b"\x28\xb5\x2f\xfd": ("packed with zstd", "unpack it first"),
    b"version https://git-lfs": ("a pointer of Git LFS", "fetch the file itself with `git lfs pull`"),
}
# The longer mark first: that of UTF-32 begins with that of UTF-16.
_MARKS = {
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
# Encodings of spreadsheets and editors other than UTF-8, the most frequent first, and their names for iconv.
LEGACY = {
    codec: {"mac_roman": "macintosh", "koi8_r": "koi8-r"}.get(codec, codec)
    for codec in "cp1252 gb18030 cp932 big5 cp949 cp1251 cp1250 mac_roman cp850 cp1253 cp1254 koi8_r "
    "cp1255 cp1256 cp874".split()
}
READINGS, LINES_TRIED = 3, 200
"""Number of encodings that a message shows, and of lines of which it shows one."""


def text_of(path: Path) -> str:
    """Read a text file, decompressing .gz, .xz and .bz2. UTF-8, or UTF-16 or UTF-32 with a mark.

    Other encodings can only be guessed, and a wrong guess silently damages words. They are refused, and the error shows
    the first invalid line in the likely encodings.

    Raises:
        InputError: no such file, a folder, an empty file, not text, or text in another encoding.
    """
    check_file(path)
    try:
        with OPENERS.get(path.suffix.lower(), open)(path, "rb") as file:
            data: bytes = file.read()
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise InputError("file-cannot-be-read", path=path, why=error) from None
    for begin, (kind, remedy) in _NO_TEXT.items():
        if data.startswith(begin):
            raise InputError("not-a-text-file", path=path, kind=kind, remedy=remedy)
    marked = _marked(data)
    try:
        # MS-DOS ends a text with Control-Z.
        text = data.decode(marked or "utf-8-sig").removeprefix("\ufeff").removesuffix("\x1a")
    except UnicodeDecodeError as error:
        if marked is not None:
            raise InputError(
                "damaged-encoding", path=path, upper=marked.upper(), reason=error.reason, as_text=AS_TEXT
            ) from None
        raise _not_utf8(path, data, error) from None
    if text.endswith("\x00"):
        raise InputError("file-ends-in-nul", path=path)
    return text


def check_file(path: Path) -> None:
    """Raise an InputError for a missing file, a folder or an empty file."""
    if not path.exists():
        raise InputError("no-such-file", path=path)
    if path.is_dir():
        raise InputError("is-a-folder", path=path)
    if path.stat().st_size == 0:
        raise InputError("file-is-empty", path=path)


def _marked(data: bytes) -> str | None:
    """UTF-16 or UTF-32, by a mark or by a NUL beside each of the first letters; None for UTF-8."""
    begin = data[:8]
    if len(begin) == 8 and b"\x00" in begin:
        halves = begin[0::2], begin[1::2]
        for codec, (letters, nuls) in (("utf-16-le", halves), ("utf-16-be", halves[::-1])):
            if all(letters) and not any(nuls):
                return codec
    return next((codec for mark, codec in _MARKS.items() if data.startswith(mark)), None)


def _not_utf8(path: Path, data: bytes, error: UnicodeDecodeError) -> InputError:
    line = data.count(b"\n", 0, error.start) + 1
    place, byte = RowPlace(path, line), f"0x{data[error.start]:02x}"
    lenient = data.decode("utf-8", "surrogateescape")
    foreign = sum("\udc80" <= c <= "\udcff" for c in lenient)
    if data.startswith(b"\xef\xbb\xbf") or sum(c > "\x7f" for c in lenient) > 2 * foreign:
        if error.reason == "unexpected end of data" and error.end == len(data):
            return InputError("not-utf-eight-cut-off", path=place, byte=byte)
        return InputError("not-utf-eight-in-one-line", path=place, byte=byte)
    readings = _readings(data)
    how = f" ({AS_CSV})" if {".csv", ".tsv", ".txt"} & {suffix.lower() for suffix in path.suffixes} else ""
    if not readings:
        return InputError("not-utf-eight", path=place, byte=byte, how=how)
    number, shown = readings
    read_as = " or ".join(f"{text!r} ({LEGACY[codec]})" for text, codec in shown.items())
    return InputError("not-utf-eight-but-readable", path=place, byte=byte, number=number, read_as=read_as, how=how)


def _readings(data: bytes) -> tuple[int, dict[str, str]] | None:
    """Number of the line that best distinguishes the likely encodings, and its text in each of them."""
    from charset_normalizer import from_bytes

    likely = from_bytes(data, cp_isolation=list(LEGACY))
    chaos = {codec: match.chaos for match in likely for codec in match.could_be_from_charset if codec in LEGACY}
    decoded: dict[str, str] = {}
    for codec in sorted(chaos, key=lambda codec: (chaos[codec], list(LEGACY).index(codec))):
        decoded.setdefault(data.decode(codec, "replace"), codec)
    codecs = list(decoded.values())[:READINGS]
    if not codecs:
        return None
    lines = (each for each in enumerate(data.split(b"\n"), start=1) if not each[1].isascii())
    read = [(n, {_around(line, codec): codec for codec in reversed(codecs)}) for n, line in islice(lines, LINES_TRIED)]
    number, shown = max(read, key=lambda each: len(each[1]))
    return number, dict(reversed(shown.items()))


def _around(line: bytes, codec: str) -> str:
    """Text of a line in an encoding, around its first byte that is not ASCII."""
    text = line.decode(codec, "replace")
    first = next(n for n, letter in enumerate(text) if letter > "\x7f")
    return text[max(0, first - 12) : first + 20].strip()
