"""Mistakes in headers and in pack.yaml of those who never wrote YAML, each in the shipped pack for films."""

import shutil

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.template.loader import shipped_folder

DUST, ORBIT = "Dust and Spurs", "Orbit of Glass"
TEST = f"  - person: x\n    has: {DUST}\n"
# What is written as the first of the tests, the rule, the line, and words of the suggestion.
AS_A_TEST = [
    (f"  - person：x\n    has：{DUST}\n", "header", 10, "type a plain colon"),
    (f"  – person: x\n    has: {DUST}\n", "header", 10, "type a plain - and a space"),
    (f"  － person: x\n    has: {DUST}\n", "header", 10, "type a plain - and a space"),
    (f"  • person: x\n    has: {DUST}\n", "header", 10, "type a plain - and a space"),
    (f"  * person: x\n    has: {DUST}\n", "header", 10, "type a plain - and a space"),
    (f"  - person: x\n    has:\n      — {DUST}\n", "test-title", 12, "type a plain - and a space"),
    (f"  - person: x\n\u3000\u3000has: {DUST}\n", "header", 11, "type plain spaces"),
    (f"  -\u00a0person: x\n    has: {DUST}\n", "header", 10, "type plain spaces"),
    (f"  - person: x\n    has:\u3000{DUST}\n", "header", 11, "type plain spaces"),
    (f"  - person: x\n    has: [{DUST}，{ORBIT}]\n", "test-title", 11, "type plain brackets and commas"),
    (f"  - person: x\n    has: [{DUST}、{ORBIT}]\n", "test-title", 11, f"commas: [{DUST}, {ORBIT}]"),
    (f"  - person: x\n    has: [{DUST}；{ORBIT}]\n", "test-title", 11, "type plain brackets and commas"),
    (f"  - person: x\n    has:\n      - {DUST}，{ORBIT}\n", "test-title", 12, "type plain brackets and commas"),
    (f"  - person: x\n    has: 【{DUST}, {ORBIT}】\n", "test-title", 11, f"brackets and commas: [{DUST}, {ORBIT}]"),
    (f"  - person: x\n    has: [{DUST}, {ORBIT}】\n", "header", 11, "plain brackets: [a, b]"),
    (f"  - person: x\n    has: [{ORBIT}; {DUST}]\n", "test-title", 11, f"commas between: [{ORBIT}, {DUST}]"),
    (
        "  - person: x\n    has: [Nine Locks and Red Nursery]\n",
        "test-title",
        11,
        "commas between: [Nine Locks, Red Nursery]",
    ),
    (f"  - person: x\n    candidates: [{DUST}，{ORBIT}]\n    has: {ORBIT}\n", "header", 11, "no ， or 、"),
    (f"  - person: wine #1\n    has: {DUST}\n", "cut-text", 10, 'person: "wine #1"'),
    (f"  - person: x\n    top: 100\n    has: {DUST}\n", "idle-test", 11, "as in top: 3"),
    (f"  - person: x\n    candidates: [{DUST}, {ORBIT}]\n    has: {DUST}\n", "idle-test", 10, "as in top: 1"),
    (f"  ```\n{TEST}", "header", 10, "take this line out"),
]


@pytest.mark.parametrize(("typed", "rule", "line", "words"), AS_A_TEST)
def test_a_slip_in_a_test_is_found_in_its_line(mistaken, typed, rule, line, words):
    found = mistaken("tests:\n", f"tests:\n{typed}", "pack.yaml")
    assert [f[:3] for f in found] == [(rule, "pack.yaml", line)]
    assert words in found[0][3]


@pytest.mark.parametrize(
    "typed",
    [
        f'# mine\n  - person: "I like x" # mine\n    top: 2 # mine\n    has: [{DUST}] # mine\n'
        f"    lacks: '{ORBIT}' # mine\n",
        f"  - person: x\n    has: # mine\n      - {DUST} # mine\n",
        f"  - person: >\n      – first\n      \u3000\u3000and\n      * second # not mine\n    has: {DUST}\n",
        f"  - person: 你好，世界、再见；# x\n    has: {DUST} # the title is whole, so this is a remark\n",
    ],
)
def test_what_only_looks_like_a_slip_in_a_test_is_none(mistaken, typed):
    assert mistaken("tests:\n", f"tests:\n{typed}", "pack.yaml") == []


@pytest.mark.parametrize(
    ("old", "new", "file", "rule", "line", "words"),
    [
        ("about: Whether", "about: Is it #1? Whether", "yes-no.jinja", "cut-text", 3, "about: "),
        ("---\n", "—\n", "yes-no.jinja", "header", 1, "type --- anew"),
        ("---\n", "```\n---\n", "yes-no.jinja", "header", 1, "take this line out"),
        (
            "Yes or No.\n{% endblock %}\n",
            "Yes or No.\n{% endblock %}\n\n```\n",
            "yes-no.jinja",
            "header",
            15,
            "take this line out",
        ),
        ("---\n", "{\\rtf1\n", "yes-no.jinja", "header", 1, "plain text"),
        ("domain: films", "```yaml\ndomain: films", "pack.yaml", "header", 1, "take this line out"),
        ("words: [Yes, No]", "words: 【Yes, No】", "yes-no.jinja", "header", 5, "plain brackets: [a, b]"),
        ("words: [Yes, No]", "words: [Yes；No]", "yes-no.jinja", "header", 5, "a plain comma"),
        ("words: [", "words:\u00a0[", "yes-no.jinja", "header", 5, "plain spaces"),
        ("chat: true", "chat: true\nfields: [mood，tone]", "yes-no.jinja", "joined-fields", 5, "[mood, tone]"),
    ],
)
def test_a_slip_in_a_header_is_found_in_its_line(mistaken, old, new, file, rule, line, words):
    ((found, where, at, suggestion),) = mistaken(old, new, file)
    assert (found, where, at) == (rule, file, line) and words in suggestion


def test_a_second_line_that_is_no_longer_three_hyphens_is_found_where_it_stands(tmp_path):
    source = (shipped_folder() / "films" / "en" / "yes-no.jinja").read_text(encoding="utf-8")
    (found,) = check(tmp_path / "yes-no.jinja", source="---\n" + source.removeprefix("---\n").replace("---\n", "——\n"))
    assert found.said.startswith("—— is not ---") and found.line == source[4:].partition("---\n")[0].count("\n") + 2


@pytest.mark.parametrize(
    ("begun", "what"), [(b"PK\x03\x04", "Word"), (b"\xd0\xcf\x11\xe0", "Word"), (b"%PDF", "PDF"), (b"abcd", "UTF-8")]
)
@pytest.mark.parametrize("name", ["yes-no.jinja", "pack.yaml"])
def test_a_file_of_another_program_is_called_by_its_name(tmp_path, begun, what, name):
    folder = shutil.copytree(shipped_folder() / "films" / "en", tmp_path / "en")
    (folder / name).write_bytes(begun + bytes(range(256)))
    (found,) = check(folder / "yes-no.jinja")
    assert (found.path, found.rule) == (str(folder / name), "header") and what in found.said
