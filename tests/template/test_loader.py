import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.errors import TemplateError, UnknownName
from promptrec.template.loader import default_pack, list_templates, load_template


def test_a_name_a_pack_and_a_path_find_the_same_template():
    full = load_template("films/en/yes-no")
    pack = load_template("films/en", kind="yes-no")
    assert (pack.name, pack.sha256) == ("films/en/yes-no", full.sha256)
    assert load_template(full.path).sha256 == full.sha256
    assert full.name == "films/en/yes-no"


@pytest.mark.slow
def test_ones_own_folder_comes_first_and_adds_names(tmp_path, monkeypatch):
    source = load_template("general/en/yes-no").source.replace("---\n", "---\ntruncate: [item.title]\n", 1)
    shipped = {t.name for t in list_templates()}
    own = tmp_path / "general" / "en"
    own.mkdir(parents=True)
    (own / "yes-no.jinja").write_text(source.replace("an item to choose", "THINGS"))
    (tmp_path / "wine.jinja").write_text(source)
    assert "THINGS" in load_template("general/en", kind="yes-no", folder=tmp_path).source
    assert load_template("wine", folder=tmp_path).name == "wine"
    monkeypatch.setenv("PROMPTREC_TEMPLATES", str(tmp_path))
    assert sorted(t.name for t in list_templates()) == sorted({*shipped, "wine"})


def test_what_cannot_be_found_or_does_not_fit_is_said(tmp_path):
    with pytest.raises(UnknownName, match="did you mean 'films/en'"):
        load_template("film/en", kind="yes-no")
    with pytest.raises(TemplateError, match="of kind yes-no, but item-pmi is asked for"):
        load_template("films/en/yes-no", kind="item-pmi")
    with pytest.raises(TemplateError, match="no such folder"):
        list_templates(tmp_path / "nope")


def test_the_general_pack_speaks_the_language_of_the_catalogue():
    english, chinese = ([Item(item_id="1", title=title)] for title in ("A Garden", "花园 Garden 的故事"))
    assert default_pack(Catalog(english)) == default_pack(None) == "general/en"
    assert default_pack(Catalog(chinese)) == "general/zh"
