import pytest

from promptrec.authoring.sample_request import sample
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.template.loader import load_template
from promptrec.template.template import Template

OWN = Catalog([Item(item_id=str(n), title=f"Wine {n}") for n in range(5)])
HEADER = "---\nkind: yes-no\ndomain: films\nlanguage: en\nabout: a test\ntruncate: [item.title]\n---\n"


@pytest.mark.parametrize(
    ("name", "items", "labels"), [("yes-no", 1, ()), ("listwise-labels", 3, ("A", "B", "C")), ("item-pmi", 1, ())]
)
def test_as_many_items_as_the_kind_shows(name, items, labels):
    told = sample(load_template(f"general/en/{name}"), OWN)
    assert (len(told.items), told.labels, told.instruction) == (items, labels, "")
    assert told.items[0].title == "Wine 0"


def test_the_form_of_a_written_answer_is_told():
    query, _, labels, instruction = sample(load_template("general/zh/listwise-text"), OWN)
    assert "标签" in instruction and len(labels) == 3 and "作品" in query.preferences


def test_someones_own_words_or_for_a_profile_what_is_known_of_them():
    assert sample(load_template("general/en/yes-no"), OWN, "quiet").query.preferences == "quiet"
    told = sample(load_template("profiles/en/profile"), OWN)
    assert told.items == () and told.query.attributes == {"age": "40"}


def test_the_packs_own_items_come_before_bundled_ones(tmp_path):
    path = tmp_path / "yes-no.jinja"
    path.write_text(HEADER + "{% block user %}x{% endblock %}")
    assert sample(Template.from_file(path)).items[0] in list(Catalog.bundled("films"))[:1]
    (tmp_path / "catalog.jsonl").write_text('{"item_id": "1", "title": "Mine"}\n')
    assert sample(Template.from_file(path)).items[0].title == "Mine"
