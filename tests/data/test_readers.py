import gzip
import json
import lzma
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.readers import read_csv, read_jsonl, read_parquet, reader_for
from promptrec.errors import InputError, MissingExtra


def test_csv_rows_are_text_and_know_their_line(write):
    path = write("a.csv", "id,title\n007,Spectre\n\n  ,\n8,8½\n")
    assert list(read_csv(path)) == [
        (f"{path}:2", {"id": "007", "title": "Spectre"}),
        (f"{path}:5", {"id": "8", "title": "8½"}),
    ]


def test_a_newline_in_quotes_is_part_of_a_cell_and_counts_as_a_line(write):
    path = write("a.csv", 'id,title\r\n1,"A\r\nB"\r\n2,C\r\n')
    assert list(read_csv(path)) == [
        (f"{path}:3", {"id": "1", "title": "A\r\nB"}),
        (f"{path}:4", {"id": "2", "title": "C"}),
    ]


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\x0b", "\x0c", "\x1c"])
def test_what_only_unicode_calls_a_line_end_does_not_end_a_csv_row(write, mark):
    path = write("a.csv", f"id,title\n1,A{mark}B\n2,C\n")
    assert list(read_csv(path)) == [
        (f"{path}:2", {"id": "1", "title": f"A{mark}B"}),
        (f"{path}:3", {"id": "2", "title": "C"}),
    ]


def test_what_a_short_row_lacks_is_empty_and_tabs_part_a_tsv(write):
    path = write("a.tsv", "id\ttitle\tyear\n1\tA, B\n")
    assert [row for _, row in read_csv(path)] == [{"id": "1", "title": "A, B", "year": ""}]


def test_json_lines_know_their_line_past_blank_ones_and_odd_line_ends(write):
    path = write("a.jsonl", '\ufeff{"id": 1}\r\n\r\n{"id": "b\u2028c"}')
    assert list(read_jsonl(path)) == [(f"{path}:1", {"id": 1}), (f"{path}:3", {"id": "b\u2028c"})]


@pytest.mark.parametrize("suffix", ["", ".gz", ".xz"])
def test_packed_files_are_unpacked(write, suffix):
    pack = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}[suffix]
    for name, text in (("a.csv", "id,title\n1,片\n"), ("a.jsonl", '{"id": "1", "title": "片"}\n')):
        path = write(name + suffix, pack(text.encode()))
        assert [row for _, row in reader_for(path)(path)] == [{"id": "1", "title": "片"}]


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("A.CSV", read_csv),
        ("a.json.tsv.TXT.Gz", read_csv),
        ("a.ndjson", read_jsonl),
        ("a.csv.json", read_jsonl),
        ("b.parquet", read_parquet),
    ],
)
def test_the_suffix_chooses_the_reader(tmp_path, name, reader):
    assert reader_for(tmp_path / name) is reader


def test_an_unknown_suffix_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(InputError, match=r"films\.dat: unknown kind of file '\.dat'; known: \.csv, \.tsv, \.txt, "):
        reader_for(tmp_path / "films.dat")


@pytest.mark.parametrize("name", ["films.csv.zip", "films.jsonl.ZST", "films.tgz"])
def test_an_archive_is_told_to_be_unpacked(tmp_path, name):
    with pytest.raises(InputError, match="cannot be read: unpack it first"):
        reader_for(tmp_path / name)


@pytest.mark.parametrize("name", ["films.xlsx", "FILMS.XLS", "films.ods"])
def test_a_spreadsheet_is_told_how_to_be_saved(tmp_path, name):
    with pytest.raises(InputError, match='a spreadsheet cannot be read: in Excel, choose "Save as" and "CSV UTF-8"'):
        reader_for(tmp_path / name)


def test_a_folder_is_called_one_and_not_an_unknown_kind_of_file(tmp_path):
    with pytest.raises(InputError, match="is a folder; give a file"):
        reader_for(tmp_path)


@pytest.mark.parametrize("reader", [read_csv, read_jsonl, read_parquet])
def test_a_missing_file_a_folder_and_an_empty_file_are_told_apart(tmp_path, write, reader):
    for path, said in ((tmp_path / "no", "no such file"), (tmp_path, "is a folder"), (write("e", ""), "file is empty")):
        with pytest.raises(InputError) as told:
            list(reader(path))
        assert str(told.value).startswith(f"{path}: ")
        assert said in str(told.value)


@pytest.mark.parametrize(
    ("begins", "said"),
    [
        (b"PK\x03\x04", "a spreadsheet or a zip file"),
        (b"\xd0\xcf\x11\xe0", "a spreadsheet"),
        (b"PAR1", "Parquet"),
        (b"SQLite format 3\x00", "a SQLite database"),
    ],
)
@pytest.mark.parametrize("reader", [read_csv, read_jsonl])
def test_what_is_no_text_whatever_its_name_is_told_with_the_remedy(write, begins, said, reader):
    path = write("a.csv", begins + b"\n\x14\x00")
    with pytest.raises(InputError) as told:
        list(reader(path))
    remedy = 'in Excel, choose "Save as" and "CSV UTF-8"' if "sheet" in said else "save it as text, in UTF-8"
    assert str(told.value) == f"{path}: this is {said}, whatever its name says: {remedy}"


def damaged(packed):
    spoilt = bytearray(packed)
    spoilt[60:64] = bytes(255 - b for b in spoilt[60:64])
    return bytes(spoilt)


LONG = "\n".join(["id,title", *(f"{n},title {n * 7919}" for n in range(3000))]).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", b"id,title\n1,A\n"),
        ("b.csv.gz", damaged(gzip.compress(LONG, mtime=0))),
        ("c.csv.gz", gzip.compress(LONG, mtime=0)[:200]),
        ("d.csv.xz", damaged(lzma.compress(LONG))),
        ("e.csv.xz", lzma.compress(LONG)[:200]),
    ],
)
def test_damaged_archives_are_told_in_one_line(write, name, content):
    path = write(name, content)
    with pytest.raises(InputError) as told:
        list(read_csv(path))
    assert str(told.value).startswith(f"{path}: cannot be read: ")
    assert "\n" not in str(told.value)


def test_what_is_wrong_in_the_first_row_is_not_blamed_on_the_header(write):
    path = write("a.csv", 'id,title\n1,"A\n2,B\n')
    with pytest.raises(InputError, match=r"a\.csv:2: not readable as CSV"):
        list(read_csv(path))


def test_a_quote_that_never_closes_is_told_where_it_opens_and_swallows_nothing(write):
    path = write("a.csv", 'id,title\n1,A\n2,"B\n3,C\n4,D\n')
    with pytest.raises(InputError) as told:
        list(read_csv(path))
    assert str(told.value) == f"{path}:3: not readable as CSV: unexpected end of data; check the quotes in this row"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "id，title，year\n1，A，1990\n",
            ":1: one column, 'id，title，year': the cells seem to be parted by Chinese commas",
        ),
        ("sep=\nid,title\n1,A\n", ":1: 'sep=' is a note for Excel without its sign: take this line out"),
        ("My wine list,,\nid,title,year\n1,A,1990\n", ":1: only 'My wine list' is named of 3 columns: the first line"),
        (
            "id,title\n1,“red, dry”\n",
            ":2: 3 cells in a row, but the header has 2 columns: quote cells that hold a comma in",
        ),
    ],
)
def test_what_a_spreadsheet_or_a_word_processor_leaves_is_told_where_it_stands(write, text, said):
    with pytest.raises(InputError, match=re.escape(f"a.csv{said}")):
        list(read_csv(write("a.csv", text)))


def test_too_many_cells_and_a_column_named_twice_are_told_with_their_line(write):
    path = write("a.csv", "id,title\n1,A\n2,Me, Myself\n")
    with pytest.raises(InputError, match=r"a\.csv:3: 3 cells in a row, but the header has 2 columns: quote cells"):
        list(read_csv(path))
    with pytest.raises(InputError, match=r"b\.csv:1: the column 'title' occurs twice: rename one"):
        list(read_csv(write("b.csv", "id,title,title\n1,A,B\n")))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": 1', "not JSON: Expecting ',' delimiter, at character 9; every line is one whole JSON object"),
        ("  oops", "not JSON: Expecting value, at character 3; "),
        ("[1, 2]", "expected a JSON object, got list"),
        ('"id"', "expected a JSON object, got str"),
        ('{"a": ' + "[" * 100_000, "not JSON: maximum recursion depth"),
        ('{"a": ' + "9" * 5000 + "}", "not JSON: Exceeds the limit"),
    ],
)
def test_a_line_that_is_no_json_object_is_told_with_its_number(write, line, said):
    path = write("a.jsonl", '{"id": 1}\n\n' + line + "\n")
    with pytest.raises(InputError) as told:
        list(read_jsonl(path))
    assert str(told.value).startswith(f"{path}:3: {said}") and "line 1" not in str(told.value)


def test_parquet_keeps_numbers_and_lists(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"id": ["007"], "year": [1962], "cast": [["A", "B"]]}), path)
    assert list(read_parquet(path)) == [(f"{path}:row 1", {"id": "007", "year": 1962, "cast": ["A", "B"]})]


def test_a_column_that_a_parquet_file_has_twice_is_told(tmp_path):
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as parquet

    parquet.write_table(pa.table([["1"], ["A"], ["B"]], names=["id", "title", "title"]), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet: the column 'title' occurs twice: rename one"):
        list(read_parquet(tmp_path / "a.parquet"))


def test_what_is_no_parquet_is_told_in_one_line(write):
    path = write("a.parquet", "id,title\n1,A\n")
    with pytest.raises(InputError) as told:
        list(read_parquet(path))
    assert str(told.value).startswith(f"{path}: not readable as Parquet: ")
    assert "\n" not in str(told.value)


def test_without_pyarrow_the_pip_command_is_told(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtra, match=r"pyarrow is not installed: pip install 'promptrec\[parquet\]'"):
        list(read_parquet(write("a.parquet", "PAR1")))


@pytest.mark.slow
@given(st.lists(st.dictionaries(st.text("abé中", min_size=1), st.text() | st.integers() | st.booleans()), max_size=5))
def test_json_lines_come_back_as_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("rows") / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) or " ")
    assert [row for _, row in read_jsonl(path)] == rows
