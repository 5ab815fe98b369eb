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
    return Catalog([Item(item_id=str(n), title=f"Wine {n}", fields=fields) for n in range(1, 6)])


def test_a_field_is_named_without_the_item():
    header = HEADER.replace("limits: [", "fields: [item.region]\nlimits: [item.region, ")
    (wrong,) = check("yes-no.jinja", source=header.format(SETTINGS) + BODY.format("{{ item.region }}"))
    assert wrong.rule == "header" and wrong.suggestion == "write fields: [region]"


def test_a_field_that_is_shown_among_the_facts_is_used(found):
    loop = "{% for name, value in item.facts %}{{ name }}: {{ value }}{% endfor %}"
    assert found("fields: [region]\n", loop, catalog=wines(region="Loire")) == []


def test_what_is_put_together_before_it_is_shown_is_shown(found):
    line = "{% set line = item.title ~ ' of ' ~ item.region %}{{ line }}{{ ', a wine' if item.region }}"
    assert found("fields: [region]\n", line, catalog=wines(region="Loire")) == []


def test_a_title_need_not_be_declared_and_may(found):
    assert found("fields: [title]\n", catalog=wines()) == []


def test_fields_of_the_pack_need_not_be_shown_by_every_template(found):
    assert found(settings=SETTINGS + "fields: [region]\n") == []
    assert [f.rule for f in found("fields: [region]\n")] == ["unused-field"]


def test_a_column_that_every_item_has_needs_no_declaration(found):
    assert found(line="{{ item.region }}", catalog=wines(region="Loire")) == []
    assert [f.rule for f in found(line="{{ item.region }}")] == ["unknown-name"]
    some = Catalog([*wines(region="Loire"), Item(item_id="6", title="Wine 6")])
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
        ("[{person: x, lacks: [Wine 1, Wine 2, Wine 3]}]", "only 2 items are left, which are to fill the first 3"),
        ("[{person: x, top: 9, lacks: [Wine 1]}]", "only 4 items are left"),
        ("[{person: x, candidates: [Wine 1, Wine 2, Wine 3], lacks: [Wine 1]}]", "only 2 items are left"),
    ],
)
def test_tests_that_no_ranking_can_pass(found, tests, said):
    assert said in found(settings=f"{SETTINGS}tests: {tests}\n", catalog=wines())[0].said


@pytest.mark.parametrize("person", ["person: '???'", "context: '!!'", "history: ['…']", "attributes: {age: '?'}"])
def test_a_person_who_says_nothing_readable_is_a_finding(found, person):
    (wrong,) = found(settings=f"{SETTINGS}tests:\n- has: [Wine 1]\n  {person}\n", catalog=wines())
    assert (wrong.rule, wrong.line) == ("header", 4) and "no letter or digit" in wrong.said


def test_a_person_of_an_example_who_says_nothing_readable_is_a_finding(found, tmp_path):
    line = '{"preferences": "???", "items": [{"title": "A"}, {"title": "B"}], "right": ["A"]}\n'
    (tmp_path / "people.jsonl").write_text(line)
    (wrong,) = found("examples: people.jsonl\n", "{{ examples[0].query.preferences }}")
    assert (wrong.rule, wrong.line) == ("examples", 1) and "no letter or digit" in wrong.said


@pytest.mark.parametrize(
    "tests",
    [
        "[{person: x, top: 1, lacks: [Wine 1]}, {person: x, top: 2, has: [Wine 1]}]",
        "[{person: x, has: [Wine 1]}, {person: y, lacks: [Wine 1]}]",
        "[{person: x, lacks: [Wine 1, Wine 2]}]",
        "[{person: x, top: 9, has: [Wine 1]}]",
    ],
)
def test_tests_that_some_ranking_passes(found, tests):
    assert found(settings=f"{SETTINGS}tests: {tests}\n", catalog=wines()) == []


def test_what_is_wrong_in_a_part_is_found_in_its_file(found, tmp_path):
    (wrong,) = found(line="{% include '_wine.jinja' %}", wine="A wine.\nIt is {{ item.colour }}.\n")
    assert (wrong.rule, wrong.path, wrong.line) == ("unknown-name", str(tmp_path / "_wine.jinja"), 2)


def test_an_error_of_rendering_has_its_line_in_its_file(found, tmp_path):
    (wrong,) = found(line="{{ item.title | shorten(0) }}")
    assert wrong.line == 8 and "shorten takes" in wrong.said
    (wrong,) = found(line="{% include '_wine.jinja' %}", wine="A wine.\n{{ item.title | shorten(0) }}\n")
    assert (wrong.path, wrong.line) == (str(tmp_path / "_wine.jinja"), 2)


def test_what_writes_too_much_has_the_line_of_its_block(found):
    loops = "{% for a in item.title %}" * 2 + f"{'x' * 3_000}" + "{% endfor %}" * 2
    (wrong,) = found(line=loops, catalog=Catalog([Item(item_id="1", title="W" * 30)]))
    assert (wrong.rule, wrong.line) == ("too-much", 7)


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
        "{% block user %}{{ query.preferences }}{% for c in candidates %}<{{ c.label }}> {{ c.title }}{% endfor %}\n"
        "Which?\n{% endblock %}\n{% block reply %}<{% endblock %}"
    )
    (found,) = check(path, source=source, tokenizer=Gluing(), context_length=10_000)
    assert (found.rule, found.line) == ("label-tokens", 11) and "'['" in found.suggestion
    assert check(path, source=source, tokenizer=BytesTokenizer(), context_length=10_000) == []


LISTWISE = (
    "---\nranks: listwise-labels\ndomain: wine\nlanguage: en\nabout: a test\nlimits: [query.preferences]\n---\n"
    "{% block user %}\n{{ query.preferences }}\n{% for c in candidates %}\n"
    "[{{ c.label }}] {{ c.title }}\n{% endfor %}\n"
    "Which one? Answer with its label.\n{% endblock %}\n{% block reply %}[{% endblock %}\n"
)


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("candidates", "items", 10, "did you mean 'candidates'?"),
        ("candidates", "candidate", 10, "did you mean 'candidates'?"),
        ("{{ c.title", "{{ item.title", 11, "did you mean {% for item in candidates %}?"),
        ("{{ c.title", "{{ candidate.title", 11, "did you mean {% for candidate in candidates %}?"),
        ("with its label", "like [B]", 13, "with its label in brackets"),
        ("with its label", "like “B”", 13, "with its label in brackets"),
    ],
)
def test_a_slip_in_a_list_of_candidates_is_told_once(right, wrong, line, said):
    assert check("labels.jinja", source=LISTWISE) == []
    (found,) = check("labels.jinja", source=LISTWISE.replace(right, wrong))
    assert found.line == line and said in found.suggestion


@pytest.mark.parametrize(
    ("words", "last", "rules"),
    [
        ("[True, False]", "True or false: they will buy it.", []),
        ("[Good, Bad]", "Good or not, they will buy it.", ["no-cue"]),
        ("[is, isnt]", "This wine isnt theirs.", ["no-cue"]),
    ],
)
def test_a_line_that_names_the_answers_asks(words, last, rules):
    source = HEADER.format(f"words: {words}\n{SETTINGS}") + BODY.format("").replace("Would it suit them?", last)
    assert [f.rule for f in check("yes-no.jinja", source=source)] == rules


def test_a_colon_before_the_bracket_of_the_label_asks(tmp_path):
    source = LISTWISE.replace("Which one? Answer with its label.", "Best:")
    assert check(tmp_path / "labels.jinja", source=source) == []
    assert [f.rule for f in check(tmp_path / "labels.jinja", source=source.replace(":\n{% end", "\n{% end"))] == [
        "no-cue"
    ]


def written(tmp_path, *titles):
    rows = (json.dumps({"item_id": str(n), "title": title}) for n, title in enumerate(titles))
    (tmp_path / "catalog.jsonl").write_text("\n".join(rows), encoding="utf-8")


def test_tests_without_a_catalogue_are_a_warning(found, tmp_path):
    settings = SETTINGS + "tests:\n  - person: x\n    has: [Wine 1]\n"
    (warned,) = found(settings=settings)
    assert (warned.rule, warned.severity, warned.line) == ("no-catalogue", "warning", 3)
    assert found(settings=settings, catalog=wines()) == []
    assert [f.rule for f in found(settings=settings.replace("Wine 1", "Vine 1"), catalog=wines())] == ["test-title"]


def test_a_title_behind_which_yaml_dropped_something_is_put_in_quotes(found, tmp_path):
    written(tmp_path, "Blend #5", "Wine 1")
    (wrong,) = found(settings=SETTINGS + "tests:\n- person: x\n  has: Blend #5\n")
    assert wrong.line == 5 and wrong.suggestion.endswith('in double quotes, as in "Blend #5"')
    assert found(settings=SETTINGS + 'tests:\n- person: x\n  has: "Blend #5"\n') == []


def test_a_title_of_two_items_cannot_be_tested(found, tmp_path):
    written(tmp_path, "Wine", "Wine", "Port", "Port")
    (wrong,) = found(settings=SETTINGS + "tests:\n- person: x\n  candidates: [Wine]\n  has: Wine\n")
    assert (wrong.rule, wrong.line) == ("test-title", 6) and wrong.said.startswith("2 items of")


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("query-likelihood.jinja.txt", "call it query-likelihood.jinja"),
        ("catalog.csv", "--catalog catalog.csv"),
        ("catalog.jsonl.txt", "call it catalog.jsonl"),
    ],
)
def test_a_file_that_is_never_read_is_told_its_right_name(found, tmp_path, name, mend):
    (tmp_path / name).write_text("x")
    (told,) = found()
    assert (told.rule, told.severity, told.path) == ("misnamed-file", "warning", str(tmp_path / name))
    assert told.said == f"{name} is not read" and mend in told.suggestion
    if mend.startswith("call it "):
        (tmp_path / mend.removeprefix("call it ")).write_text('{"item_id": "1", "title": "A"}')
        assert found() == []


@pytest.mark.parametrize("name", ["pack.yml", "pack.yaml.txt", "PACK.YAML"])
def test_settings_under_another_name_are_told_where_the_template_lacks_them(tmp_path, name):
    (tmp_path / name).write_text(SETTINGS)
    path = tmp_path / "yes-no.jinja"
    path.write_text(HEADER.format("") + BODY.format(""), encoding="utf-8")
    lacking, told = check(path)
    assert "domain" in lacking.said and str(told) == f"{tmp_path / name}:1: {name} is not read; call it pack.yaml"


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
    assert wrong.rule == "single-brace" and wrong.said == f"{typed} is read as it stands"


@pytest.mark.parametrize(
    "typed", ['{"item": 1}', "{item: title}", "{ wine }", "{}", "{% if query.context %}x{% endif %}"]
)
def test_other_braces_are_the_authors_own(found, typed):
    assert "single-brace" not in {f.rule for f in found(line=typed)}


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        ("tests:\n-person: x\n  has: y", 4, "missing behind the -"),
        ("about：wine", 3, "wide one"),
        ("words:\nYes\nNo", 4, "no colon"),
        ("tests:\n- person: x\n has: y", 5, "too far to the right or left"),
        ("fields: [a, b\nabout: x", 3, "bracket"),
        ("tests:\n- person: x\n  has: & Sons", 5, "sign to the computer"),
        ("tests:\n- person: x\n  has: !Kung", 5, "sign to the computer"),
        ("about: “wine: red”", 3, "curly"),
        ("tests:\n- person: x\n  has: a\n  has: b", 6, "'has' is said in line 5 and again in line 6"),
        ("tests:\n- person: x\n  has: a\n  top: x", 6, "test 1: top: 'x' is no whole number"),
        ("tests:\n  person: x\n  has: a", 3, "no test"),
        ("tests:\n- has: a", 4, "test 1: this test has no person"),
    ],
)
def test_slips_in_settings_have_the_line_they_stand_in(found, tmp_path, lines, line, said):
    (wrong,) = found(settings=SETTINGS + lines + "\n")
    assert (wrong.path, wrong.line) == (str(tmp_path / "pack.yaml"), line) and said in wrong.said
    assert any("\u4e00" <= c <= "\u9fff" for c in wrong.told("zh")[0])
