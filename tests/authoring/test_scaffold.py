import pytest

from promptrec.authoring.scaffold import new_pack
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.errors import InputError, UnknownName
from promptrec.template.loader import list_templates, load_template

GAMES = Catalog([Item(item_id="7", title="Agricola", fields={"players": "1-4", "mechanics": ("farming", "workers")})])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wine/en", "桌游/zh"])
def test_a_new_pack_can_be_used_at_once(tmp_path, name):
    new_pack(name, tmp_path)
    own = [t for t in list_templates(tmp_path) if t.name.startswith(f"{name}/")]
    assert {t.header.kind for t in own} >= {"query-likelihood", "yes-no", "listwise-labels"}
    assert {t.header.domain for t in own} == {name.split("/")[0]}
    assert load_template(name, folder=tmp_path, kind="yes-no").header.language == name[-2:]


def test_a_catalogues_fields_are_declared_and_its_items_put_beside(tmp_path):
    new_pack("games/en", tmp_path, catalog=GAMES)
    template = load_template("games/en", folder=tmp_path, kind="yes-no")
    assert {"players", "mechanics"} <= set(template.header.fields)
    assert list(template.pack.catalog()) == list(GAMES)


def test_a_pack_that_is_there_is_not_touched(tmp_path):
    (tmp_path / "wine/en").mkdir(parents=True)
    (tmp_path / "wine/en/mine.jinja").write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        new_pack("wine/en", tmp_path)
    assert [p.name for p in (tmp_path / "wine/en").iterdir()] == ["mine.jinja"]


@pytest.mark.parametrize("name", ["wine", "wine/fr", "../wine/en", "a/b/en", "/en", "wine/en/", "-/en", ".hidden/en"])
def test_a_name_of_another_form_is_refused(tmp_path, name):
    with pytest.raises(InputError, match="DOMAIN/LANGUAGE"):
        new_pack(name, tmp_path)


@pytest.mark.parametrize("name", ["no", "123", "null"])
def test_a_name_that_yaml_takes_for_something_else_is_a_name(tmp_path, name):
    new_pack(f"{name}/en", tmp_path)
    assert load_template(f"{name}/en", folder=tmp_path, kind="yes-no").header.domain == name


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "wine").write_text("a file")
    with pytest.raises(InputError, match="wine/en cannot be written to .*: Not a directory"):
        new_pack("wine/en", tmp_path)
    with pytest.raises(InputError, match="cannot be written to .*: File name too long"):
        new_pack(f"{'w' * 999}/en", tmp_path)


def test_what_to_begin_from_must_be_there_and_in_the_language(tmp_path):
    with pytest.raises(UnknownName, match="unknown pack 'film/en'.*did you mean"):
        new_pack("wine/en", tmp_path, like="film/en")
    with pytest.raises(InputError, match="ends with /en"):
        new_pack("wine/en", tmp_path, like="films/zh")


def test_spaces_and_capitals_in_a_name_are_told_without_them(tmp_path):
    with pytest.raises(InputError, match="without spaces and capitals it is my-tea/en"):
        new_pack("My Tea/en", tmp_path)
