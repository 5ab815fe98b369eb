import csv
import io

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptrec.data.formats.delimited import read_csv
from promptrec.errors import InputError

# What a person may type into a cell; blanks at its edges mean nothing to anybody.
CELL = st.text(st.sampled_from("ab1é中 \"',;|\t\n.“"), max_size=8).map(str.strip)
LINE = st.text(st.sampled_from("ab1é中 \"',;|."), max_size=8).map(str.strip)
SIGN = st.sampled_from(",;\t|")
ENCODING = st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])
HEADER = ("id", "title", "about")


def tables(cell):
    """Rows of three cells under IDs that no text of a cell looks like."""
    return st.lists(st.tuples(cell, cell), min_size=1, max_size=6).map(
        lambda rows: [(f"tt-{number}-x", *row) for number, row in enumerate(rows)]
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("delimited")


def cells(path):
    return [tuple(cell.strip() for cell in row.values()) for _, row in read_csv(path)]


def cells_unless_ambiguous(path, rows, sign):
    """What is read; None where a cell with tabs and line ends is refused, because its lines may be rows."""
    try:
        return cells(path)
    except InputError as error:
        assert "over what may be rows of their own" in str(error)
        assert sign == "\t" and any("\t" in cell and "\n" in cell for row in rows for cell in row)
        return None


@given(
    tables(CELL), SIGN, ENCODING, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"])
)
def test_what_csv_writes_is_read_back(folder, rows, sign, encoding, quoting, end):
    out = io.StringIO()
    csv.writer(out, delimiter=sign, quoting=quoting, lineterminator=end).writerows([HEADER, *rows])
    path = folder / "a.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    assert cells_unless_ambiguous(path, rows, sign) in (rows, None)


@pytest.mark.slow
@given(tables(CELL), SIGN, st.booleans())
def test_what_pandas_writes_is_read_back_with_its_index_or_without(folder, rows, sign, index):
    path = folder / "b.tsv"
    pd.DataFrame(rows, columns=list(HEADER)).to_csv(path, sep=sign, index=index, lineterminator="\n")
    read = cells_unless_ambiguous(path, rows, sign)
    assert read is None or [row[1:] if index else row for row in read] == rows


@given(tables(LINE))
def test_tabbed_text_without_quoting_is_read_line_by_line(folder, rows):
    """A cell that is quoted from end to end may lose its quotes, and nothing else."""
    path = folder / "c.tsv"
    path.write_text("\n".join("\t".join(row) for row in [HEADER, *rows]), encoding="utf-8")
    assert [tuple(map(bare, row)) for row in cells(path)] == [tuple(map(bare, row)) for row in rows]


def bare(cell):
    inner = cell[1:-1]
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"').strip() if quoted else cell


@pytest.mark.slow
@given(tables(LINE), st.sampled_from(",;|"))
def test_a_stray_quote_swallows_no_row_in_silence(folder, rows, sign):
    assume(not any(sign in cell for row in rows for cell in row))
    path = folder / "d.csv"
    path.write_text("\n".join(sign.join(row) for row in [HEADER, *rows]), encoding="utf-8")
    try:
        read = cells(path)
    except InputError:
        return
    assert [row[0] for row in read] == [row[0] for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        'title\tid\tnote\n"Lift Home\t1\tx\nRed Door\t2\ty\nThe Last Yes"\t3\tz\nGreen\t4\tw\n',
        'id\ttitle\tnote\nB 1\t"Lift\tx\nB 2\tRed\ty\nB 3\tYes"\tz\nB 4\tG\tw\n',
        'id\ttitle\tnote\n1\t"Lift\tx\nmy 2\tRed\ty\nab-3\tYes"\tz\n4\tG\tw\n',
        'title\tid\n"Lift Home\t1\nRed Door"\t2\nGreen\t3\n',
    ],
)
def test_a_quoted_cell_over_lines_that_swallows_a_tab_is_refused_with_its_line(tmp_path, text):
    (tmp_path / "a.tsv").write_text(text)
    with pytest.raises(InputError, match=r"a.tsv:2: the quote that opens in this row"):
        cells(tmp_path / "a.tsv")
