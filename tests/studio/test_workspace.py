"""What can be opened, and that only the author's folder is ever written to."""

import hashlib
import threading
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.errors import InputError, TemplateError, UnknownName
from promptrec.studio import workspace as module
from promptrec.studio.workspace import ChangedMeanwhile, Workspace
from promptrec.template.loader import shipped_folder

OWN, SHIPPED = "wine/en/query-likelihood", "general/en/query-likelihood"


def checksums(folder):
    return {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}


def test_all_files_are_listed_by_pack(mine):
    (mine / "wine" / "en" / "_part.jinja").write_text("part")
    (mine / "wine" / "en" / "pack.yaml").write_text("domain: wine")
    names = Workspace(mine).names()
    assert names["wine/en"] == ["wine/en/_part.jinja", "wine/en/listwise-text", "wine/en/pack.yaml", OWN]
    assert SHIPPED in names["general/en"]
    kinds = {name: Workspace(mine).open(name).is_template for name in names["wine/en"]}
    assert [name for name, is_template in kinds.items() if is_template] == ["wine/en/listwise-text", OWN]
    assert Workspace(None).names().keys() == names.keys() - {"wine/en"}


def test_a_broken_template_can_still_be_opened(mine):
    (mine / "wine" / "en" / "query-likelihood.jinja").write_text("no header")
    assert Workspace(mine).open(OWN).text == "no header"


def test_an_own_template_hides_a_shipped_one_of_its_name(mine):
    path = mine / f"{SHIPPED}.jinja"
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    template_file = Workspace(mine).open(SHIPPED)
    assert (template_file.text, template_file.own, template_file.path) == ("mine", True, path)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "wine/en/../en/query-likelihood", "wine/en/_part"])
def test_only_listed_names_are_opened(mine, name):
    (mine.parent / "secret.jinja").write_text("secret")
    with pytest.raises(UnknownName):
        Workspace(mine).open(name)


def test_what_cannot_be_read_says_so(mine):
    path = mine / f"{OWN}.jinja"
    path.write_bytes(b"\xe9t\xe9")
    with pytest.raises(TemplateError, match="UTF-8"):
        Workspace(mine).open(OWN)
    path.write_text("x" * 300_000)
    with pytest.raises(TemplateError, match="longer than"):
        Workspace(mine).open(OWN)


def test_saving_writes_the_file_and_nothing_else(mine):
    workspace = Workspace(mine)
    before = checksums(mine)
    saved = workspace.save(OWN, "new text: 你好\n", workspace.target(OWN).sha256)
    path = mine / f"{OWN}.jinja"
    assert path.read_text(encoding="utf-8") == saved.text == "new text: 你好\n"
    assert {p for p, s in checksums(mine).items() if before.get(p) != s} == {path}
    assert saved.sha256 == workspace.target(OWN).sha256 != before[path]


def test_a_shipped_template_is_copied_with_its_pack_and_stays_as_it_is(mine):
    workspace, before = Workspace(mine), checksums(shipped_folder())
    target = workspace.target(SHIPPED)
    assert target.sha256 == "" and target.text == workspace.open(SHIPPED).text
    template_file = workspace.save(SHIPPED, "changed", target.sha256)
    assert template_file.own and template_file.text == "changed"
    pack = {p.name for p in (shipped_folder() / "general" / "en").iterdir() if p.is_file()}
    assert {p.name for p in (mine / "general" / "en").iterdir()} == pack
    assert set(target.brings) == pack - {"query-likelihood.jinja"}
    assert checksums(shipped_folder()) == before


def test_files_the_author_has_are_never_replaced_by_shipped_ones(mine):
    own = mine / "general" / "en"
    own.mkdir(parents=True)
    (own / "pack.yaml").write_text("domain: mine\n")
    workspace = Workspace(mine)
    assert "pack.yaml" not in workspace.target(SHIPPED).brings
    workspace.save(SHIPPED, "changed", "")
    assert (own / "pack.yaml").read_text() == "domain: mine\n"
    assert not (own / "yes-no.jinja").exists(), "a pack of the author's own does not get templates nobody asked for"


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(mine):
    workspace = Workspace(mine)
    seen = workspace.target(OWN).sha256
    (mine / f"{OWN}.jinja").write_text("by another program")
    with pytest.raises(ChangedMeanwhile):
        workspace.save(OWN, "by the studio", seen)
    assert (mine / f"{OWN}.jinja").read_text() == "by another program"


def test_of_two_who_save_at_once_one_is_told(mine, monkeypatch):
    workspace = Workspace(mine)
    seen, write, form = workspace.target(OWN).sha256, module._write, []
    both = threading.Barrier(2)

    def slowly(path, text):
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)  # until the other has looked too, if it is let
        write(path, text)

    def save(text):
        try:
            form.append(workspace.save(OWN, text, seen).text)
        except ChangedMeanwhile:
            form.append("refused")

    monkeypatch.setattr(module, "_write", slowly)
    threads = [threading.Thread(target=save, args=(text,)) for text in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert "refused" in form and (mine / f"{OWN}.jinja").read_text() in form


def test_a_failure_leaves_the_old_file_whole_and_no_scraps(mine, monkeypatch):
    workspace, before = Workspace(mine), checksums(mine)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        workspace.save(OWN, "new", workspace.target(OWN).sha256)
    assert checksums(mine) == before


def test_a_link_out_of_the_folder_is_not_followed(mine, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "yes-no.jinja").write_text("theirs")
    (mine / "films").symlink_to(outside)
    with pytest.raises(InputError, match="leads out"):
        Workspace(mine).target("films/en/yes-no")
    assert (outside / "yes-no.jinja").read_text() == "theirs"
    with pytest.raises(InputError, match="leads out"):
        Workspace(mine).create_pack("films/en")
    assert [p.name for p in outside.iterdir()] == ["yes-no.jinja"]


def test_without_a_folder_nothing_is_saved():
    with pytest.raises(InputError, match="--templates"):
        Workspace(None).target(SHIPPED)


def test_without_a_folder_nothing_is_begun():
    with pytest.raises(InputError, match="--templates"):
        Workspace(None).create_pack("tea/en")


def test_the_folder_is_made(tmp_path):
    Workspace(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be used"):
        Workspace(tmp_path / "file")


# NUL and Control-Z end a file that was not written to its end, or by MS-DOS.
@pytest.mark.slow
@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\r\x00\x1a")).filter(
        lambda t: not t.startswith("\ufeff")
    )
)
def test_what_is_saved_is_what_is_opened(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("mine")
    workspace = Workspace(folder)
    assert workspace.save(SHIPPED, text, "").text == text


@pytest.mark.parametrize(
    ("before", "after"), [(b"a\r\nb\r\n", b"new\r\ntext\r\n"), (b"a\nb\r\n", b"new\ntext\n"), (b"", b"new\ntext\n")]
)
def test_a_file_keeps_its_line_ends(mine, before, after):
    path, workspace = mine / f"{OWN}.jinja", Workspace(mine)
    path.write_bytes(before)
    template_file = workspace.save(OWN, "new\ntext\n", workspace.target(OWN).sha256)
    assert path.read_bytes() == after and template_file.text == "new\ntext\n"
    assert template_file.sha256 == workspace.target(OWN).sha256 == hashlib.sha256(after).hexdigest()


def test_what_its_line_ends_make_too_long_is_not_saved(mine):
    path, workspace = mine / f"{OWN}.jinja", Workspace(mine)
    path.write_bytes(b"a\r\n")
    with pytest.raises(InputError, match="longer than"):
        workspace.save(OWN, "\n" * 150_000, workspace.target(OWN).sha256)
    assert path.read_bytes() == b"a\r\n"


@pytest.mark.parametrize(
    ("asked", "file"),
    [
        ("general/en", SHIPPED),
        ("general/en/", SHIPPED),
        ("general/zh/yes-no", "general/zh/yes-no"),
        ("wine/en", OWN),
        ("wine/en/pack.yaml", "wine/en/pack.yaml"),
        ("{mine}/wine/en", OWN),
        ("{mine}/wine/en/listwise-text.jinja", "wine/en/listwise-text"),
    ],
)
def test_what_is_opened_first_is_named_by_name_pack_or_path(mine, asked, file):
    (mine / "wine" / "en" / "pack.yaml").write_text("domain: wine")
    assert Workspace(mine).file_to_open(asked.format(mine=mine)) == file


@pytest.mark.parametrize("asked", ["films", "general/en/no-such", "", "/", "."])
def test_what_is_not_there_cannot_be_opened_first(mine, asked):
    with pytest.raises(UnknownName, match="template list"):
        Workspace(mine).file_to_open(asked)
