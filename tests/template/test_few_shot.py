from collections import Counter

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import TemplateError
from promptrec.template.spans import joined
from promptrec.template.template import Template

HEADER = (
    "---\nkind: {}\ndomain: wine\nlanguage: en\nabout: a test\nexamples: e.jsonl\ntruncate: [query.preferences]\n---\n"
)
LINE = '{{"preferences": "p{0}", "items": [{{"title": "bad{0}"}}, {{"title": "good{0}"}}], "right": ["good{0}"]}}\n'
LISTWISE = (
    "{% block user %}{% for e in examples %}{% for c in e.candidates %}{{ c.label }}{{ c.title }} {% endfor %}"
    "={{ e.answer }}\n{% endfor %}{% for c in candidates %}{{ c.title }}{% endfor %}{% endblock %}"
)
PAIRS = (
    "{% block user %}{% for e in examples %}"
    "{{ e.query.preferences }} {{ e.item.title }} {{ e.answer }}\n{% endfor %}{% endblock %}"
)


def template(tmp_path, kind, body, lines, answers=""):
    (tmp_path / "e.jsonl").write_text(lines)
    path = tmp_path / "t.jinja"
    path.write_text(HEADER.format(kind).replace("truncate", answers + "truncate") + body)
    return Template.from_file(path)


def lines(n):
    return "".join(LINE.format(k) for k in range(n))


def said(template, labels=()):
    return joined(template.render(Query(), [Item(item_id="1", title="x")], labels).user).split("\n")


def test_yes_and_no_alternate_and_each_is_true(tmp_path):
    assert said(template(tmp_path, "yes-no", PAIRS, lines(4))) == [
        "p0 good0 Yes",
        "p1 bad1 No",
        "p2 good2 Yes",
        "p3 bad3 No",
    ]


def test_the_best_and_the_worst_grade_alternate(tmp_path):
    shown = said(template(tmp_path, "graded", PAIRS, lines(2), "answers: [poor, fair, great]\n"))
    assert shown == ["p0 good0 great", "p1 bad1 poor"]


def test_the_right_item_visits_every_slot_equally_often(tmp_path):
    shown = said(template(tmp_path, "listwise-labels", LISTWISE, lines(6)), ("A",))
    answers = Counter(line.rpartition("=")[2] for line in shown if "=" in line)
    assert answers == {"A": 3, "B": 3}
    assert shown[:2] == ["Agood0 Bbad0 =A", "Abad1 Bgood1 =B"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "e.jsonl:1: not an example"),
        ('{"items": [{"title": "a"}], "right": ["a"]}', "e.jsonl:1: field items"),
        (
            '\n{"preferences": "x", "items": [{"title": "a"}, {"title": "b"}], "right": ["c"]}',
            "e.jsonl:2: right names 'c'",
        ),
        ('{"items": [{"title": "a"}, {"title": ""}], "right": ["a"]}', "e.jsonl:1: "),
        ('{"likes": 1}', "e.jsonl:1: field"),
        ('{"items": [{"title": "a"}, {"title": "b"}], "right": ["a"]}', "e.jsonl:1: .* has no person"),
    ],
)
def test_a_wrong_example_is_said_with_file_and_line(tmp_path, line, said):
    with pytest.raises(TemplateError, match=said):
        template(tmp_path, "yes-no", PAIRS, line)


def test_a_file_that_is_not_there_is_said(tmp_path):
    path = tmp_path / "t.jinja"
    path.write_text(HEADER.format("yes-no") + PAIRS)
    with pytest.raises(TemplateError, match=r"e\.jsonl: cannot be read"):
        Template.from_file(path)
