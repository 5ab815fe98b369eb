"""Every command looks into ./templates, where `template new` begins packs, without being told."""

import json

import pytest

MINE = (("catalog.csv", "item_id,title\na,Oak\nb,Elm\n"), ("queries.csv", "query_id,preferences\nq,oak trees\n"))


@pytest.fixture
def wine(promptrec):
    done = promptrec("template", "new", "wine/en")
    assert done.returncode == 0 and "templates/wine/en" in done.stdout, done.stderr


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in (*MINE, ("qrels.txt", "q 0 a 1\n"), ("dataset.toml", 'domain = "wine"\nlanguage = "en"\n')):
        (folder / name).write_text(text)
    return folder


def names(promptrec, *words, **settings):
    found = promptrec("template", "list", "--json", *words, **settings)
    return {row["name"] for row in json.loads(found.stdout)}


@pytest.mark.slow
def test_a_pack_that_was_begun_is_found_by_name(promptrec, wine):
    assert "wine/en/yes-no" in names(promptrec)


@pytest.mark.slow
def test_a_folder_that_is_named_comes_instead(promptrec, wine, tmp_path):
    (tmp_path / "other").mkdir()
    assert "wine/en/yes-no" not in names(promptrec, "--templates", "other")
    assert "wine/en/yes-no" not in names(promptrec, PROMPTREC_TEMPLATES="other")


@pytest.mark.slow
def test_templates_of_another_program_are_left_alone(promptrec, tmp_path):
    for name in ("index.jinja", "mail/en.jinja", "mail/en/pack.jinja"):
        (tmp_path / "templates" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "templates" / name).write_text("<html>{{ page }}</html>")
    found = promptrec("template", "list")
    assert found.returncode == 0 and "index" not in found.stdout


@pytest.mark.model
def test_an_evaluation_takes_the_pack_of_the_datasets_domain_from_there(promptrec, wine, mine, smollm2):
    found = promptrec("evaluate", "mine", "--ranker", "query-likelihood", "--dry-run")
    assert "prompts by wine/en/query-likelihood" in found.stdout, found.stderr


def test_options_nobody_gave_are_not_said_to_change_nothing(promptrec, wine, mine):
    found = promptrec("evaluate", "mine", "--ranker", "bm25", "--out", "out")
    assert found.returncode == 0 and "--templates" not in found.stderr
    found = promptrec(
        "recommend", "--catalog", "mine/catalog.csv", "-p", "oak", "--ranker", "bm25", "--template", "wine/en"
    )
    assert found.returncode == 0 and "promptrec: --template changes nothing" in found.stderr
