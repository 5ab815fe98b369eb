"""Small files as programs and people write them: read right, or refused with the true reason. Nothing vanishes."""

import bz2
import codecs
import csv
import gzip
import io
import json
import lzma

import pandas as pd
import pytest

from promptrec.data.catalog import Catalog
from promptrec.errors import InputError

FILMS = [
    ("b1", "Amélie & Co", {"about": "a café, a key; x|y"}),
    ("007", 'The "Red" Door', {"about": "two\nlines"}),
    ("3", "红楼梦", {}),
]
HEADER = ["id", "title", "about"]
CELLS = [HEADER, *([i, t, f.get("about", "")] for i, t, f in FILMS)]
PLAIN = "id,title,about\n1,Red Door,war\n2,Green Hill,sea\n"
READ = [("1", "Red Door", {"about": "war"}), ("2", "Green Hill", {"about": "sea"})]


def written(delimiter=",", quoting=csv.QUOTE_MINIMAL, end="\r\n", cells=CELLS):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(cells)
    return out.getvalue()


def framed(**options):
    frame = pd.DataFrame({"id": ["1", "2"], "title": ["Red Door", "Green Hill"], "about": ["war", "sea"]})
    return frame.to_csv(lineterminator="\n", **options)


ENCODED = {
    "utf8.csv": written().encode(),
    "excel-utf8.csv": written().encode("utf-8-sig"),
    "notepad-unicode.csv": codecs.BOM_UTF16_LE + written().encode("utf-16-le"),
    "utf16-be.csv": codecs.BOM_UTF16_BE + written().encode("utf-16-be"),
    "iconv-utf16-without-mark.csv": written().encode("utf-16-le"),
    "iconv-utf16-be-without-mark.csv": written().encode("utf-16-be"),
    "utf32.csv": written().encode("utf-32"),
    "utf32-be.csv": codecs.BOM_UTF32_BE + written().encode("utf-32-be"),
    "excel-unicode-text.txt": written("\t").encode("utf-16"),
    "powershell.tsv": written("\t").encode("utf-16"),
    "libreoffice.csv": written(quoting=csv.QUOTE_NONNUMERIC, end="\n").encode(),
    "libreoffice-german.csv": written(";", csv.QUOTE_ALL, "\n").encode(),
    "excel-german.csv": written(";").encode("utf-8-sig"),
    "excel-german-capitals.CSV": written(";").encode("utf-8-sig"),
    "excel-sep.csv": ("sep=;\r\n" + written(";")).encode(),
    "excel-sep-utf16.csv": ("sep=\t\r\n" + written("\t")).encode("utf-16"),
    "sep-in-words.csv": ("sep=\\t\n" + written("\t")).encode(),
    "sep-quoted.csv": ('"sep=|"\n' + written("|")).encode(),
    "bars.csv": written("|", csv.QUOTE_ALL).encode(),
    "tabs.csv": written("\t").encode(),
    "commas.tsv": written(",").encode(),
    "semicolons.txt": written(";").encode(),
    "quoted.tsv": written("\t", csv.QUOTE_ALL).encode(),
    "FILMS.TSV": written("\t").encode(),
    "export.tsv.csv": written().encode(),
    "export.csv.tsv": written("\t").encode(),
    "a.csv.gz": gzip.compress(written().encode()),
    "A.CSV.GZ": gzip.compress(written().encode()),
    "c.TSV.xz": lzma.compress(written("\t").encode()),
    "d.tsv.BZ2": bz2.compress(written("\t").encode()),
    "blank-lines-above.csv": ("\n\r\n" + written()).encode(),
    "names-with-blanks.csv": written(cells=[[" id ", "title\u200b", "\ufeffabout"], *CELLS[1:]]).encode(),
    "array.json": json.dumps([dict(zip(HEADER, row, strict=True)) for row in CELLS[1:]], indent=1).encode(),
    "array.jsonl": json.dumps([dict(zip(HEADER, row, strict=True)) for row in CELLS[1:]]).encode(),
    "lines.json": "\r\n".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in CELLS[1:]).encode("utf-16"),
    "old-mac.jsonl": "\r".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in CELLS[1:]).encode(),
}


@pytest.mark.parametrize("name", ENCODED)
def test_the_same_items_come_out_of_every_way_to_write_them(write, name):
    assert table(Catalog.from_file(write(name, ENCODED[name]))) == FILMS


TEXTS = {
    "old-mac.csv": (PLAIN.replace("\n", "\r"), READ),
    "mixed-ends.csv": (PLAIN.replace("\n", "\r\n", 1).replace("war\n", "war\r"), READ),
    "mixed-ends.tsv": (PLAIN.replace(",", "\t").replace("war\n", "war\r"), READ),
    "python-on-windows.csv": (PLAIN.replace("\n", "\r\r\n"), READ),
    "ms-dos.csv": (PLAIN + "\x1a", READ),
    "put-together.csv": ("id,title,about\n1,Red Door,war\n" + "id,title,about\n2,Green Hill,sea\n", READ),
    "no-end.csv": (PLAIN.rstrip("\n"), READ),
    "pandas-index.csv": (framed(), READ),
    "pandas-index-twice.csv": (framed().replace(",id", "Unnamed: 0,id", 1), READ),
    "pandas-sorted-index.csv": (",id,title,about\n7,1,Red Door,war\n3,2,Green Hill,sea\n", READ),
    "pandas-tabs.tsv": (framed(sep="\t", index=False), READ),
    "pandas-quoted-tabs.tsv": (framed(sep="\t", index=False, quoting=csv.QUOTE_ALL), READ),
    "imdb.tsv": (
        'id\ttitle\tend\n1\t"Swim" Again\t\\N\n2\t"Lift Home\t1977\n3\tThe Last Yes"\t\\N\n4\t6\'2" Tall\tx\n',
        [
            ("1", '"Swim" Again', {}),
            ("2", '"Lift Home', {"end": "1977"}),
            ("3", 'The Last Yes"', {}),
            ("4", "6'2\" Tall", {"end": "x"}),
        ],
    ),
    "unclosed-at-the-end.tsv": ('id\ttitle\n1\tA\n2\t"B', [("1", "A", {}), ("2", '"B', {})]),
    "tab-in-quotes.tsv": ('id\ttitle\n1\t"A\tB"\n2\tC\n', [("1", "A\tB", {}), ("2", "C", {})]),
    "lines-and-tabs-in-quotes.tsv": (
        'id\ttitle\tabout\n1\tA\t"one ""1""\n\ttwo"\n2\tB\tx\n',
        [("1", "A", {"about": 'one "1"\n\ttwo'}), ("2", "B", {"about": "x"})],
    ),
    "lines-and-commas-in-quotes.csv": ('id,title\n1,"Hello\ndear, reader"\n', [("1", "Hello\ndear, reader", {})]),
    "lines-of-tabs-in-quotes.tsv": (
        'id\ttitle\tabout\n1\tA\t"x\n\t\ty"\n2\t"B\t\nb"\t"c\td"\n',
        [("1", "A", {"about": "x\n\t\ty"}), ("2", "B\t\nb", {"about": "c\td"})],
    ),
    "libreoffice-tabs.tsv": (
        '"id"\t"title"\t"about"\t"n"\n"2"\t"Red"\t"line one\nline two\tx"\t"1,2"\n"4"\t"=A1"\t"\'q\'"\t\n',
        [("2", "Red", {"about": "line one\nline two\tx", "n": "1,2"}), ("4", "=A1", {"about": "'q'"})],
    ),
    "comma-in-header-of-two.csv": ("id;name;kind, of\n1;Red, Door;x, y\n", [("1", "Red, Door", {"kind, of": "x, y"})]),
    "comma-in-header.csv": ("id;title;about, in short\n1;Red;a, b\n", [("1", "Red", {"about, in short": "a, b"})]),
    "comma-in-quoted-header.csv": ('id;"title";"about, x"\n1;"R;d";y\n', [("1", "R;d", {"about, x": "y"})]),
    "semicolons-in-header.csv": ("id,title,tags;themes\n1,Red,a;b;c\n", [("1", "Red", {"tags;themes": "a;b;c"})]),
    "bars-in-a-name.csv": (
        "id,title,a|b|c|d\n1,Red,x|y\n2,Green,x\n",
        [("1", "Red", {"a|b|c|d": "x|y"}), ("2", "Green", {"a|b|c|d": "x"})],
    ),
    "decimal-comma.csv": ("id;title;stars\n1;Red;4,5\n", [("1", "Red", {"stars": "4,5"})]),
    "blank-after-comma.csv": ('id, title, about\n1, "Red, Door", war\n', [("1", "Red, Door", {"about": "war"})]),
    "comma-after-each-row.csv": ("id,title\n1,Red,\n2,Green,,\n", [("1", "Red", {}), ("2", "Green", {})]),
    "comma-after-all.csv": ("id,title,\n1,Red,\n", [("1", "Red", {})]),
    "excel-leaves-out-last-cells.csv": (
        "id,title,a,b\n1,Red\n2,Green,x\n",
        [("1", "Red", {}), ("2", "Green", {"a": "x"})],
    ),
    "header-in-two-lines.csv": ('id,title,"Price\n(EUR)"\n1,Red,5\n', [("1", "Red", {"Price\n(EUR)": "5"})]),
    "recbole.item": (
        "item_id:token\ttitle:token_seq\tyear:float\tclass:token_seq\n1\tRed Door\t1995\twar sea\n",
        [("1", "Red Door", {"year": "1995", "class": ("war", "sea")})],
    ),
    "no-value.csv": (
        "id,title,a,b,c,d,e,f\n"
        "1,Null,\\N,NULL,NaN,nan,None,<NA>\n"
        "2,None,N/A,#N/A,-,null,n/a,NA\n3,NaN, , \u200b,,—,NaT,no\n",
        [("1", "Null", {}), ("2", "None", {"f": "NA"}), ("3", "NaN", {"f": "no"})],
    ),
    "popularity.csv": (
        "id,title,popularity\n1,A,\\N\n2,B,NA\n3,C, 12 \n4,D,?\n5,E,1e3\n",
        [("1", "A", {}), ("2", "B", {}), ("3", "C", {}, 12.0), ("4", "D", {}), ("5", "E", {}, 1000.0)],
    ),
    "ids.csv": (
        "id,title\n007,A\n7,B\nb1,C\nB1,D\n 8 ,E\n5e10,F\n1.0,G\n",
        [
            ("007", "A", {}),
            ("7", "B", {}),
            ("b1", "C", {}),
            ("B1", "D", {}),
            ("8", "E", {}),
            ("5e10", "F", {}),
            ("1.0", "G", {}),
        ],
    ),
    "names-twice-but-for-case.csv": ("Title,title,id\nA,B,1\n", [("1", "A", {"title (2)": "B"})]),
    "html.csv": ("id,title,text\n1,A &amp; B,<p>x&nbsp;y</p>\n", [("1", "A & B", {"text": "<p>x y</p>"})]),
    "quoted-nothing.csv": ('id,title,about\n"1","A",""\n', [("1", "A", {})]),
    "numbers.jsonl": (
        '{"id": 9007199254740993, "title": 1917, "stars": 4.0}\n{"id": 1.0, "title": true, "stars": NaN}\n',
        [("9007199254740993", "1917", {"stars": 4}), ("1", "True", {})],
    ),
    "amazon-meta.jsonl": (
        json.dumps(
            {
                "parent_asin": "B01",
                "title": "Red Lamp",
                "average_rating": 4.6,
                "features": ["Warm light", ""],
                "description": [],
                "price": "None",
                "images": [{"thumb": "t.jpg", "large": None}],
                "videos": [],
                "categories": ["Home", "Lamps"],
                "details": {"Brand": "Lumo", "Best Sellers Rank": {"Lamps": 12}, "Batteries": {}},
                "bought_together": None,
            }
        ),
        [
            (
                "B01",
                "Red Lamp",
                {
                    "average_rating": 4.6,
                    "features": ("Warm light",),
                    "images": ("thumb: t.jpg",),
                    "categories": ("Home", "Lamps"),
                    "details": ("Brand: Lumo", "Best Sellers Rank: Lamps: 12"),
                },
            )
        ],
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_read_as_it_is_meant(write, name):
    text, items = TEXTS[name]
    assert table(Catalog.from_file(write(name, text))) == items


REFUSED = {
    "cp1252.csv": (
        written(cells=CELLS[:3]).encode("cp1252"),
        ":2: not UTF-8 (byte 0xe9); line 2 may say 'b1,Amélie & Co",
    ),
    "cp1250.csv": ("id,title\n1,Příběh\n".encode("cp1250"), "'1,Příběh' (cp1250)"),
    "cp1251.csv": ("id,title\n1,Война и мир\n2,Идиот\n".encode("cp1251"), "'1,Война и мир' (cp1251)"),
    "mac.csv": ("id,title\n1,Café Amélie\n2,Über\n".encode("mac_roman"), "'1,Café Amélie' (macintosh)"),
    "chinese-excel.csv": (
        "编号,标题\n1,红楼梦\n2,活着\n".encode("gb18030"),
        ":1: not UTF-8 (byte 0xb1); line 1 may say '编号,标题' (gb18030)",
    ),
    "big5.csv": ("編號,標題,簡介\n1,紅樓夢,一部關於家族的小說\n".encode("big5"), "'編號,標題,簡介' (big5)"),
    "shift-jis.csv": ("id,title\n1,となりのトトロ\n2,東京物語\n".encode("cp932"), "'1,となりのトトロ' (cp932)"),
    "korean.csv": ("id,title\n1,기생충\n2,올드보이\n".encode("cp949"), "'1,기생충' (cp949)"),
    "one-bad-line.csv": (
        "id,title\n1,Amélie\n2,Über\n3,Žluť\n4,".encode() + b"Caf\xe9\n",
        ":5: not UTF-8 (byte 0xe9), while the rest of the file is: write this line again",
    ),
    "cut-off.csv": (
        "id,title\n1,红楼梦\n2,活".encode()[:-1],
        ":3: not UTF-8 (byte 0xe6): the file ends in the middle of a character",
    ),
    "cut-off-utf16.csv": (PLAIN.encode("utf-16")[:-1], ": damaged UTF-16 (truncated data): save it as text"),
    "gzip.csv": (
        gzip.compress(PLAIN.encode()),
        ": this is packed with gzip, whatever its name says: add .gz to its name",
    ),
    "lfs.csv": ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", ": this is a pointer of Git LFS"),
    "page.csv": ("<!DOCTYPE html>\n<html>\n", ": this is a web page or XML"),
    "json-array.csv": ('[\n  {\n    "id": 1, "title": "A"}]\n', ": this is JSON, whatever its name says"),
    "json.csv": ('{"id": 1, "title": "A"}\n', ": this is JSON, whatever its name says: name it .json or .jsonl"),
    "chinese-commas.csv": (
        "id，title，year\n1，A，1990\n",
        ":1: one column, 'id，title，year': the cells seem to be parted by Chinese",
    ),
    "single-quotes.csv": ("'id'|'title, x'\n'1'|'A'\n", ":1: the names stand in '': quote with straight quotes"),
    "curly-quotes.csv": ("“id”,“title”\n“1”,“A, B”\n", ":1: the names stand in “”: quote with straight quotes"),
    "comment.csv": (
        "# of today\nid,title\n1,A\n",
        ":1: one column, '# of today', but 2 cells in the next row: the first line has",
    ),
    "title-above.csv": (
        "My films,,\nid,title,about\n1,A,x\n",
        ":1: only 'My films' is named of 3 columns: the first line has",
    ),
    "headerless.csv": (
        "1,Red Door,1990\n2,Green Hill,1991\n",
        "1, Red Door, 1990. If the first line is an item, write a line with the",
    ),
    "header-only.csv": ("id,title\n", ": no rows in it"),
    "mysql.tsv": ("id\ttitle\tabout\n1\tA\\\nB\tx\n", ":2: this row ends in a backslash, as MySQL writes a line end"),
    "disk-full.csv": (PLAIN + "\0" * 20, ": the file ends in NUL characters, so its end was never written"),
    "pandas-single-quotes.csv": (
        framed(index=False, quotechar="'").replace("Red Door", "'Red, Door'"),
        "double quotes",
    ),
    "name-twice.csv": ("id,title, title\n1,A,B\n", ":1: the column 'title' occurs twice: rename one"),
    "cell-without-a-name.csv": (
        "id,title,,x\n1,A,,y\n2,B,dry,z\n",
        ":3: 'dry' stands in column 3, which has no name: write one",
    ),
    "r-rownames.csv": (
        '"id","title"\n"1","a","A"\n"2","b","B"\n',
        ":2: 3 cells in a row, but the header has 2 columns: so has every row: the header lacks a name",
    ),
    "no-id.csv": (
        ",country,title\nx,Italy,A\n",
        "the columns are: (no name), country, title. The first column has no name: write item_id there",
    ),
    "comma-not-quoted.csv": (
        "id,title\n1,Me, Myself\n2,A\n",
        ":2: 3 cells in a row, but the header has 2 columns: quote cells that hold a comma",
    ),
    "bars-in-every-row.csv": (
        "id,title,a|b\n1,Me, Myself,x|y\n2,A,x|y\n3,B,x|y\n",
        ":2: 4 cells in a row, but the header has 3 columns",
    ),
    "semicolon-not-quoted.csv": ("id;title\n1;Me; Myself\n2;A\n", "quote cells that hold a semicolon"),
    "spark.csv": (
        'id,title,about\n1,A,"so \\"odd\\", he said"\n',
        """:2: not readable as CSV: ',' expected after '"'; check the quotes in this row; a quote within quotes is""",
    ),
    "quotes-join-rows.csv": (
        'id,title,about\n1,"A,x\n2,B,y\n3,C",z\n',
        ":2: the quote that opens in this row closes in line 4, over what may be rows of their own",
    ),
    "quotes-join-short-rows.csv": (
        'id,title,about\n1,"A\n2,B\n3,C",x\n4,"D, E",y\n',
        ":2: the quote that opens in this row closes in line 4, over",
    ),
    "quotes-join-short-rows.tsv": (
        'id\ttitle\tabout\n1\t"A\n2\tB\n3\tC"\tx\n',
        ":2: the quote that opens in this row closes in line 4, over",
    ),
    "quotes-join-rows-of-other-ids.tsv": (
        'id\ttitle\tabout\n1\t"A\tx\nb2\tB\ty\n3\tC"\tz\n',
        ":2: the quote that opens in this row closes in line 4, over what may be rows of their own",
    ),
    "quotes-join-long-rows.tsv": (
        'id\ttitle\n1\t"A\tx\n2\tB\n3\tC"\tx\n',
        ":2: the quote that opens in this row closes in line 4, over",
    ),
    "carriage-return.csv": ("id,title,about\n1,A\rB,x\n2,C,y\n", ":2: 2 of 3 cells beside a lone carriage return"),
    "carriage-return-in-the-last-cell.csv": (
        "id,title,about\n1,A,x\ry\n2,C,y\n",
        ":3: 1 of 3 cells beside a lone carriage return",
    ),
    "carriage-return.tsv": (
        "id\ttitle\tabout\n1\tA\rB\tx\n2\tC\ty\n",
        ":2: 2 of 3 cells beside a lone carriage return",
    ),
    "excel-number.csv": (
        "id,title\n9.78014E+12,A\n",
        ":2: the ID '9.78014E+12' is a number that a program has shortened: write all of it, as text",
    ),
    "r-number.csv": ("id,title\n1e+05,A\n", "the ID '1e+05' is a number that a program has shortened"),
    "float-id.jsonl": (
        '{"id": 9007199254740993.0, "title": "A"}\n',
        "is a float that has lost its last digits: write it as text",
    ),
    "id-missing.csv": ("id,title\nnan,A\n\\N,B\n", ":2: no id; "),
    "title-missing.tsv": ("id\ttitle\n1\t\\N\n", ":2: no title"),
    "ids-with-blanks.csv": ("id,title\na,A\na ,B\n", ":3: the ID 'a' stands already at "),
    "thousands.csv": (
        'id,title,popularity\n1,A,"1,234"\n',
        ":2: popularity must be a number, got '1,234': write it as 1234.5",
    ),
    "name-twice.jsonl": (
        '{"id": 1, "title": "A", "title": "B"}\n',
        ":1: the name 'title' occurs twice in a JSON object: rename one",
    ),
    "pandas-columns.json": (
        '{"id":{"0":1},"title":{"0":"A"}}',
        ":1: id holds several values, such as '0: 1': it has to be one text or number",
    ),
    "one-object.json": (
        '{"films": [{"id": 1, "title": "A"}]}',
        "films. It is one JSON object: write one for each item",
    ),
    "pandas-index.json": ('{"0":{"id":1},"1":{"id":2}}', "the columns are: 0, 1. It is one JSON object: write one"),
    "colons.csv": ("id:title\n1:A\n", "id:title. In text, a comma, semicolon, tab or bar parts columns"),
    "empty.json": ("[]", ": no rows in it"),
    "not-closed.json": (
        '[\n{"id": 1, "title": "A"},\n{"id": 2, "title": "B"}\n',
        ":4: not JSON: Expecting ',' delimiter, at character 1; the file begins as one array",
    ),
    "of-lists.jsonl": ('["1", "A"]\n["2", "B"]\n', ":1: expected a JSON object, got list"),
    "of-lists.json": ('[["1", "A"]]', ":item 1: expected a JSON object, got list"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_the_true_reason(write, name):
    content, reason = REFUSED[name]
    path = write(name, content)
    with pytest.raises(InputError) as told:
        Catalog.from_file(path)
    assert str(told.value).startswith(f"{path}:")
    assert reason in str(told.value)
    assert str(told.value).isprintable()


def test_there_are_as_many_files_as_were_asked_for():
    assert len(ENCODED) + len(TEXTS) + len(REFUSED) >= 60


def test_a_cell_may_be_as_long_as_it_likes(write):
    long = "word " * 40_000
    for name, text in {"a.csv": f'id,title,t\n1,A,"{long}"\n', "b.tsv": f"id\ttitle\tt\n1\tA\t{long}\n"}.items():
        (item,) = Catalog.from_file(write(name, text))
        assert item.fields["t"] == long.strip()


def test_nothing_is_lost_where_the_encoding_is_guessed_from(write):
    """The line shown is one in which the likely encodings differ, though an earlier one is as faulty."""
    path = write("a.csv", "id,title\n1,Žlutý pes\n2,Příběh\n".encode("cp1250"))
    with pytest.raises(InputError) as told:
        Catalog.from_file(path)
    assert f"{path}:2: not UTF-8 (byte 0x8e); line 3 may say" in str(told.value)
    assert "'2,Příběh' (cp1250)" in str(told.value) and "'2,Pøíbìh' (cp1252)" in str(told.value)


def table(catalog):
    """ID, title and fields of each item, and the popularity where there is one."""
    rows = [(item.item_id, item.title, dict(item.fields), item.popularity) for item in catalog]
    return [row if row[-1] is not None else row[:-1] for row in rows]
