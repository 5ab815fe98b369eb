"""Parts and settings that are not saved yet, tried with the templates of their pack."""

import re

import pytest

from promptrec.studio.session import pack_overlay

PART = "wine/en/_wine.jinja"
SETTINGS = "wine/en/pack.yaml"


@pytest.fixture
def pack(mine):
    """The pack with a part that a template includes, and with settings."""
    pack = mine / "wine" / "en"
    path = pack / "query-likelihood.jinja"
    text = path.read_text().replace("Wine: {{ item.title }}", "{% include '_wine.jinja' %}")
    path.write_text(text.replace("domain: wine\n", ""))
    (pack / "_wine.jinja").write_text("Wine: {{ item.title }}\n")
    (pack / "pack.yaml").write_text("domain: wine\n")
    return pack


def test_the_copy_says_the_new_text_and_is_gone_afterwards(pack):
    with pack_overlay(pack / "pack.yaml", "domain: cheese\n") as folder:
        assert (folder / "pack.yaml").read_text() == "domain: cheese\n"
        assert (folder / "_wine.jinja").read_text() == (pack / "_wine.jinja").read_text()
    assert not folder.exists()
    assert (pack / "pack.yaml").read_text() == "domain: wine\n"


def test_a_part_is_checked_and_tried_before_it_is_saved(pack, client, form):
    right = form("A bottle of {{ item.title }}", PART, **{"with": "query-likelihood"})
    assert "Nothing is wrong" in client.post("/check", data=right).text
    token_spans = re.findall(r'title="[^"]*">([^<]*)<', client.post("/prompt", data=right).text)
    assert "".join(token_spans).startswith("A bottle of Mosel")
    assert "<ins>+A bottle of Mosel" in client.post("/diff", data=right).text
    wrong = client.post("/check", data=form("one\n{{ item.titel }}", PART)).text
    assert 'data-here="2"' in wrong and "titel" in wrong and "promptrec-studio-" not in wrong


def test_settings_are_checked_and_their_tests_are_run(pack, client, form, ended):
    wrong = client.post("/check", data=form("domain: wine\ndomian: wine\n", SETTINGS)).text
    assert 'data-here="2"' in wrong and "domian" in wrong
    said = "tests:\n  - {preferences: a wine from the Mosel, top: 1, include: Mosel}\n"
    shared = form("domain: wine\nlanguage: en\n" + said, SETTINGS)
    assert "<b>1 / 1</b>" in ended("tests", shared), "listwise-text has no tests of its own"


def test_a_part_is_ranked_with_as_it_stands_in_the_editor(pack, engine, ended, form):
    shown = ended("run", form("A bottle of {{ item.title }}", PART, **{"with": "query-likelihood"}))
    assert "data-ranked" in shown and all("A bottle of" in prompt for prompt in engine.prompts)


def test_a_part_is_saved_beside_its_templates(pack, mine, client, form):
    dialog = client.post("/save/look", data=form("Bottle: {{ item.title }}", PART)).text
    seen = dialog.partition('name="seen" value="')[2].partition('"')[0]
    client.post("/save", data=form("Bottle: {{ item.title }}", PART, seen=seen))
    assert (pack / "_wine.jinja").read_text() == "Bottle: {{ item.title }}"


def test_a_pack_without_templates_says_so(mine, client, form):
    (mine / "empty").mkdir()
    (mine / "empty" / "pack.yaml").write_text("domain: x\n")
    assert (
        "no template beside pack.yaml to try it with"
        in client.post("/prompt", data=form("domain: y", "empty/pack.yaml")).text
    )


def test_the_page_of_a_part_offers_the_templates_it_is_tried_with(pack, client):
    page = client.get(f"/?open={PART}").text
    assert '<select id="with"' in page and "<option>query-likelihood</option>" in page
