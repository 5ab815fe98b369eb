"""Mistakes in headers and in pack.yaml of those who never wrote YAML, each in the shipped pack for films."""

import shutil

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.template.loader import shipped_folder

DUST, ORBIT = "Dust and Spurs", "Orbit of Glass"
TEST = f"  - preferences: x\n    include: {DUST}\n"
# What is written as the first of the tests, the rule, the line, and words of the suggestion.
AS_A_TEST = [
    (f"  - person：x\n    has：{DUST}\n", "header", 12, "type a plain colon"),
    (f"  – preferences: x\n    include: {DUST}\n", "header", 12, "type a plain - and a space"),
    (f"  － preferences: x\n    include: {DUST}\n", "header", 12, "type a plain - and a space"),
    (f"  • preferences: x\n    include: {DUST}\n", "header", 12, "type a plain - and a space"),
    (f"  * preferences: x\n    include: {DUST}\n", "header", 12, "type a plain - and a space"),
    (f"  - preferences: x\n    include:\n      — {DUST}\n", "test-title", 14, "type a plain - and a space"),
    (f"  - preferences: x\n\u3000\u3000include: {DUST}\n", "header", 13, "type plain spaces"),
    (f"  -\u00a0preferences: x\n    include: {DUST}\n", "header", 12, "type plain spaces"),
    (f"  - preferences: x\n    include:\u3000{DUST}\n", "header", 13, "type plain spaces"),
    (f"  - preferences: x\n    include: [{DUST}，{ORBIT}]\n", "test-title", 13, "type plain brackets and commas"),
    (f"  - preferences: x\n    include: [{DUST}、{ORBIT}]\n", "test-title", 13, f"commas: [{DUST}, {ORBIT}]"),
    (f"  - preferences: x\n    include: [{DUST}；{ORBIT}]\n", "test-title", 13, "type plain brackets and commas"),
    (
        f"  - preferences: x\n    include:\n      - {DUST}，{ORBIT}\n",
        "test-title",
        14,
        "type plain brackets and commas",
    ),
    (
        f"  - preferences: x\n    include: 【{DUST}, {ORBIT}】\n",
        "test-title",
        13,
        f"brackets and commas: [{DUST}, {ORBIT}]",
    ),
    (f"  - preferences: x\n    include: [{DUST}, {ORBIT}】\n", "header", 13, "plain brackets: [a, b]"),
    (f"  - preferences: x\n    include: [{ORBIT}; {DUST}]\n", "test-title", 13, f"commas between: [{ORBIT}, {DUST}]"),
    (
        "  - preferences: x\n    include: [Nine Locks and Red Nursery]\n",
        "test-title",
        13,
        "commas between: [Nine Locks, Red Nursery]",
    ),
    (f"  - preferences: x\n    candidates: [{DUST}，{ORBIT}]\n    include: {ORBIT}\n", "header", 13, "no ， or 、"),
    (f"  - preferences: wine #1\n    include: {DUST}\n", "cut-text", 12, 'preferences: "wine #1"'),
    (f"  - preferences: x\n    top: 100\n    include: {DUST}\n", "idle-test", 13, "as in top: 3"),
    (f"  - preferences: x\n    candidates: [{DUST}, {ORBIT}]\n    include: {DUST}\n", "idle-test", 12, "as in top: 1"),
    (f"  ```\n{TEST}", "header", 12, "take this line out"),
]


@pytest.mark.parametrize(("typed", "rule", "line", "words"), AS_A_TEST)
def test_a_slip_in_a_test_is_found_in_its_line(mistaken, typed, rule, line, words):
    found = mistaken("tests:\n", f"tests:\n{typed}", "pack.yaml")
    assert [f[:3] for f in found] == [(rule, "pack.yaml", line)]
    assert words in found[0][3]


@pytest.mark.parametrize(
    "typed",
    [
        f'# mine\n  - preferences: "I like x" # mine\n    top: 2 # mine\n    include: [{DUST}] # mine\n'
        f"    exclude: '{ORBIT}' # mine\n",
        f"  - preferences: x\n    include: # mine\n      - {DUST} # mine\n",
        f"  - preferences: >\n      – first\n      \u3000\u3000and\n      * second # not mine\n    include: {DUST}\n",
        f"  - preferences: 你好，世界、再见；# x\n    include: {DUST} # the title is whole, so this is a remark\n",
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
            13,
            "take this line out",
        ),
        ("---\n", "{\\rtf1\n", "yes-no.jinja", "header", 1, "plain text"),
        ("domain: films", "```yaml\ndomain: films", "pack.yaml", "header", 1, "take this line out"),
        ("answers: [Yes, No]", "answers: 【Yes, No】", "yes-no.jinja", "header", 4, "plain brackets: [a, b]"),
        ("answers: [Yes, No]", "answers: [Yes；No]", "yes-no.jinja", "header", 4, "a plain comma"),
        ("answers: [", "answers:\u00a0[", "yes-no.jinja", "header", 4, "plain spaces"),
        (
            "answers: [Yes, No]",
            "answers: [Yes, No]\nfields: [mood，tone]",
            "yes-no.jinja",
            "joined-fields",
            5,
            "[mood, tone]",
        ),
    ],
)
def test_a_slip_in_a_header_is_found_in_its_line(mistaken, old, new, file, rule, line, words):
    ((found, where, at, suggestion),) = mistaken(old, new, file)
    assert (found, where, at) == (rule, file, line) and words in suggestion


def test_a_second_line_that_is_no_longer_three_hyphens_is_found_where_it_stands(tmp_path):
    source = (shipped_folder() / "films" / "en" / "yes-no.jinja").read_text(encoding="utf-8")
    (found,) = check(tmp_path / "yes-no.jinja", source="---\n" + source.removeprefix("---\n").replace("---\n", "——\n"))
    assert found.message.startswith("—— is not ---") and found.line == source[4:].partition("---\n")[0].count("\n") + 2


@pytest.mark.parametrize(
    ("begun", "what"), [(b"PK\x03\x04", "Word"), (b"\xd0\xcf\x11\xe0", "Word"), (b"%PDF", "PDF"), (b"abcd", "UTF-8")]
)
@pytest.mark.parametrize("name", ["yes-no.jinja", "pack.yaml"])
def test_a_file_of_another_program_is_called_by_its_name(tmp_path, begun, what, name):
    folder = shutil.copytree(shipped_folder() / "films" / "en", tmp_path / "en")
    (folder / name).write_bytes(begun + bytes(range(256)))
    (found,) = check(folder / "yes-no.jinja")
    assert (found.path, found.rule) == (str(folder / name), "header") and what in found.message
