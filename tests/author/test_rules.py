"""What rules need a pack, a catalogue or a tokenizer of their own to show."""

import json

import pytest

from promptrec.author.check import check
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.testing.bytes_tokenizer import BytesTokenizer

HEADER = "---\nranks: yes-no\nabout: a test\nlimits: [query.preferences]\n{}---\n"
BODY = (
    "{{% block user %}}\n{{{{ query.preferences }}}}\n{}{{{{ item.title }}}}\nWould it suit them?\n{{% endblock %}}\n"
)
SETTINGS = "domain: wine\nlanguage: en\n"


@pytest.fixture
def found(tmp_path):
    """What is found in a template with a header line, a line before the title, and a pack."""

    def run(header="", line="", settings=SETTINGS, catalog=None, tokenizer=None, **parts):
        (tmp_path / "pack.yaml").write_text(settings, encoding="utf-8")
        for name, text in parts.items():
            (tmp_path / f"_{name}.jinja").write_text(text, encoding="utf-8")
        path = tmp_path / "yes-no.jinja"
        path.write_text(HEADER.format(header) + BODY.format(line), encoding="utf-8")
        return check(path, catalog=catalog, tokenizer=tokenizer)

    return run


def wines(**fields):
    return Catalog([Item(item_id=str(n), title=f"Wine {n}", fields=fields) for n in (1, 2)])


def test_fields_of_the_pack_need_not_be_shown_by_every_template(found):
    assert found(settings=SETTINGS + "fields: [region]\n") == []
    assert [f.rule for f in found("fields: [region]\n")] == ["unused-field"]


def test_a_column_that_every_item_has_needs_no_declaration(found):
    assert found(line="{{ item.region }}", catalog=wines(region="Loire")) == []
    assert [f.rule for f in found(line="{{ item.region }}")] == ["unknown-name"]
    some = Catalog([*wines(region="Loire"), Item(item_id="3", title="Wine 3")])
    assert [f.rule for f in found(line="{{ item.region }}", catalog=some)] == ["unknown-name"]


def test_a_field_under_another_name_in_the_catalogue_is_found_or_the_nearest_is_named(found):
    assert found("fields: {region: [area]}\n", "{{ item.region }}", catalog=wines(area="Loire")) == []
    (missing,) = found("fields: [regions]\n", "{{ item.regions }}", catalog=wines(region="Loire"))
    assert missing.severity == "warning" and "did you mean 'region'?" in missing.suggestion
    assert "regions: [region]" in missing.suggestion


def test_a_long_field_without_a_limit_is_a_warning_unless_it_is_shortened_where_it_stands(found):
    long = wines(story="a long story " * 30)
    (warned,) = found("fields: [story]\n", "{{ item.story }}", catalog=long)
    assert (warned.rule, warned.severity, warned.line) == ("no-limit", "warning", 9)
    assert found("fields: [story]\n", "{{ item.story | shorten(20) }}", catalog=long) == []


def test_tests_of_the_pack_are_found_in_its_file(found, tmp_path):
    settings = SETTINGS + "tests:\n  - person: x\n    has: [Wine 1]\n  - person: y\n    lacks: [Vine 2]\n"
    rows = (json.dumps({"item_id": item.item_id, "title": item.title, **item.fields}) for item in wines())
    (tmp_path / "catalog.jsonl").write_text("\n".join(rows))
    (wrong,) = found(settings=settings, catalog=wines())
    assert (wrong.path, wrong.line) == (str(tmp_path / "pack.yaml"), 7)
    assert wrong.suggestion == "did you mean 'Wine 2'?"


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ("[{person: x, top: 1, has: [Wine 1]}, {person: x, top: 1, has: [Wine 2]}]", "want 2 titles among the first 1"),
        ("[{person: x, has: [Wine 1], lacks: [Wine 1]}]", "both wants and forbids"),
        ("[{person: x, top: 2, lacks: [Wine 1]}, {person: x, top: 1, has: [Wine 1]}]", "not among the first 2"),
    ],
)
def test_tests_that_no_ranking_can_pass(found, tests, said):
    assert said in found(settings=f"{SETTINGS}tests: {tests}\n", catalog=wines())[0].said


@pytest.mark.parametrize(
    "tests",
    [
        "[{person: x, top: 1, lacks: [Wine 1]}, {person: x, top: 2, has: [Wine 1]}]",
        "[{person: x, has: [Wine 1]}, {person: y, lacks: [Wine 1]}]",
    ],
)
def test_tests_that_some_ranking_passes(found, tests):
    assert found(settings=f"{SETTINGS}tests: {tests}\n", catalog=wines()) == []


def test_what_is_wrong_in_a_part_is_found_in_its_file(found, tmp_path):
    (wrong,) = found(line="{% include '_wine.jinja' %}", wine="A wine.\nIt is {{ item.colour }}.\n")
    assert (wrong.rule, wrong.path, wrong.line) == ("unknown-name", str(tmp_path / "_wine.jinja"), 2)


def test_an_error_of_rendering_has_the_line_of_its_block(found):
    (wrong,) = found(line="{{ item.title | shorten(0) }}")
    assert wrong.line == 7 and "shorten takes" in wrong.said


def test_a_catalogue_that_cannot_be_read_is_a_finding(found, tmp_path):
    (tmp_path / "catalog.jsonl").write_text("{")
    (wrong,) = found()
    assert "catalog.jsonl" in wrong.path and wrong.line == 1


class Gluing(BytesTokenizer):
    """Writes a label behind an angle bracket as one token with it."""

    def encode(self, text, *, trusted):
        glued = trusted and len(text) > 1 and text[0] == "<" and text[1:].isupper()
        return (len(text) * 1000 + ord(text[1]),) if glued else super().encode(text, trusted=trusted)


def test_a_cue_that_swallows_labels_is_told_a_better_one(tmp_path):
    path = tmp_path / "labels.jinja"
    source = (
        "---\nranks: listwise-labels\ndomain: wine\nlanguage: en\nabout: a test\nlimits: [query.preferences]\n---\n"
        "{% block user %}{{ query.preferences }}{% for c in candidates %}[{{ c.label }}] {{ c.title }}{% endfor %}\n"
        "Which?\n{% endblock %}\n{% block reply %}<{% endblock %}"
    )
    (found,) = check(path, source=source, tokenizer=Gluing(), context_length=10_000)
    assert (found.rule, found.line) == ("label-tokens", 11) and "'['" in found.suggestion
    assert check(path, source=source, tokenizer=BytesTokenizer(), context_length=10_000) == []
