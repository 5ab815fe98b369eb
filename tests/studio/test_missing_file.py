"""A file that was renamed or deleted while it was open: said in one sentence, and written again when it is saved."""

import hashlib
import html
import re
import shutil
from pathlib import Path

import pytest

from promptrec.errors import UnknownName
from promptrec.studio.workspace import ChangedMeanwhile, Gone, Workspace

NAME = "wine/en/query-likelihood"
SOURCE = (Path(__file__).parent / "pack" / "query-likelihood.jinja").read_text()
OPENED = hashlib.sha256(SOURCE.encode()).hexdigest()


@pytest.fixture
def path(mine):
    """Where it was."""
    path = mine / f"{NAME}.jinja"
    path.unlink()
    return path


@pytest.mark.parametrize("asked", ["check", "prompt", "find", "pick", "diff", "start/run", "start/ab", "start/tests"])
def test_every_panel_says_it_in_one_sentence(client, form, path, asked):
    said = html.unescape(client.post(f"/{asked}", data=form(opened=OPENED, people="9", words="a")).text)
    assert f"There is no file {path}: it was renamed or deleted" in said and "known:" not in said and len(said) < 500
    assert f"没有文件 {path}" in client.post(f"/{asked}?language=zh", data=form(opened=OPENED, people="9")).text


def test_it_is_written_again_once_that_is_agreed_to(client, form, path):
    dialog = client.post("/save/look", data=form(opened=OPENED, typed="no")).text
    assert f"There is no file {path}" in dialog and "<ins>+kind: query-likelihood</ins>" in dialog
    assert "comes with promptrec" not in dialog and "was changed" not in dialog
    assert re.search(r'hx-post="/save"[^>]* autofocus', dialog) and not path.exists()
    saved = client.post("/save", data=form(opened=OPENED, seen="")).text
    assert f'data-saved="{OPENED}"' in saved and path.read_text() == SOURCE


def test_the_folder_may_be_gone_too(client, mine, form):
    shutil.rmtree(mine / "wine")
    assert client.get(f"/?open={NAME}").status_code == 404
    client.post("/save", data=form(opened=OPENED, seen=""))
    assert (mine / f"{NAME}.jinja").read_text() == SOURCE


def test_one_that_is_back_is_not_written_over(mine, path):
    workspace = Workspace(mine)
    seen = workspace.target(NAME).sha256
    path.write_text("by another program")
    with pytest.raises(ChangedMeanwhile):
        workspace.save(NAME, "by the studio", seen)


def test_the_page_of_it_is_one_of_the_studio(client, path):
    answer = client.get(f"/?open={NAME}")
    assert answer.status_code == 404 and f"There is no file {path}" in answer.text
    assert '<option value="wine/en/listwise-text"' in answer.text, "another can be opened"
    assert re.search(rf'<option value="{NAME}" selected>[^<]*unknown template', answer.text)
    assert "没有这个模板" in client.get(f"/?open={NAME}&language=zh").text


@pytest.mark.parametrize("name", ["wine/en/_part.jinja", "wine/en/pack.yaml", "wine/en/new", "a b/酒/yes-no"])
def test_each_kind_of_file_goes_where_it_was(mine, name):
    workspace = Workspace(mine)
    with pytest.raises(Gone):
        workspace.open(name)
    assert workspace.save(name, "text", "").path == mine / (name if "." in name else f"{name}.jinja")


@pytest.mark.parametrize(
    "name", ["", "a//b", "../b", "a/../b", "/b", "a/.", "a/. ./b", "a\0b", "a\\b", "a/_b", "pack.yaml/"]
)
def test_what_no_file_could_be_called_is_unknown(mine, name):
    before = sorted(mine.parent.rglob("*"))
    for refuse in (Workspace(mine).open, Workspace(mine).target, lambda name: Workspace(mine).save(name, "text", "")):
        with pytest.raises(UnknownName):
            refuse(name)
    assert sorted(mine.parent.rglob("*")) == before


def test_without_a_folder_of_ones_own_it_is_said_too():
    assert Workspace(None).find(NAME).gone and not Workspace(None).find(NAME).own
