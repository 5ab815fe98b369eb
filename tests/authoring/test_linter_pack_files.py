"""What is wrong with a file of a pack as a whole, and slips in YAML and in braces."""

import json

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item

HEADER = "---\nkind: yes-no\nabout: a test\ntruncate: [query.preferences]\n{}---\n"
BODY = (
    "{{% block user %}}\n{{{{ query.preferences }}}}\n{}{{{{ item.title }}}}\nWould it suit them?\n{{% endblock %}}\n"
)
SETTINGS = "domain: wine\nlanguage: en\n"


def wines():
    return Catalog([Item(item_id=str(n), title=f"Wine {n}") for n in range(1, 6)])


def written(tmp_path, *titles):
    rows = (json.dumps({"item_id": str(n), "title": title}) for n, title in enumerate(titles))
    (tmp_path / "catalog.jsonl").write_text("\n".join(rows), encoding="utf-8")


def test_tests_without_a_catalogue_are_a_warning(found, tmp_path):
    settings = SETTINGS + "tests:\n  - preferences: x\n    include: [Wine 1]\n"
    (warned,) = found(settings=settings)
    assert (warned.rule, warned.severity, warned.line) == ("no-catalogue", "warning", 3)
    assert found(settings=settings, catalog=wines()) == []
    assert [f.rule for f in found(settings=settings.replace("Wine 1", "Vine 1"), catalog=wines())] == ["test-title"]


def test_a_title_behind_which_yaml_dropped_something_is_put_in_quotes(found, tmp_path):
    written(tmp_path, "Blend #5", "Wine 1")
    (wrong,) = found(settings=SETTINGS + "tests:\n- preferences: x\n  include: Blend #5\n")
    assert wrong.line == 5 and wrong.suggestion.endswith('in double quotes, as in "Blend #5"')
    assert found(settings=SETTINGS + 'tests:\n- preferences: x\n  include: "Blend #5"\n') == []


def test_a_title_of_two_items_cannot_be_tested(found, tmp_path):
    written(tmp_path, "Wine", "Wine", "Port", "Port")
    (wrong,) = found(settings=SETTINGS + "tests:\n- preferences: x\n  candidates: [Wine]\n  include: Wine\n")
    assert (wrong.rule, wrong.line) == ("test-title", 6) and wrong.message.startswith("2 items of")


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("query-likelihood.jinja.txt", "call it query-likelihood.jinja"),
        ("query-likelihood.txt", "call it query-likelihood.jinja"),
        ("graded.JINJA", "call it graded.jinja"),
        ("graded.html", "call it graded.jinja"),
        ("graded.jinja.j2", "call it graded.jinja"),
        ("catalog.csv", "--catalog catalog.csv"),
        ("catalog.jsonl.txt", "call it catalog.jsonl"),
    ],
)
def test_a_file_that_is_never_read_is_told_its_right_name(found, tmp_path, name, mend):
    (tmp_path / name).write_text("x")
    (told,) = found()
    assert (told.rule, told.severity, told.path) == ("misnamed-file", "warning", str(tmp_path / name))
    assert told.message == f"{name} is not read" and mend in told.suggestion
    if mend.startswith("call it "):
        (tmp_path / mend.removeprefix("call it ")).write_text('{"item_id": "1", "title": "A"}')
        assert found() == []


@pytest.mark.parametrize("name", ["pack.yml", "pack.yaml.txt", "PACK.YAML"])
def test_settings_under_another_name_are_told_where_the_template_lacks_them(tmp_path, name):
    (tmp_path / name).write_text(SETTINGS)
    path = tmp_path / "yes-no.jinja"
    path.write_text(HEADER.format("") + BODY.format(""), encoding="utf-8")
    lacking, told = check(path)
    assert "domain" in lacking.message and str(told) == f"{tmp_path / name}:1: {name} is not read; call it pack.yaml"


@pytest.mark.parametrize("name", ["pack.yaml", "_wine.jinja"])
def test_what_is_wrong_with_a_whole_file_of_the_pack_has_its_path_and_is_said_once(found, tmp_path, name):
    assert found() == []
    (tmp_path / name).write_bytes(b"caf\xe9")
    source = HEADER.format("domain: x\nlanguage: en\n") + BODY.format("{% include '_wine.jinja' %}")
    (wrong,) = check(tmp_path / "yes-no.jinja", source=source)
    assert str(wrong) == f"{tmp_path / name}:1: the file is not in UTF-8; save the file as UTF-8"


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("{{ item.brew temp }}", 'write item["brew temp"]'),
        ("{{ item[brew temp] }}", 'write item["brew temp"]'),
        ("{{ item.brew_temp }}", 'did you mean item["brew temp"]?'),
        ("{{ item.title | shorten 40 }}", "write | shorten(40)"),
        ("{{ item.title shorten }}", "write item.title | shorten"),
        ("{{ item.title truncate(9) }}", "write item.title | truncate(9)"),
        ("{{ item.price (€) }}", 'write item["price (€)"]'),
        ("{{ item.Alc. % | upper }}", 'write item["Alc. %"]'),
        ("{{ Brew Temp }}", 'write item["Brew Temp"]'),
        ("{% include _wine.jinja %}", 'write {% include "_wine.jinja" %}'),
        ("{％ if item.title %}x{% endif %}", "type {% … %}"),
        ("{{ title }}", "did you mean item.title?"),
        ("{{ preferences }}", "did you mean query.preferences?"),
        ("{{ item[title] }}", "did you mean item.title?"),
        ("{{ item.title if }}", "every {{ its }}"),
    ],
)
def test_usual_slips_in_braces_are_told_what_was_meant(found, typed, right):
    (wrong,) = found(line=typed, settings=SETTINGS + "fields: [brew temp]\n")
    assert wrong.line == 8 and right in wrong.suggestion


@pytest.mark.parametrize(
    "typed", ["c.kind }}", "{ c.kind }", "{candidates[0].title}", "{ item.title | upper }", "｛ query.context ｝"]
)
def test_names_in_single_braces_are_errors(found, typed):
    loop = "{% for c in query.history %}" + typed + "{% endfor %}"
    (wrong,) = found(line=loop)
    assert wrong.rule == "single-brace" and wrong.message == f"{typed} is read as it stands"


@pytest.mark.parametrize(
    "typed", ['{"item": 1}', "{item: title}", "{ wine }", "{}", "{% if query.context %}x{% endif %}"]
)
def test_other_braces_are_the_authors_own(found, typed):
    assert "single-brace" not in {f.rule for f in found(line=typed)}


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("tests:\n-preferences: x\n  include: y", 4, "missing behind the -"),
        ("about：wine", 3, "wide one"),
        ("answers:\nYes\nNo", 4, "no colon"),
        ("tests:\n- preferences: x\n include: y", 5, "too far to the right or left"),
        ("fields: [a, b\nabout: x", 3, "bracket"),
        ("tests:\n- preferences: x\n  include: & Sons", 5, "sign to the computer"),
        ("tests:\n- preferences: x\n  include: !Kung", 5, "sign to the computer"),
        ("about: “wine: red”", 3, "curly"),
        ("tests:\n- preferences: x\n  include: a\n  include: b", 6, "'include' is said in line 5 and again in line 6"),
        ("tests:\n- preferences: x\n  include: a\n  top: x", 6, "test 1: top: 'x' is no whole number"),
        ("tests:\n  preferences: x\n  include: a", 3, "no test"),
        ("tests:\n- include: a", 4, "test 1: this test has no person"),
    ],
)
def test_slips_in_settings_have_the_line_they_stand_in(found, tmp_path, lines, line, said):
    (wrong,) = found(settings=SETTINGS + lines + "\n")
    assert (wrong.path, wrong.line) == (str(tmp_path / "pack.yaml"), line) and said in wrong.message
    assert any("\u4e00" <= c <= "\u9fff" for c in wrong.text("zh")[0])
