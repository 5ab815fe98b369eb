"""Diagnostics in Chinese: of the same things as in English, and for everything that can be refused."""

import re
from pathlib import Path

import pytest

from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.linter import check
from promptrec.messages import message
from promptrec.testing.bytes_tokenizer import BytesTokenizer

FOLDER = Path(__file__).parent / "faults"
FAULTS = [path for path in sorted(FOLDER.glob("*.jinja")) if not path.stem.startswith("good-")]
ROOM = 4_000
GOOD = (FOLDER / "good-yes-no.jinja").read_text(encoding="utf-8")
HAN = re.compile(r"[\u4e00-\u9fff]")


def quoted(text):
    """What is named in quotes, but for the words of a library."""
    return set(re.findall(r"(?<!\w)'[^']*'", re.sub("（原文：.*）", "", text)))


@pytest.mark.slow
@pytest.mark.parametrize("path", FAULTS, ids=lambda path: path.stem)
def test_each_seeded_fault_is_told_in_chinese_with_the_same_names(path):
    for found in check(path, tokenizer=BytesTokenizer(), context_length=ROOM):
        assert found.text("en") == (found.message, found.suggestion)
        for english, chinese in zip(found.text("en"), found.text("zh"), strict=True):
            assert HAN.search(chinese) and "$" not in chinese and "  " not in chinese
            assert "原文" in chinese or quoted(english) == quoted(chinese)


def test_both_languages_together_name_one_fault():
    (found,) = check(FOLDER / "good-query.jinja", source=(FOLDER / "unknown-item-name.jinja").read_text("utf-8"))
    assert found.text("zh") == (
        "item.titel：item 没有 'titel'",
        "是不是想写 'title'？可以写：title、item_id、label、facts、others、region、description；"
        "或者先声明它：fields: [titel]",
    )


def test_chinese_is_no_part_of_the_json_but_outlives_a_change_of_place():
    found = Diagnostic.from_message(message("unused-limit", name="x"), "a", 1, rule="unused-limit")
    assert found.model_copy(update={"line": 2}).text("zh")[0] == "`truncate` 里写了 x，却从来没有用到它"
    told = found.model_dump(mode="json")
    assert set(told) == {"rule", "path", "line", "message", "suggestion", "severity"}
    assert Diagnostic(**told).text("zh") == found.text("en"), "only English was kept"


REFUSED = [
    ("{% for a in range %}", "jinja", "{% endfor %}"),
    ("{{ 2 ** 3 }}", "unsafe", "a filter or a condition"),
    ("{{ ｘ }}", "letters", "plain letters"),
    ("{{ " + "(" * 60 + "1" + " ~ 1)" * 60 + " }}", "too-much", "take out some of the loops"),
    ("{{ -" + "-" * 2000 + "1 }}", "too-much", "take out some of the loops"),
    ("{{ 1 ~ 2 }}" * 4_000, "too-much", "in braces"),
    ("x" * 60_000, "too-much", "shorten it"),
    ("{{ 99999999999999999999 }}", "value", "smaller"),
    ("{{ '\\ud800' }}", "letters", "the character itself"),
    ("{% include '_none.jinja' %}", "unsafe", "_NAME.jinja"),
    ("{{ item.title | shorten(0) }}", "value", "shorten(40)"),
    ("{{ item.title + 1 }}", "value", "~"),
    ("{{ 1 | price('XX') }}", "value", "price('EUR')"),
    ("{{ 1 | round(99) }}", "value", "round(1)"),
    ("{{ 1 / 0 }}", "value", "divide"),
    ("{{ 'a' is odd }}", "value", "| int"),
    ("{{ item.title.upper }}", "unsafe", "filter"),
    ("{{ [1] }}", "printed-list", "join"),
    ("{{ ['a'] | map('foo') | join }}", "unknown-filter", "another"),
    ("{% for a in [1] * 2 %}{% endfor %}", "unsafe", "filter"),
    ("{% for a in 'abcdefghij' * 2 %}", "jinja", "{% end"),
    ("{{ item.title | round }}", "value", "| float | round(1)"),
    ("{{ item.title | shorten }}", "value", "shorten(40)"),
    ("{{ item.title | replace('a') }}", "value", "replace('a', 'b')"),
    ("{% if item.title > 2000 %}x{% endif %}", "value", "item.year | int > 2000"),
    ("{% for a, b in ['abc'] %}x{% endfor %}", "value", "for name, value in item.facts"),
    ("{% for a in 3 %}x{% endfor %}", "value", "query.history"),
    ("{{ query.history[0] }}", "value", "{% if query.history %}"),
    ("{{ query.history | first }}", "value", "{% if query.history %}"),
    ("{{ query.attributes.age }}", "unknown-name", "query.attributes['age'] is defined"),
    ("{{ query.attributes['age'] }}", "unknown-name", "query.attributes['age'] is defined"),
    ("{{ item。title }}", "letters", "plain one"),
    ("{{ item.title | shorten（9） }}", "letters", "plain one"),
    ("{{ item\u200b.title }}", "letters", "anew"),
    ("{{ item.title ? 1 : 2 }}", "jinja", "if item.a else"),
    ("{{ item.title || 2 }}", "jinja", "and, or, not"),
    ("{{ € }}", "jinja", 'item["price (EUR)"]'),
    ('{{ item["title }}', "jinja", "one before and one behind"),
    ("{% item.title %}", "jinja", "double braces: {{ item … }}"),
    ("{% if 1 %}x{% else if 2 %}y{% endif %}", "jinja", "{% elif … %}"),
    ("{% if 1 %}x{% elseif 2 %}y{% endif %}", "jinja", "{% elif … %}"),
    ("{% foreach a in item.facts %}", "jinja", "for title in query.history"),
    ("{% for a of item.facts %}", "jinja", "for title in query.history"),
    ("{% if 1 %}x{% end if %}", "jinja", "write {% endif %}"),
    ("{% IF 1 %}x{% ENDIF %}", "jinja", "small letters"),
    ("{% if item.title = 'a' %}x{% endif %}", "jinja", "write two"),
    ("{# a remark", "jinja", "write #} behind it"),
    ("{{ item.title | shorten(9 }}", "jinja", "write ) before it"),
    ("{{ item.title }", "jinja", "names stand in {{ … }}"),
    ("{% if {{ item.title }} %}x{% endif %}", "jinja", "no braces stand within them"),
    ("{{ }}", "jinja", "{{ item.title }}"),
    ("{% %}", "jinja", "take the {% out"),
    ("{% endblock %}{% block user %}", "jinja", "into one {% block user %}"),
]
REFUSED_HEADERS = [
    ("about: wine: red and white", "header", 'put the text in double quotes, as in about: "wine'),
    ("about: @wine", "header", "double quotes"),
    ("about: *wine", "header", "double quotes"),
    ("fields: " + "[" * 30 + "]" * 30, "header", "simple lists"),
    ("about: " + "x" * 21_000, "header", "pack.yaml"),
    ("fields: [{a: b}]", "header", "fields: [a, b]"),
    ("fields: 3", "header", "fields: [a, b]"),
    ("truncate: []", "header", "truncate: [query.preferences]"),
    ("truncate: [item.gripe]", "header", "declare the field"),
    ("answers: [Yes]", "header", 'answers: ["Yes", "No"]'),
    ("chat: perhaps", "header", "chat: true"),
    ("answer: poems", "header", "labels, titles, json"),
    ("tests: [{preferences: x}]", "header", "include: TITLE"),
    ("tests: [{preferences: x, top: 0, include: [a]}]", "header", "above 0"),
    ("tests: [{preferences: x, top: 1, include: [a, b]}]", "header", "top: 2"),
    ("tests: [{preferences: x, candidates: [a], include: [b]}]", "header", "candidates of this test"),
    ("tests: [{persons: x, include: [b]}]", "header", "preferences, history"),
    ("tests: x", "header", "- preferences"),
    ("tests: [{preferences: x, include: a, attributes: age 40}]", "header", "attributes: {age: 40}"),
    ("tests: [{preferences: [x], include: a}]", "header", "without brackets"),
    ("tests: [{preferences: x, include: {a: b}}]", "header", "include: [a, b]"),
    ("tests: [{preferences: '??', include: a}]", "header", "in words"),
    ("kind: yesno", "header", "did you mean 'yes-no'?"),
    ("answers: [Yes，No]", "header", "plain comma"),
    ("truncate: [query.preferences，query.context]", "header", "plain comma"),
    ("about: 'It's wine'", "header", "double quotes"),
    ("about: {{ item.title }} suits", "header", "double quotes"),
    ("about: wi\0ne", "letters", "anew"),
    ("examples: none.jsonl", "file", "under this name"),
    ("examples: ../people.jsonl", "unsafe", "same folder"),
]


def with_header(line):
    """The good template with a header line of its own in place of the one of that name."""
    name = line.partition(":")[0]
    kept = re.sub(rf"^{name}:.*\n(?:(?: |- ).*\n)*", "", GOOD.removeprefix("---\n"), flags=re.MULTILINE)
    return f"---\n{line}\n{kept}"


@pytest.mark.parametrize(
    ("source", "rule", "mend"),
    [(GOOD.replace("{% block user %}", "{% block user %}" + typed), rule, mend) for typed, rule, mend in REFUSED]
    + [(with_header(line), rule, mend) for line, rule, mend in REFUSED_HEADERS],
    ids=[typed[:30] for typed, *_ in (*REFUSED, *REFUSED_HEADERS)],
)
def test_what_is_refused_has_a_rule_and_a_mend_of_its_own(source, rule, mend):
    found = [f for f in check(FOLDER / "refused.jinja", source=source) if f.severity == "error"]
    assert rule in {f.rule for f in found}
    (one,) = (f for f in found if f.rule == rule)
    assert mend in one.suggestion
    assert all(HAN.search(said) for said in one.text("zh"))


@pytest.mark.parametrize(
    ("typed", "text", "mend"),
    [
        ("{% for a in S %}{% for b in S %}{{ b }}{% endfor %}{% endfor %}", "takes more than", "within another"),
        ("{% for a in S %}{% set b = S ~ S %}{% endfor %}", "makes texts of more than", "put less text together"),
    ],
    ids=["steps", "characters"],
)
def test_what_costs_too_much_is_told_how_to_cost_less(typed, text, mend):
    typed = "{% block user %}" + typed.replace("S", f"'{'x' * 3_000}'")
    found = check(FOLDER / "costly.jinja", source=GOOD.replace("{% block user %}", typed))
    (costly,) = (f for f in found if f.severity == "error")
    assert costly.rule == "too-much" and text in costly.message and mend in costly.suggestion
    assert all(HAN.search(said) for said in costly.text("zh"))
