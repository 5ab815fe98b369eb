"""What the author typed and which names they used, with file and line."""

import pytest

from promptrec.errors import TemplateError
from promptrec.template.analysis.references import Place, Typed, Use, read_references
from promptrec.template.template import Template

HEADER = "---\nkind: listwise-labels\ndomain: wine\nlanguage: en\nabout: a test\ntruncate: [item.title]\n---\n"


def read(body, tmp_path, **parts):
    for name, text in parts.items():
        (tmp_path / f"_{name}.jinja").write_text(text)
    path = tmp_path / "labels.jinja"
    path.write_text(HEADER + body)
    return read_references(Template.from_file(path))


def uses(body, tmp_path, **parts):
    pieces = read("{% block user %}" + body + "{% endblock %}", tmp_path, **parts)["user"]
    return [piece for piece in pieces if isinstance(piece, Use)]


@pytest.mark.parametrize(
    ("body", "names", "printed"),
    [
        ("{{ query.preferences }}", ("query", "preferences"), True),
        ("{{ query['preferences'] | upper }}", ("query", "preferences"), True),
        ("{% for wine in candidates %}{{ wine.title }}{% endfor %}", ("item", "title"), True),
        ("{% for wine in candidates[:3] | reverse %}{{ wine.title }}{% endfor %}", ("item", "title"), True),
        ("{{ candidates | map(attribute='title') | join }}", ("item", "title"), True),
        ("{{ (candidates | first).title }}", ("item", "title"), True),
        (
            "{% for c in candidates %}{% for n, v in c.facts %}{{ v }}{% endfor %}{% endfor %}",
            ("item", "facts", "*"),
            True,
        ),
        ("{% set words = query.context %}{{ words }}", ("query", "context"), True),
        ("{% with words = query.context %}{{ words }}{% endwith %}", ("query", "context"), True),
        ("{% set line = 'x' ~ query.context %}{{ line }}", ("query", "context"), True),
        (
            "{% set line = query.context or 'x' %}{% set more = line ~ 'x' %}{{ more | upper }}",
            ("query", "context"),
            True,
        ),
        ("{% set line = query.context or 'x' %}{% set more = line | trim %}{{ more }}", ("query", "context"), True),
        ("{% with line = query.context or 'x' %}{{ line }}{% endwith %}", ("query", "context"), True),
        ("{% set line = query.context ~ 'x' %}", ("query", "context"), False),
        ("{{ 'x' if query.context else '' }}", ("query", "context"), False),
        ("{% if query.context %}x{% endif %}", ("query", "context"), False),
        ("{{ (query.context or query.preferences)[-1:] }}", ("query", "preferences"), True),
        ("{% for c in candidates %}{{ query.attributes[c.title] }}{% endfor %}", ("item", "title"), False),
    ],
)
def test_what_the_last_name_stands_for_and_whether_it_is_put_in(tmp_path, body, names, printed):
    last = uses(body, tmp_path)[-1]
    assert (last.names, last.printed) == (names, printed)


def test_names_of_examples_are_told_apart(tmp_path):
    found = uses("{% for e in examples %}{{ e.query.preferences }}{% endfor %}{{ query.preferences }}", tmp_path)
    assert [(u.names, u.of_example) for u in found if u.printed] == [
        (("query", "preferences"), b) for b in (True, False)
    ]


def test_filters_and_what_is_written_are_kept(tmp_path):
    (use,) = uses("{{ query.context | trim | shorten(9) }}", tmp_path)
    assert (use.filters, use.written) == (("trim", "shorten"), "query.context")


def test_parts_are_in_their_place_with_their_own_lines(tmp_path):
    pieces = read(
        "{% extends '_base.jinja' %}\n{% block question %}\nWhich?\n{% endblock %}",
        tmp_path,
        base="{% block user %}\nOne.\n{% include '_two.jinja' %}\n{% block question %}x{% endblock %}\n{% endblock %}",
        two="Two.\n{{ query.context }}\n",
    )["user"]
    told = [(p.text.strip() if isinstance(p, Typed) else p.written, p.place) for p in pieces]
    assert [(words, place) for words, place in told if words] == [
        ("One.", Place(str(tmp_path / "_base.jinja"), 2)),
        ("Two.", Place(str(tmp_path / "_two.jinja"), 1)),
        ("query.context", Place(str(tmp_path / "_two.jinja"), 2)),
        ("Which?", Place(str(tmp_path / "labels.jinja"), 10)),
    ]


def test_a_character_of_a_text_is_found_on_its_line(tmp_path):
    (typed,) = read("{% block user %}\none\ntwo\n{% endblock %}", tmp_path)["user"]
    assert [typed.at(typed.text.index(word)).line for word in ("one", "two")] == [9, 10]


def test_parts_that_use_one_another_without_end_are_refused(tmp_path):
    parts = {f"p{n}": f"{{% include '_p{n + 1}.jinja' %}}" * 2 for n in range(12)} | {"p12": "x"}
    with pytest.raises(TemplateError, match="include one another"):
        uses("{% include '_p0.jinja' %}", tmp_path, **parts)


def test_blocks_of_a_part_that_is_included_are_its_own(tmp_path):
    """As they are when it is rendered, though the template has blocks of these names too."""
    part = "{% extends '_b.jinja' %}{% block question %}{{ query.context }}{% endblock %}"
    base = "{% block user %}{{ query.history }}{% block question %}{% endblock %}{% endblock %}"
    found = uses("{% include '_a.jinja' %}", tmp_path, a=part, b=base)
    assert [(u.written, u.place) for u in found] == [
        ("query.history", Place(str(tmp_path / "_b.jinja"), 1)),
        ("query.context", Place(str(tmp_path / "_a.jinja"), 1)),
    ]


def test_what_is_put_together_again_and_again_has_an_end(tmp_path):
    body = "{% set x = query.context ~ item.title %}" + "{% set x = (x | upper) ~ (x | lower) %}" * 60 + "{{ x }}"
    assert [use.names for use in uses(body, tmp_path)][-2:] == [("query", "context"), ("item", "title")]
