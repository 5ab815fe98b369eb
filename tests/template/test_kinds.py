"""Kinds of template: records of one piece, and a new kind that costs one record and its templates."""

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.authoring.sample_request import sample
from promptrec.authoring.token_spans import view_prompt
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.errors import TemplateError
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.pointwise.calibrated_answers import YesNoRanker
from promptrec.rank.registry import RANKERS
from promptrec.template.kinds import KINDS, AnswerWords, TemplateKind
from promptrec.template.loader import list_templates, load_template
from promptrec.template.spans import joined
from promptrec.testing.bytes_tokenizer import BytesTokenizer
from promptrec.testing.scripted_engine import ScriptedEngine

TRUE_FALSE = TemplateKind(
    "true-false",
    words=AnswerWords(2, 2, "the true word first", best_first=True, default=("True", "False")),
    question={"en": "This suits them. Answer {answers}.", "zh": "这适合TA。请回答{answers}。"},
)
TEMPLATE = """---
kind: true-false
domain: wine
language: en
about: Whether a wine suits the guest.
truncate: [query.preferences]
---
{% block user %}
A guest says: {{ query.preferences }}
The wine: {{ item.title }}
This wine suits the guest. Answer True or False.
{% endblock %}
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of templates with one of a kind that promptrec does not know, and the kind's record."""
    monkeypatch.setitem(KINDS, TRUE_FALSE.name, TRUE_FALSE)
    (tmp_path / "wine/en").mkdir(parents=True)
    (tmp_path / "wine/en/true-false.jinja").write_text(TEMPLATE)
    return tmp_path


@pytest.mark.slow
def test_a_new_kind_is_listed_and_found_by_its_name(folder):
    assert "wine/en/true-false" in {t.name for t in list_templates(folder)}
    template = load_template("wine/en", folder=folder, kind="true-false")
    assert template.kind is TRUE_FALSE and template.header.answers == ("True", "False")


def test_a_new_kind_is_rendered_for_one_item(folder):
    template = load_template("wine/en/true-false", folder=folder)
    rendered = template.render(Query(preferences="dry"), [Item(item_id="1", title="Muscadet")])
    assert joined(rendered.user).splitlines()[:2] == ["A guest says: dry", "The wine: Muscadet"]
    shown = sample(template, Catalog([Item(item_id="1", title="Muscadet"), Item(item_id="2", title="Barolo")]))
    assert [item.title for item in shown.items] == ["Muscadet"] and shown.labels == () and not shown.instruction
    same, varies, _ = view_prompt(template, shown.query, shown.items, BytesTokenizer()).parts
    assert same.ids and not varies.ids


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Answer True or False.", "Good wine.", "no-cue"),
        ("Answer True or False.", "Answer True.", "unnamed-answer"),
        ("{{ item.title }}", "", "not-shown"),
        ("truncate:", "answers: [True]\ntruncate:", "header"),
        ("truncate:", "answers: [False, True]\ntruncate:", "words-order"),
        ("A guest says", "{{ item.title }}. A guest says", "cache-order"),
        ("Answer True or False.", "For example: True", "typed-answer"),
    ],
)
def test_a_new_kind_is_linted(folder, old, new, rule):
    path = folder / "wine/en/true-false.jinja"
    assert check(path) == []
    path.write_text(TEMPLATE.replace(old, new))
    found = check(path)
    assert rule in {one.rule for one in found}, found
    assert all("…" not in one.suggestion for one in found if one.rule == "no-cue")


def test_a_new_kind_ranks_with_a_ranker_that_names_it(folder, monkeypatch):
    class TrueFalse(YesNoRanker):
        name = "true-false"
        template_kind = "true-false"

    monkeypatch.setitem(RANKERS, "true-false", TrueFalse)
    assert template_kinds("true-false") == ("true-false",)
    items = (Item(item_id="1", title="Muscadet"), Item(item_id="2", title="Barolo"))
    template = load_template("wine/en", folder=folder, kind="true-false")
    ranker = build_ranker("true-false", Setup(Catalog(items), {"true-false": template}))
    [ranking] = ranker.rank([RankRequest(Query(query_id="q", preferences="dry"), items)], ScriptedEngine())
    assert ranking.status == "ok" and set(ranking.item_ids) == {"1", "2"}
    assert ranking.templates[0].name == "wine/en/true-false"


def test_a_kind_that_nobody_knows_is_refused_with_those_there_are(folder, monkeypatch):
    monkeypatch.delitem(KINDS, TRUE_FALSE.name)
    with pytest.raises(TemplateError, match="true-false.*none of query-likelihood, .*profile"):
        load_template("wine/en/true-false", folder=folder)


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_a_record_is_of_one_piece(kind):
    assert KINDS[kind.name] is kind
    ways = [kind.scores is not None, kind.words is not None, kind.writes_answer, kind.reads_label, not kind.ranks]
    assert sum(ways) == 1, "a kind's answer is read in one way"
    assert (kind.most_candidates > 1) == kind.lists_candidates
    assert bool(kind.question) == kind.reads_next_token
    assert kind.words is None or len(kind.words.default) in (0, kind.words.most)
