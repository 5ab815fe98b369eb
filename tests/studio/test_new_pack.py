"""The form that begins a new template: what it makes, and what it refuses."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from promptrec.authoring.scaffold import new_pack
from promptrec.studio.page_views import ways
from promptrec.studio.workspace import Workspace


def asked(domain, written="en", way="yes-no"):
    return {"domain": domain, "written": written, "way": way}


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("domain", "written"), [("tea", "en"), (" 茶 ", "zh")])
def test_it_makes_what_the_command_makes_and_opens_the_one_that_was_chosen(client, mine, tmp_path, domain, written):
    name = f"{domain.strip()}/{written}"
    answer = client.post("/new", data=asked(domain, written, "graded"))
    new_pack(name, tmp_path / "by the command")
    assert files(mine / name) == files(tmp_path / "by the command" / name)
    opened = urlsplit(answer.headers["HX-Redirect"])
    assert opened.path == "/" and parse_qs(opened.query) == {"open": [f"{name}/graded"]}
    assert f"<title>{name}/graded" in client.get(answer.headers["HX-Redirect"]).text


def test_the_form_offers_every_way_that_a_new_pack_has(client, session):
    page = client.get("/?language=en").text
    offered = re.findall(
        r'<option value="([^"]*)">[^<]*</option>', page.partition('name="way"')[2].partition("</sel")[0]
    )
    session.workspace.create_pack("tea/en")
    assert {f"tea/en/{way}" for way in offered} | {"tea/en/pack.yaml"} == set(session.workspace.names()["tea/en"])
    assert offered[0] == "query-likelihood" and offered == list(ways("zh"))
    assert "How well the item would suit" in page and "这个选项有多适合用户" in client.get("/?language=zh").text


@pytest.mark.parametrize("domain", ["", "my wine", "../tea", "a/b", "<b>", "-"])
@pytest.mark.parametrize(("language", "said"), [("en", "The name may have letters"), ("zh", "名称只能用文字")])
def test_a_bad_name_is_refused_in_plain_words(client, mine, domain, language, said):
    before = files(mine.parent)
    answer = client.post(f"/new?language={language}", data=asked(domain))
    assert said in answer.text and "HX-Redirect" not in answer.headers
    assert files(mine.parent) == before


@pytest.mark.parametrize(("language", "said"), [("en", "wine/en is there already"), ("zh", "wine/en 已经有了")])
def test_a_pack_that_is_there_is_not_touched(client, mine, language, said):
    before = files(mine)
    answer = client.post(f"/new?language={language}", data=asked("wine"))
    assert said in answer.text and "HX-Redirect" not in answer.headers
    assert files(mine) == before


def test_without_a_folder_of_ones_own_nothing_is_made(client, session):
    object.__setattr__(session, "workspace", Workspace(None))
    answer = client.post("/new", data=asked("tea"))
    assert "--templates FOLDER" in answer.text and "HX-Redirect" not in answer.headers
    page = client.get("/").text
    assert "New template" in page and 'hx-post="/new"' not in page


def test_what_the_form_does_not_offer_is_refused(client, mine):
    before = files(mine)
    for fields in (asked("tea", "fr"), asked("tea", "en", "yes-know"), {}):
        answer = client.post("/new", data=fields)
        assert "problem" in answer.text and "HX-Redirect" not in answer.headers
    assert files(mine) == before


def test_a_folder_that_cannot_be_written_to_is_said(client, mine):
    (mine / "tea").write_text("a file")
    assert f"tea/en cannot be written to {mine}: Not a directory" in html.unescape(
        client.post("/new", data=asked("tea")).text
    )
