"""Reader of delimited text (CSV, TSV): detects the delimiter, quoting and the header line."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, NamedTuple

from promptrec.data.clean import clean_text
from promptrec.data.formats.text_encoding import OPENERS, text_of
from promptrec.errors import InputError, RowPlace

Row = tuple[str, Mapping[str, Any]]
"""Place of a row ("films.csv:12"), and its cells by column name."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
CHINESE_COMMA = "，"
TABBED = (".tsv", ".txt", ".item", ".inter")
"""Suffixes of files for which tabs are tried first; commas for all others."""

_ROWS_TRIED, _HEADER_LINES = 100, 10
_CELL = re.compile(r'"((?:[^"]++|"")*+)"(?=[\t\r\n]|\Z)|[^\t\r\n]*+')
_LINE_END = re.compile(r"\r\n|\r|\n")
_TYPED = re.compile(r"(.+):(token|float|token_seq|float_seq)")


class _Record(NamedTuple):
    first: int
    """The number of its first line, from 1."""
    last: int
    """The number of its last line."""
    cells: list[str]


def read_csv(path: Path) -> Iterator[Row]:
    """Rows of a CSV or TSV file; every cell is text, so that the ID 007 stays 007. The place is a row's last line.

    The delimiter is found in the header: a tab or comma, by the suffix, else another delimiter that it has.
    Excel's `sep=` line is read. Cells are quoted as in spreadsheets and pandas; in tab-separated text a quote that
    does not enclose a cell is a plain character. The types in a header of RecBole (`item_id:token`) are
    read. Missing cells at the end of a row are empty.

    Raises:
        InputError: an unclosed quote, a row with more cells than columns, a cell in a column without a name, a
            duplicate column name, a first line that is not a header; with file and line.
    """
    lines = list(io.StringIO(text_of(path), newline=""))
    start, delimiter = _header_line(path, lines)
    records = [each for each in _records(path, lines, start, delimiter) if any(cell.strip() for cell in each.cells)]
    if not records:
        return
    # Concatenated files have the header again between them.
    header, rows = records[0], [record for record in records[1:] if record.cells != records[0].cells]
    names = [clean_text(name).strip() for name in header.cells]
    _check_header(path, header, names, rows)
    _check_lines(path, lines, rows, delimiter, len(names))
    typed = [match for match in map(_TYPED.fullmatch, names) if match]
    is_typed = len(typed) == len(names)
    columns = [match[1] for match in typed] if is_typed else names
    lists = [n for n, match in enumerate(typed) if is_typed and match[2].endswith("_seq")]
    named = [n for n, name in enumerate(names) if n == 0 or name]
    for row in rows:
        place = RowPlace(path, row.last)
        _check_row(place, row, names, rows, delimiter)
        cells: list[str | tuple[str, ...]] = [*row.cells, *[""] * (len(names) - len(row.cells))]
        for n in lists:
            cells[n] = tuple(str(cells[n]).split())
        yield place, {columns[n]: cells[n] for n in named}


def _header_line(path: Path, lines: Sequence[str]) -> tuple[int, str]:
    """The index of the header's first line, and the delimiter."""
    start = next((n for n, line in enumerate(lines) if line.strip()), 0)
    first = lines[start].strip() if lines else ""
    marker = re.fullmatch(r'"?sep=(.|\\t)?"?', lines[start].strip("\r\n"), re.IGNORECASE) if lines else None
    if marker and marker[1]:
        return start + 1, marker[1].replace("\\t", "\t")
    if re.match(r'\[?\s*\{\s*("|$)|\[$', first):
        raise InputError("json-by-another-name", path=path)
    if re.match(r"<(!doctype|html|\?xml)\b", first, re.IGNORECASE):
        raise InputError("web-page-by-another-name", path=path)
    if first[:1] in "'‘“„" and first[-1:] in "'’”" and len(first) > 1:
        raise InputError("names-in-curly-quotes", path=path, line=start + 1, first=first[0], first_b=first[-1])
    if marker:
        raise InputError("excel-note-without-sign", path=path, line=start + 1, first=first)
    return start, _delimiter(path, lines, start)


def _delimiter(path: Path, lines: Sequence[str], start: int) -> str:
    usual = "\t" if suffix_of(path) in TABBED else ","
    header = _outside_quotes(lines[start:])
    counts = Counter(header)
    prose = Counter(re.findall(r"(.)[ ]", header))
    there = sorted((s for s in DELIMITERS if counts[s]), key=lambda s: (-counts[s], prose[s], s != usual))
    if not there and counts[CHINESE_COMMA]:
        raise InputError("cells-joined-by-chinese-commas", path=path, line=start + 1, strip=lines[start].strip())
    if len(there) < 2:
        return there[0] if there else usual
    return next((sign for sign in there if _fits(path, lines, start, sign)), there[0])


def suffix_of(path: Path) -> str:
    """Last suffix in lower case, without that of a compression."""
    return (path.with_suffix("") if path.suffix.lower() in OPENERS else path).suffix.lower()


def _outside_quotes(lines: Sequence[str]) -> str:
    """The header without its quoted parts."""
    header = ""
    for line in lines[:_HEADER_LINES]:
        header += line
        if header.count('"') % 2 == 0:
            break
    return re.sub(r'"[^"]*"', "", header)


def _fits(path: Path, lines: Sequence[str], start: int, sign: str) -> bool:
    """Whether most of the following rows have as many cells as the header with this delimiter."""
    widths: list[int] = []
    # Errors of a row are raised when all are read; the rows before it decide here.
    with suppress(InputError):
        records = islice(_records(path, lines, start, sign), _ROWS_TRIED)
        widths.extend(len(record.cells) for record in records if any(cell.strip() for cell in record.cells))
    return widths[1:].count(widths[0]) * 2 >= len(widths) - 1 if widths else False


def _records(path: Path, lines: Sequence[str], start: int, delimiter: str) -> Iterator[_Record]:
    return (_tabbed if delimiter == "\t" else _quoted)(path, lines, start, delimiter)


def _quoted(path: Path, lines: Sequence[str], start: int, delimiter: str) -> Iterator[_Record]:
    """Rows read by Python's csv module, without blanks before a quote."""
    # The limit holds for the whole process, so it is only ever raised.
    csv.field_size_limit(max(csv.field_size_limit(), sum(map(len, lines)) + 1))
    reader = csv.reader(lines[start:], delimiter=delimiter, strict=True, skipinitialspace=True)
    read = start
    try:
        for cells in reader:
            yield _Record(read + 1, start + reader.line_num, cells)
            read = start + reader.line_num
    except csv.Error as error:
        broken = lines[read : start + reader.line_num]
        raise InputError("not-csv", path=path, line=read + 1, why=error, backslash=_backslash(broken)) from None


def _tabbed(path: Path, lines: Sequence[str], start: int, _: str) -> Iterator[_Record]:
    """Rows of tab-separated text, with quoted cells (pandas, Excel) or without (IMDb, TREC, Wikidata).

    A quote begins a quoted cell if a quote before a tab or line end closes it. If that joins lines or cells, the row
    must have as many cells as the header, and the lines must not be valid rows themselves.
    """
    text = "".join(lines[start:])
    at, position, width = start, 0, 0
    while at < len(lines):
        cells, end = lines[at].rstrip("\r\n").split("\t"), at + 1
        if any(cell.startswith('"') for cell in cells):
            quoted, length = _quoted_cells(text, position)
            last = at + len(_LINE_END.findall(text, position, position + length)) + 1
            lone = lines[at:last]
            full = all(line.count("\t") + 1 == width for line in lone)
            complete = full and _may_be_rows(lone, "\t", width, alike=True)
            joins = last > end or len(quoted) < len(cells)
            if not (width and joins and (complete or (last == end and len(cells) == width))):
                swallows = any("\t" in cell and _LINE_END.search(cell) for cell in quoted)
                # Valid rows themselves, except for two quotes that may not be a pair.
                alone = full and all(line.split("\t")[0].strip() for line in lone) and "".join(lone).count('"') == 2
                if (
                    width
                    and last > end
                    and ((swallows and alone) or len(quoted) != width or _may_be_rows(lone, "\t", width))
                ):
                    raise _joined(path, at + 1, last)
                cells, end = quoted, last
        yield _Record(at + 1, end, cells)
        width = width or (len(cells) if any(cell.strip() for cell in cells) else 0)
        position += sum(map(len, lines[at:end]))
        at = end


def _quoted_cells(text: str, begin: int) -> tuple[list[str], int]:
    """Cells of a row that begins at a position of the text, and their number of characters."""
    cells: list[str] = []
    position = begin
    while True:
        cell = _CELL.match(text, position)
        assert cell is not None  # noqa: S101 - a cell may be empty, so one is always found
        cells.append(cell[0] if cell[1] is None else cell[1].replace('""', '"'))
        position = cell.end()
        if not text.startswith("\t", position):
            return cells, position - begin
        position += 1


def _check_header(path: Path, header: _Record, names: Sequence[str], rows: Sequence[_Record]) -> None:
    where = RowPlace(path, header.first)
    named = [name for name in names if name]
    above = "the first line has the columns' names; take out what stands above them"
    if len(names) > 2 and len(named) == 1:
        raise InputError("one-column-named", path=where, named=named[0], count=len(names), above=above)
    if len(names) == 1 and rows and all(len(row.cells) > 1 for row in rows):
        raise InputError("one-column-but-more-cells", path=where, names=names[0], count=len(rows[0].cells), above=above)
    twice = sorted({name for name in named if names.count(name) > 1})
    if twice:
        raise InputError("column-twice", path=where, twice=twice[0])


def _check_lines(path: Path, lines: Sequence[str], rows: Sequence[_Record], delimiter: str, width: int) -> None:
    """Refuse line ends and quotes with which lines may be one row or several."""
    both = any(line.endswith("\r") for line in lines) and any(line.endswith("\n") for line in lines)
    for row in rows if both else ():
        if len(row.cells) < width and any(line.endswith("\r") for line in (lines[row.first - 2], lines[row.last - 1])):
            raise InputError("lone-carriage-return", path=path, line=row.last, count=len(row.cells), width=width)
    for before, row in pairwise(rows):
        if before.cells[-1].endswith("\\") and len(row.cells) < width:
            raise InputError("row-ends-in-backslash", path=path, line=before.last)
    for row in rows if delimiter != "\t" else ():
        if row.last > row.first and _may_be_rows(lines[row.first - 1 : row.last], delimiter, width, alike=True):
            raise _joined(path, row.first, row.last)


def _may_be_rows(lines: Sequence[str], delimiter: str, width: int, *, alike: bool = False) -> bool:
    """Whether lines that a quote joins may be rows: enough cells, and possible IDs first, `alike` in their form."""
    ids = [line.split(delimiter)[0].strip() for line in lines]
    kinds = {re.sub(r"[^\W\d]+", "a", re.sub(r"\d+", "9", each.strip('"'))) for each in ids}
    return (
        all(2 <= line.count(delimiter) + 1 <= width for line in lines)
        and all(re.fullmatch(r'"[^\s"]+"|[^\s"]+', each) for each in ids)
        and not (alike and len(kinds) > 1)
    )


def _joined(path: Path, first: int, last: int) -> InputError:
    return InputError("quote-over-rows", path=path, line=first, last=last)


def _check_row(place: str, row: _Record, names: Sequence[str], rows: Sequence[_Record], delimiter: str) -> None:
    """Refuse a row with more cells than the header."""
    width = len(names)
    if any(cell.strip() for cell in row.cells[width:]):
        count = len(row.cells)
        if len(rows) > 1 and all(len(each.cells) == width + 1 for each in rows):
            raise InputError("header-lacks-a-name", path=place, count=count, width=width)
        sign = DELIMITERS.get(delimiter, repr(delimiter))
        extra = _backslash(row.cells)
        raise InputError("more-cells-than-columns", path=place, count=count, width=width, sign=sign, extra=extra)
    if "" in names[1:]:
        for number, (name, cell) in enumerate(zip(names, row.cells, strict=False), start=1):
            if number > 1 and not name and cell.strip():
                raise InputError("cell-in-nameless-column", path=place, strip=cell.strip(), number=number)


def _backslash(texts: Sequence[str]) -> str:
    return '; a quote within quotes is written twice (""), not after a backslash' if '\\"' in "".join(texts) else ""
