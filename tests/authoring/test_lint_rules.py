"""What rules need a pack, a catalogue or a tokenizer of their own to show."""

import json
import re

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.testing.bytes_tokenizer import BytesTokenizer

HEADER = "---\nkind: yes-no\nabout: a test\ntruncate: [query.preferences]\n{}---\n"
BODY = (
    "{{% block user %}}\n{{{{ query.preferences }}}}\n{}{{{{ item.title }}}}\nWould it suit them?\n{{% endblock %}}\n"
)
SETTINGS = "domain: wine\nlanguage: en\n"


def wines(**fields):
    return Catalog([Item(item_id=str(n), title=f"Wine {n}", fields=fields) for n in range(1, 6)])


def test_a_field_is_named_without_the_item():
    header = HEADER.replace("truncate: [", "fields: [item.region]\ntruncate: [item.region, ")
    (wrong,) = check("yes-no.jinja", source=header.format(SETTINGS) + BODY.format("{{ item.region }}"))
    assert wrong.rule == "header" and wrong.suggestion == "write fields: [region]"


def test_a_field_that_is_shown_among_the_facts_is_used(found):
    loop = "{% for name, value in item.facts %}{{ name }}: {{ value }}{% endfor %}"
    assert found("fields: [region]\n", loop, catalog=wines(region="Loire")) == []


def test_what_is_put_together_before_it_is_shown_is_shown(found):
    line = "{% set line = item.title ~ ' of ' ~ item.region %}{{ line }}{{ ', a wine' if item.region }}"
    assert found("fields: [region]\n", line, catalog=wines(region="Loire")) == []


@pytest.mark.parametrize(
    ("line", "rules"), [("They liked the wine Barolo.\n", ["typed-value"]), ("Barolo fits.\n", []), ("a barolo\n", [])]
)
def test_a_title_of_one_word_is_found_in_the_middle_of_a_sentence(found, line, rules):
    assert [f.rule for f in found(line=line, catalog=Catalog([Item(item_id="1", title="Barolo")]))] == rules


def test_typed_examples_with_both_answers_give_none_away(found):
    one, other = "A red wine. Answer: Yes\n", "A white wine. Answer: No\n"
    assert {f.rule for f in found(line=one * 2)} == {"typed-answer", "unnamed-answer"}
    assert found(line=one + other) == []


@pytest.mark.parametrize("asked", ["Answer in English.\n", "Write which one in a word.\n"])
def test_the_header_s_own_language_may_be_asked_for(found, asked):
    assert found(line=asked) == []


def test_a_loop_uses_its_name_if_one_of_several_is(found):
    line = "{% for name, value in item.facts %}{{ value }}{% endfor %}"
    assert found(line=line, catalog=wines(region="Loire")) == []


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
    settings = (
        SETTINGS + "tests:\n  - preferences: x\n    include: [Wine 1]\n  - preferences: y\n    exclude: [Vine 2]\n"
    )
    rows = (json.dumps({"item_id": item.item_id, "title": item.title, **item.fields}) for item in wines())
    (tmp_path / "catalog.jsonl").write_text("\n".join(rows))
    (wrong,) = found(settings=settings, catalog=wines())
    assert (wrong.path, wrong.line) == (str(tmp_path / "pack.yaml"), 7)
    assert wrong.suggestion == "did you mean 'Wine 2'?"


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        (
            "[{preferences: x, top: 1, include: [Wine 1]}, {preferences: x, top: 1, include: [Wine 2]}]",
            "want 2 titles among the first 1",
        ),
        ("[{preferences: x, include: [Wine 1], exclude: [Wine 1]}]", "both wants and forbids"),
        (
            "[{preferences: x, top: 2, exclude: [Wine 1]}, {preferences: x, top: 1, include: [Wine 1]}]",
            "not among the first 2",
        ),
        (
            "[{preferences: x, exclude: [Wine 1, Wine 2, Wine 3]}]",
            "only 2 items are left, which are to fill the first 3",
        ),
        ("[{preferences: x, top: 9, exclude: [Wine 1]}]", "only 4 items are left"),
        ("[{preferences: x, candidates: [Wine 1, Wine 2, Wine 3], exclude: [Wine 1]}]", "only 2 items are left"),
    ],
)
def test_tests_that_no_ranking_can_pass(found, tests, said):
    assert said in found(settings=f"{SETTINGS}tests: {tests}\n", catalog=wines())[0].message


@pytest.mark.parametrize("person", ["preferences: '???'", "context: '!!'", "attributes: {age: '?'}"])
def test_a_person_who_says_nothing_readable_is_a_finding(found, person):
    (wrong,) = found(settings=f"{SETTINGS}tests:\n- include: [Wine 1]\n  {person}\n", catalog=wines())
    assert (wrong.rule, wrong.line) == ("header", 4) and "no letter or digit" in wrong.message


def test_a_person_of_an_example_who_says_nothing_readable_is_a_finding(found, tmp_path):
    line = '{"preferences": "???", "items": [{"title": "A"}, {"title": "B"}], "right": ["A"]}\n'
    (tmp_path / "people.jsonl").write_text(line)
    (wrong,) = found("examples: people.jsonl\n", "{{ examples[0].query.preferences }}")
    assert (wrong.rule, wrong.line) == ("examples", 1) and "no letter or digit" in wrong.message


@pytest.mark.parametrize(
    "tests",
    [
        "[{preferences: x, top: 1, exclude: [Wine 1]}, {preferences: x, top: 2, include: [Wine 1]}]",
        "[{preferences: x, include: [Wine 1]}, {preferences: y, exclude: [Wine 1]}]",
        "[{preferences: x, exclude: [Wine 1, Wine 2]}]",
    ],
)
def test_tests_that_some_ranking_passes(found, tests):
    assert found(settings=f"{SETTINGS}tests: {tests}\n", catalog=wines()) == []


@pytest.mark.parametrize(
    "test", ["{preferences: x, top: 9, include: [Wine 1]}", "{preferences: x, top: 5, include: [Wine 1, Wine 2]}"]
)
def test_a_test_that_every_ranking_passes_is_a_warning(found, test):
    (idle,) = found(settings=f"{SETTINGS}tests: [{test}]\n", catalog=wines())
    assert (idle.rule, idle.severity, idle.line) == ("idle-test", "warning", 3)
    assert found(settings=f"{SETTINGS}tests: [{re.sub('top: .', 'top: 4', test)}]\n", catalog=wines()) == []


def test_what_is_wrong_in_a_part_is_found_in_its_file(found, tmp_path):
    (wrong,) = found(line="{% include '_wine.jinja' %}", wine="A wine.\nIt is {{ item.colour }}.\n")
    assert (wrong.rule, wrong.path, wrong.line) == ("unknown-name", str(tmp_path / "_wine.jinja"), 2)


def test_an_error_of_rendering_has_its_line_in_its_file(found, tmp_path):
    (wrong,) = found(line="{{ item.title | shorten(0) }}")
    assert wrong.line == 8 and "shorten takes" in wrong.message
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
        "---\nkind: listwise-labels\ndomain: wine\nlanguage: en\nabout: a test\ntruncate: [query.preferences]\n---\n"
        "{% block user %}{{ query.preferences }}{% for c in candidates %}<{{ c.label }}> {{ c.title }}{% endfor %}\n"
        "Which?\n{% endblock %}\n{% block reply %}<{% endblock %}"
    )
    (found,) = check(path, source=source, tokenizer=Gluing(), context_length=10_000)
    assert (found.rule, found.line) == ("label-tokens", 11) and "'['" in found.suggestion
    assert check(path, source=source, tokenizer=BytesTokenizer(), context_length=10_000) == []


LISTWISE = (
    "---\nkind: listwise-labels\ndomain: wine\nlanguage: en\nabout: a test\ntruncate: [query.preferences]\n---\n"
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
    source = HEADER.format(f"answers: {words}\n{SETTINGS}") + BODY.format("").replace("Would it suit them?", last)
    assert [f.rule for f in check("yes-no.jinja", source=source)] == rules


def test_a_colon_before_the_bracket_of_the_label_asks(tmp_path):
    source = LISTWISE.replace("Which one? Answer with its label.", "Best:")
    assert check(tmp_path / "labels.jinja", source=source) == []
    assert [f.rule for f in check(tmp_path / "labels.jinja", source=source.replace(":\n{% end", "\n{% end"))] == [
        "no-cue"
    ]
