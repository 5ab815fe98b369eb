import gzip
import lzma

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.errors import InputError

DIRTY = (
    "\ufeffmovieId,name,Year,popularity,plot,tags\r\n"
    '007,"Matrix, The (1999)",1999,12,"A &quot;hacker&quot;\r\nwakes\u200b up.",\r\n'
    "\r\n"
    "008,Tom &amp;amp; Jerry\x00,,,  ,ＳＦ\r\n"
    "9\u200b,\u202eＡmélie,2001,3.5,&nbsp;,x\u2028y\r\n"
)


def table(catalog):
    return [(item.item_id, item.title, dict(item.fields), item.popularity) for item in catalog]


def test_a_dirty_file_gives_exactly_this_table(write):
    catalog = Catalog.from_csv(write("films.csv", DIRTY))
    assert table(catalog) == [
        ("007", "Matrix, The (1999)", {"Year": "1999", "plot": 'A "hacker"\nwakes up.'}, 12.0),
        ("008", "Tom & Jerry", {"tags": "SF"}, None),
        ("9", "Amélie", {"Year": "2001", "tags": "x\ny"}, 3.5),
    ]
    assert catalog.name == "films.csv"
    assert catalog.field_names == ("Year", "plot", "tags")
    assert catalog.has_popularity
    assert repr(catalog) == "<Catalog films.csv: 3 items, fields Year, plot, tags>"


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.csv.xz", "a.tsv", "a.tsv.xz"])
def test_from_file_reads_by_suffix(write, name):
    text = "id,title\n1,A\n".replace(",", "\t" if ".tsv" in name else ",").encode()
    packed = {"gz": gzip.compress, "xz": lzma.compress}.get(name.rsplit(".", 1)[1], bytes)(text)
    assert table(Catalog.from_file(write(name, packed))) == [("1", "A", {}, None)]


def test_json_lines_keep_numbers_and_lists(write):
    line = '{"id": 7, "title": "A", "year": 1999, "score": 7.5, "genres": ["x", "y"], "seen": true, "at": {"a": 1}}\n'
    (item,) = Catalog.from_jsonl(write("a.jsonl", line))
    assert item.item_id == "7"
    assert item.fields == {"year": 1999, "score": 7.5, "genres": ("x", "y"), "seen": "yes", "at": ("a: 1",)}


def test_pandas_and_parquet_give_one_catalogue(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame(
        {
            "movieId": ["007", "8"],
            "name": ["A", "B"],
            "year": [1962.0, None],
            "votes": pd.array([3, None], dtype="Int64"),
            "kind": pd.Categorical(["x", None]),
            "genres": [["p", "q"], None],
            "score": [7.5, 8.0],
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    expected = [
        ("007", "A", {"year": 1962, "kind": "x", "genres": ("p", "q"), "score": 7.5}, 3.0),
        ("8", "B", {"score": 8}, None),
    ]
    columns = {"popularity": "votes"}
    assert table(Catalog.from_pandas(frame, columns=columns)) == expected
    assert table(Catalog.from_parquet(tmp_path / "a.parquet", columns=columns)) == expected


def test_pandas_dates_are_text_and_missing_dates_are_left_out():
    frame = pd.DataFrame({"id": [1, 2], "title": ["A", "B"], "seen": [pd.NaT, pd.Timestamp("2020-01-02")]})
    first, second = Catalog.from_pandas(frame)
    assert first.fields == {}
    assert str(second.fields["seen"]).startswith("2020-01-02")


def test_a_row_of_a_data_frame_is_told_by_its_number():
    with pytest.raises(InputError, match="row 1: no title"):
        Catalog.from_pandas(pd.DataFrame({"id": ["1", "2"], "title": ["A", None]}))


@pytest.mark.parametrize("names", [["id", "title", "x", "x"], ["id", "title", 1, "1"]])
def test_two_columns_of_a_data_frame_under_one_name_are_told(names):
    with pytest.raises(InputError, match="data frame: the column '[x1]' occurs twice: rename one"):
        Catalog.from_pandas(pd.DataFrame([["1", "A", "p", "q"]], columns=names))


def test_columns_are_mapped_by_every_reader(write):
    columns = {"item_id": "nr", "title": "Titel"}
    for catalog in (
        Catalog.from_csv(write("a.csv", "nr,Titel\n1,A\n"), columns=columns),
        Catalog.from_file(write("b.csv", "nr,Titel\n1,A\n"), columns=columns),
        Catalog.from_jsonl(write("a.jsonl", '{"nr": "1", "Titel": "A"}\n'), columns=columns),
        Catalog.from_pandas(pd.DataFrame({"nr": [1], "Titel": ["A"]}), columns=columns),
    ):
        assert table(catalog) == [("1", "A", {}, None)]


def test_an_id_given_twice_is_told_with_both_physical_lines(write):
    path = write("a.csv", 'id,title,plot\n1,A,"one\ntwo"\n2,B,x\n1,C,y\n')
    with pytest.raises(InputError) as told:
        Catalog.from_csv(path)
    assert str(told.value).startswith(f"{path}:5: the ID '1' stands already at {path}:3")


def test_a_header_without_rows_is_told(write):
    path = write("a.csv", "id,title\n\n")
    with pytest.raises(InputError) as told:
        Catalog.from_csv(path)
    assert str(told.value) == f"{path}: no rows in it: write one for each item"


def test_items_given_by_hand_are_checked_too():
    item = Item(item_id="1", title="A")
    with pytest.raises(InputError, match=r"shop: the ID '1' is given twice"):
        Catalog([item, item], name="shop")
    with pytest.raises(InputError, match=r"shop: a catalogue needs at least one item"):
        Catalog([], name="shop")


FILMS = Catalog(
    [
        Item(item_id="tt1", title="The Matrix (1999)"),
        Item(item_id="tt2", title="Heat", fields={"year": 1986}),
        Item(item_id="tt3", title="Heat", fields={"year": 1995}),
        Item(item_id="tt4", title="Amélie"),
        Item(item_id="Heat", title="A book about warmth"),
        Item(item_id="tt5", title="红楼梦(全译本)"),
    ],
    name="films",
)


def test_it_holds_its_items_in_order():
    assert len(FILMS) == 6
    assert [item.item_id for item in FILMS] == ["tt1", "tt2", "tt3", "tt4", "Heat", "tt5"]
    assert "tt1" in FILMS
    assert "tt9" not in FILMS
    assert FILMS["tt4"].title == "Amélie"
    assert not FILMS.has_popularity


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("tt1", "tt1"),
        ("matrix, the (1999)", "tt1"),
        ("the matrix: 1999", "tt1"),
        ("AMELIE", "tt4"),
        ("Heat", "Heat"),
        ("heat", None),
        ("Heat (1995)", "tt3"),
        ("heat 1986", "tt2"),
        ("Heat (2020)", None),
        ("红楼梦（全译本）", "tt5"),
        ("", None),
        ("nothing like it", None),
    ],
)
def test_find_takes_an_id_or_the_only_title(words, found):
    item = FILMS.find(words)
    assert (item.item_id if item else None) == found


@pytest.mark.slow
def test_an_unknown_id_is_told_with_the_nearest_not_with_all():
    big = Catalog([Item(item_id=f"film-{n}", title="x") for n in range(20_000)], name="big")
    with pytest.raises(InputError) as told:
        big["film-1234x"]
    assert str(told.value).startswith("big has no item 'film-1234x'; near it: film-1234")
    assert len(str(told.value)) < 120
    with pytest.raises(InputError, match=r"films has no item '????'$".replace("?", r"\?")):
        FILMS["????"]


def test_near_duplicates_are_groups_of_items():
    catalog = Catalog([*FILMS, Item(item_id="x", title="Matrix, The")])
    assert [tuple(i.item_id for i in group) for group in catalog.near_duplicates()] == [("tt1", "x")]


@given(st.lists(st.text("ab1 ", min_size=1).filter(str.strip).map(str.strip), min_size=1, max_size=8, unique=True))
def test_every_id_finds_its_own_item(ids):
    catalog = Catalog([Item(item_id=i, title="same") for i in ids])
    assert [catalog[i].item_id for i in ids] == ids
    assert [catalog.find(i).item_id for i in ids] == ids
    assert len(catalog) == len(ids)
