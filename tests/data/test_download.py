import json

import pytest

from promptrec.data.download import CHECKSUMS, check, fetch, home, pip_download
from promptrec.errors import InputError

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"


def test_home_is_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path))
    assert home() == tmp_path
    monkeypatch.delenv("PROMPTREC_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert home() == tmp_path / "cache" / "promptrec"


@pytest.mark.slow
def test_pip_says_why_it_could_not(monkeypatch, tmp_path):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(InputError, match="pip could not download nothing==1 .*are you online"):
        pip_download("nothing==1", tmp_path / "out")


def test_a_page_is_written_to_a_file(tmp_path):
    page = tmp_path / "page"
    page.write_bytes(b"hello" * 300_000)
    fetch(page.as_uri(), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == page.read_bytes()


def test_a_page_out_of_reach_is_one_line(tmp_path):
    with pytest.raises(InputError, match="gone could not be downloaded .*are you online") as raised:
        fetch((tmp_path / "gone").as_uri(), tmp_path / "copy")
    assert "\n" not in str(raised.value)


def test_a_checksum_known_beforehand_is_held_to(tmp_path):
    (tmp_path / "f").write_bytes(b"hello")
    assert check(tmp_path / "f", "f", HELLO, tmp_path / "kept") == HELLO
    with pytest.raises(InputError, match=f"f: the file has the checksum {HELLO}, expected 00"):
        check(tmp_path / "f", "f", "00", tmp_path / "kept")
    assert json.loads((tmp_path / "kept" / CHECKSUMS).read_text()) == {"f": HELLO}


def test_else_the_first_download_is_trusted_and_a_change_is_not(tmp_path):
    (tmp_path / "f").write_bytes(b"hello")
    (tmp_path / "g").write_bytes(b"other")
    assert check(tmp_path / "f", "f", None, tmp_path) == HELLO
    assert check(tmp_path / "g", "g", None, tmp_path) != HELLO
    assert check(tmp_path / "f", "f", None, tmp_path) == HELLO
    with pytest.raises(InputError, match=f"expected {HELLO}: it was changed"):
        check(tmp_path / "g", "f", None, tmp_path)
    assert json.loads((tmp_path / CHECKSUMS).read_text())["f"] == HELLO
