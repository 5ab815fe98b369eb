import datetime
import os
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.cell_values import field_value, plain_value

DAY = datetime.date(2020, 1, 2)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (np.float32(4.35), 4.35),
        (np.float16(0.1), 0.1),
        (np.float64(0.1), 0.1),
        (np.float32(4), 4),
        (np.array(4.35, dtype="float32"), 4.35),
        (np.int64(7), 7),
        (np.bool_(True), "yes"),
        (np.float32("nan"), None),
        (Decimal("4.50"), "4.50"),
        (Decimal("1E+3"), "1000"),
        (Decimal("NaN"), None),
        (DAY, "2020-01-02"),
        (datetime.datetime(2020, 1, 2), "2020-01-02"),
        (pd.Timestamp("2020-01-02", tz="UTC"), "2020-01-02"),
        (pd.Timestamp("2020-01-02 20:15"), "2020-01-02 20:15:00"),
        (np.datetime64("2020-01-02T00:00:00", "ns"), "2020-01-02"),
        (np.datetime64("NaT"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Timedelta("90min"), "1:30:00"),
        (np.timedelta64(90, "m"), "1:30:00"),
        (datetime.time(20, 15), "20:15:00"),
        (pd.Period("2020-01"), "2020-01"),
        ({"War", "Sea", "Kids", "Noir"}, ("Kids", "Noir", "Sea", "War")),
        (frozenset([frozenset(["b", "a"]), "c"]), ("a / b", "c")),
        (np.array(["x", "y"]), ("x", "y")),
        (np.array([[1, 2], [3, 4]]), ("1 / 2", "3 / 4")),
        (np.array([4.35, 1], dtype="float32"), ("4.35", "1")),
        ([("War", 3), ("Sea", None)], ("War: 3", "Sea")),
        ([["Books", "Crime"], []], ("Books / Crime",)),
        ([{"id": 28, "name": "War"}], ("id: 28; name: War",)),
        ({"Size": {"w": 1, "h": None}, "Tags": ["a", "b"]}, ("Size: w: 1", "Tags: a / b")),
        ({}, None),
        ([[]], None),
        ({"a": {"b": [None, ""]}}, None),
        ({"bytes": b"\x89PNG\x00", "path": None}, None),
        ({"bytes": b"GIF89a", "path": "a.gif"}, ("path: a.gif",)),
        ([{"bytes": b"GIF89a", "path": "a.gif"}], ("path: a.gif",)),
        (b"\x89PNG\x00\x01", None),
        (bytearray(b"caf\xc3\xa9"), "café"),
        ("None", None),
        ("none", "none"),
        ("-", None),
        ("?", "?"),
        (["None", "-"], ("None", "-")),
    ],
)  # fmt: skip
def test_a_cell_is_told_as_a_person_would_write_it(cell, value):
    assert field_value(cell) == value
    assert type(field_value(cell)) is type(value)


@pytest.mark.parametrize("sign", ["\\N", "NULL", "NaN", "nan", "None", "<NA>", "N/A", "-"])
def test_a_sign_for_no_value_is_text_where_it_may_be_a_name(sign):
    assert field_value(f" {sign} ") is None
    assert plain_value(sign) == sign


PROGRAM = """
import pandas as pd
from promptrec import Catalog
frame = pd.DataFrame({"id": ["1"], "title": ["A"]})
frame["s"] = [{"War", "Sea", "Kids", "Noir", ("x", frozenset("abc"))}]
frame["m"] = [{"k": {"b", "a", "c"}}]
print([dict(item.fields) for item in Catalog.from_pandas(frame)])
"""


@pytest.mark.slow
def test_every_process_tells_a_set_in_one_order():
    said = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert said == {"[{'s': ('Kids', 'Noir', 'Sea', 'War', 'x: a / b / c'), 'm': ('k: a / b / c',)}]\n"}


FRAME = pd.DataFrame(
    {
        "id": ["b", "a"],
        "title": ["Red Door", "None"],
        "rating": np.array([4.35, np.nan], dtype="float32"),
        "seen": [pd.NaT, pd.Timestamp("2020-01-02")],
        "kind": pd.Categorical(["x", None]),
        "votes": pd.array([3, None], dtype="Int64"),
        "half": pd.array([0.1, None], dtype="Float32"),
        "tags": [["p", "q"], None],
        "scores": [np.array([0.1, 0.2], dtype="float32"), None],
        "at": [{"x": 1, "y": None}, None],
    },
    index=[7, 3],
)
ITEMS = [
    (
        "b",
        "Red Door",
        {
            "rating": 4.35,
            "kind": "x",
            "votes": 3,
            "half": 0.1,
            "tags": ("p", "q"),
            "scores": ("0.1", "0.2"),
            "at": ("x: 1",),
        },
    ),
    ("a", "None", {"seen": "2020-01-02"}),
]


def table(catalog):
    return [(item.item_id, item.title, dict(item.fields)) for item in catalog]


@pytest.mark.parametrize(
    "frame",
    [
        FRAME,
        FRAME.reset_index(drop=True),
        FRAME.set_index("id"),
        FRAME.set_index(["id", "title"]),
        FRAME.set_index([["x", "y"], [1, 2]]),
        FRAME.convert_dtypes(dtype_backend="pyarrow"),
    ],
    ids=["unnamed index", "range index", "named index", "two named", "two unnamed", "arrow"],
)
def test_a_frame_and_its_parquet_file_tell_the_same_and_no_number_of_a_row(tmp_path, frame):
    frame.to_parquet(tmp_path / "a.parquet")
    assert table(Catalog.from_parquet(tmp_path / "a.parquet")) == ITEMS
    assert table(Catalog.from_pandas(frame)) == ITEMS


def test_the_numbers_of_rows_can_be_taken_as_ids_where_they_are_asked_for(tmp_path):
    frame = FRAME[["title"]]
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv")
    items = [("7", "Red Door", {}), ("3", "None", {})]
    for name, column in (("a.parquet", "__index_level_0__"), ("a.csv", "")):
        assert table(Catalog.from_file(tmp_path / name, columns={"item_id": column})) == items
