"""Seeded faults: each template in faults/ differs from a good one of the same folder by one thing."""

import difflib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.authoring.lint.linter import check
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.testing.bytes_tokenizer import BytesTokenizer

FOLDER = Path(__file__).parent / "faults"
GOOD = sorted(FOLDER.glob("good-*.jinja"))
# Bytes are more numerous than tokens.
ROOM = 4_000
# The template, the good one it differs from, the rule, the line, and words of the suggestion.
FAULTS = [
    ("unknown-item-name", "yes-no", "unknown-name", 28, "did you mean 'title'?"),
    ("unknown-person-name", "graded", "unknown-name", 13, "did you mean 'preferences'?"),
    ("unknown-loop-name", "labels", "unknown-name", 26, "did you mean 'description'?"),
    ("unknown-top-name", "query", "unknown-name", 14, "query, item"),
    ("printed-list", "text", "printed-list", 19, "{% for name, value in candidate.facts %}"),
    ("unused-field", "yes-no", "unused-field", 6, "{{ item.grape }}"),
    ("unused-limit", "pmi", "unused-limit", 7, "take query.context out"),
    ("unused-examples", "graded", "unused-examples", 9, "for example in examples"),
    ("person-not-shown", "query", "not-shown", 11, "{{ query.preferences }}"),
    ("item-not-shown", "graded", "not-shown", 17, "{{ item.title }}"),
    ("labels-not-shown", "labels", "not-shown", 26, "[{{ candidate.label }}]"),
    ("instruction-not-shown", "text", "not-shown", 21, "{{ instruction }}"),
    ("no-question", "yes-no", "no-cue", 28, "Answer Yes or No."),
    ("no-question-labels", "labels", "no-cue", 26, "Answer with its label"),
    ("no-question-grades", "graded", "no-cue", 18, "1 or 2 or 3 or 4 or 5"),
    ("space-before-label", "labels", "space-before-slot", 31, "take the space away"),
    ("glued-label", "labels", "glued-label", 31, "{% block reply %}[{% endblock %}"),
    ("long-answer-word", "yes-no", "word-tokens", 8, "shorter"),
    ("item-first", "pmi", "cache-order", 10, "person says first"),
    ("person-first", "query", "cache-order", 10, "put the item into the first lines"),
    ("candidates-first", "text", "cache-order", 15, "person says first"),
    ("scored-text-shown", "pmi", "scored-text-shown", 15, "reply block alone"),
    ("field-not-in-catalogue", "graded", "not-in-catalogue", 17, "its columns are region, description"),
    ("control-token", "query", "control-token", 11, "chat: true"),
    ("typed-title", "graded", "typed-value", 12, "{{ item.title }}"),
    ("typed-person", "yes-no", "typed-value", 19, "{{ query.preferences }}"),
    ("too-long", "labels", "too-long", 9, "add item.description to `truncate`"),
    ("one-example", "yes-no", "one-answer", 9, "at least 2 people"),
    ("one-example-labels", "labels", "one-answer", 8, "at least 3 people"),
    ("typed-label", "labels", "typed-answer", 28, "with its label in brackets"),
    ("typed-yes", "yes-no", "typed-answer", 29, "Yes or No"),
    ("reads-as-answer", "text", "reads-as-answer", 21, "{{ instruction }}"),
    ("says-english-is-chinese", "chinese", "language", 4, "write language: zh"),
    ("says-chinese-is-english", "yes-no", "language", 4, "write language: en"),
    ("english-answer-word", "chinese", "language", 8, "take a word in Chinese"),
    ("call", "graded", "unsafe", 17, "a filter"),
    ("private-name", "graded", "unsafe", 17, "never do"),
    ("safe-filter", "yes-no", "unsafe", 28, "leave it out"),
    ("unknown-filter", "graded", "unknown-filter", 17, "did you mean 'shorten'?"),
    ("not-closed", "graded", "jinja", 14, "write {% endif %} where it is to end"),
    ("unknown-block", "query", "jinja", 13, "did you mean 'reply'?"),
    ("outside", "query", "jinja", 9, "{% block user %}"),
    ("old-header-name", "graded", "header", 2, "it is called kind here"),
    ("not-yaml", "graded", "header", 9, "[a, b]"),
    ("no-language", "graded", "header", 1, "add a line `language: …`"),
    ("no-limit", "graded", "no-limit", 13, "add query.preferences to `truncate`"),
    ("unknown-test-title", "yes-no", "test-title", 15, "did you mean 'Barolo Riserva'?"),
    ("single-brace", "yes-no", "single-brace", 28, "write {{ item.description }}"),
    ("wide-brace", "yes-no", "single-brace", 28, "write {{ item.description }}"),
    ("two-word-name", "yes-no", "jinja", 28, 'item["tasting note"]'),
    ("shorten-without-brackets", "yes-no", "jinja", 28, "| shorten(40)"),
    ("curly-quotes", "yes-no", "letters", 26, "straight ones"),
    ("label-without-bracket", "labels", "label-mark", 26, "[{{ candidate.label }}]"),
    ("twice-tests", "yes-no", "header", 14, "put both under one 'tests'"),
    ("no-person", "yes-no", "header", 14, "- preferences: what somebody says"),
    ("unknown-test-field", "yes-no", "header", 16, "known: preferences, history"),
    ("tab", "yes-no", "header", 16, "use spaces"),
    ("quote-not-closed", "yes-no", "header", 8, "close it in the same line"),
    ("second-colon", "yes-no", "header", 5, "double quotes"),
    ("no-space-behind-colon", "yes-no", "header", 7, "write `name: value`"),
    ("too-far-right", "yes-no", "header", 15, "as many spaces"),
    ("too-far-left", "yes-no", "header", 16, "two spaces"),
    ("header-without-end", "yes-no", "header", 1, "below the header"),
    ("header-without-start", "yes-no", "header", 1, "in line 1"),
    ("tests-contradict", "yes-no", "test-contradiction", 14, "keep the one that is meant"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "good", "rule", "line", "suggestion"), FAULTS, ids=lambda value: str(value)[:30])
def test_a_seeded_fault_is_found_with_its_line_and_a_suggestion_and_nothing_else_is(name, good, rule, line, suggestion):
    found = check(FOLDER / f"{name}.jinja", tokenizer=BytesTokenizer(), context_length=ROOM)
    assert {(f.rule, f.line, f.path) for f in found} == {(rule, line, str(FOLDER / f"{name}.jinja"))}
    assert suggestion in found[0].suggestion


@pytest.mark.parametrize(("name", "good", "rule", "line", "suggestion"), FAULTS, ids=lambda value: str(value)[:30])
def test_it_differs_from_a_good_template_by_that_fault_alone(name, good, rule, line, suggestion):
    texts = [(FOLDER / f"{n}.jinja").read_text(encoding="utf-8").split("\n") for n in (f"good-{good}", name)]
    changes = [c for c in difflib.SequenceMatcher(None, *texts, autojunk=False).get_opcodes() if c[0] != "equal"]
    moved = 2 if name == "candidates-first" else 3 if name == "field-not-in-catalogue" else 1
    assert 1 <= len(changes) <= moved


def test_the_table_has_every_template_of_the_folder():
    assert {path.stem for path in FOLDER.glob("*.jinja")} == {f[0] for f in FAULTS} | {path.stem for path in GOOD}


@pytest.mark.parametrize("path", GOOD, ids=lambda p: p.stem)
def test_a_good_template_has_no_finding(path):
    assert check(path, tokenizer=BytesTokenizer(), context_length=ROOM) == []
    assert check(path) == []


@pytest.mark.model
def test_all_seeded_faults_are_found_with_a_real_tokenizer(smollm2):
    tokenizer = ModelTokenizer.from_folder(smollm2.folder)
    found = {
        name: {(f.rule, f.line) for f in check(FOLDER / f"{name}.jinja", tokenizer=tokenizer)} for name, *_ in FAULTS
    }
    assert found == {name: {(rule, line)} for name, _, rule, line, _ in FAULTS}
    assert [f for path in GOOD for f in check(path, tokenizer=tokenizer)] == []


def test_what_is_not_saved_yet_is_checked_in_the_place_of_the_file():
    path = FOLDER / "good-query.jinja"
    source = path.read_text(encoding="utf-8").replace("item.title", "item.titel")
    (found,) = check(path, source=source)
    assert str(found) == (
        f"{path}:10: item.titel: item has no 'titel'; did you mean 'title'? it can be title, item_id, label, facts, "
        "others, region, description; or declare it: fields: [titel]"
    )


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    (found,) = check(tmp_path / "none.jinja")
    assert found.severity == "error" and "cannot be read" in found.message


TYPED = ("", "{{", "%}", "\n", "x", ": [", "| first", "{% for a in b %}", "_", "[0]", "'", "---", "{% include '_a' %}")
SOURCES = [path.read_text(encoding="utf-8") for path in GOOD]


@pytest.mark.slow
@given(st.sampled_from(SOURCES), st.data())
def test_no_edit_of_a_template_makes_it_raise(source, data):
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, min(len(source), start + 60)))
    typed = data.draw(st.sampled_from(TYPED))
    edited = source[:start] + typed + source[end:]
    for found in check(FOLDER / "edited.jinja", source=edited, tokenizer=BytesTokenizer(), context_length=ROOM):
        assert found.message and found.suggestion
        assert 1 <= found.line <= edited.count("\n") + 1
