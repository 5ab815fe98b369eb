"""Mistakes of those who never wrote a template, each in the shipped pack for films: found, in its line, with a mend."""

import json
import shutil
from pathlib import Path

import pytest

from promptrec.authoring.lint.linter import check
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.template.loader import shipped_folder
from promptrec.template.template import Template

QUESTION = "Would this film suit them? Answer Yes or No."
PERSON = "{% include '_person.jinja' %}\n"
EXAMPLES = "{% for e in examples %}{{ e.query.preferences }} {{ e.item.title }} {{ e.answer }}\n{% endfor %}"
A_AND_B = '"items": [{"title": "A"}, {"title": "B"}]'


# What stands there, what is written instead, the rule, the line, and words of the suggestion.
IN_THE_BODY = [
    (QUESTION, '{{ "item.title" }}\n' + QUESTION, "quoted-name", 10, "write item.title without quotes"),
    (QUESTION, "{{ 'query.preferences' | upper }}\n" + QUESTION, "quoted-name", 10, "query.preferences without"),
    (QUESTION, "{% if 'item.year' %}x{% endif %}\n" + QUESTION, "quoted-name", 10, "item.year without quotes"),
    (QUESTION, "{% set best = item.title %}\n" + QUESTION, "unused-name", 10, "{{ best }}"),
    (
        QUESTION,
        "{% for one in query.history %}They liked something.{% endfor %}\n" + QUESTION,
        "unused-name",
        10,
        "{{ one }}",
    ),
    (QUESTION, QUESTION + " Answer in French, with Oui or Non.", "language", 10, "in English"),
    (QUESTION, "{{ answer_format }}\n" + QUESTION, "unknown-name", 10, "it can be"),
    (QUESTION, "They like war. The film is a comedy. Answer: No\n" + QUESTION, "typed-answer", 10, "Yes or No"),
    (QUESTION, "# Note: try it with wines\n" + QUESTION, "remark", 10, "{# … #}"),
    (QUESTION, "## 注意：以后再改\n" + QUESTION, "remark", 10, "{# … #}"),
    (QUESTION, "{{ item.label }}\n" + QUESTION, "empty-label", 10, "my_label: [label]"),
    (QUESTION, "It is item.title.\n" + QUESTION, "single-brace", 10, "write {{ item.title }}"),
    (QUESTION, "It is {title}.\n" + QUESTION, "single-brace", 10, "write {{ item.title }}"),
    (QUESTION, "They say {preferences}.\n" + QUESTION, "single-brace", 10, "write {{ query.preferences }}"),
    (QUESTION, "It is <<item.title>>.\n" + QUESTION, "single-brace", 10, "write {{ item.title }}"),
    (QUESTION, "{{ item.title and item.year }}\n" + QUESTION, "several-names", 10, "{{ item.title }} {{ item.year }}"),
    (QUESTION, "{{ item.title, item.year }}\n" + QUESTION, "several-names", 10, "{{ item.title }}, {{ item.year }}"),
    (QUESTION, "{{ item }}\n" + QUESTION, "printed-list", 10, "{{ item.title }}"),
    (QUESTION, "{{ query }}\n" + QUESTION, "printed-list", 10, "{{ query.preferences }}"),
    (QUESTION, "{{ Item.Title }}\n" + QUESTION, "unknown-name", 10, "did you mean item.title?"),
    (QUESTION, "{{ Title }}\n" + QUESTION, "unknown-name", 10, "did you mean item.title?"),
    (QUESTION, "{{ film.title }}\n" + QUESTION, "unknown-name", 10, "did you mean item.title?"),
    (QUESTION, "{{ viewer.preferences }}\n" + QUESTION, "unknown-name", 10, "did you mean query.preferences?"),
    (QUESTION, "{% if item.age_rating == PG %}x{% endif %}\n" + QUESTION, "unknown-name", 10, 'write "PG"'),
    (QUESTION, "{{ item title }}\n" + QUESTION, "jinja", 10, "write item.title"),
    (QUESTION, "{{ item:title }}\n" + QUESTION, "jinja", 10, "write item.title"),
    (QUESTION, "{{ if item.year }}x\n" + QUESTION, "jinja", 10, "write {% if item.year %}"),
    (QUESTION, "{% if item.year %}x\n" + QUESTION, "jinja", 10, "write {% endif %} where it is to end"),
    ("{% endblock %}", "", "jinja", 6, "write {% endblock %} where it is to end"),
    (QUESTION, "{% if item.year then %}x{% endif %}\n" + QUESTION, "jinja", 10, "leave it out"),
    (QUESTION, "{% if item.year exists %}x{% endif %}\n" + QUESTION, "jinja", 10, "{% if not item.year %}"),
    (QUESTION, "{% if item.year is empty %}x{% endif %}\n" + QUESTION, "unknown-filter", 10, "{% if not item.year %}"),
    (
        QUESTION,
        "{% if item.genres contains 'War' %}x{% endif %}\n" + QUESTION,
        "jinja",
        10,
        'if "Horror" in item.genres',
    ),
    (QUESTION, "{{% if item.year %}}x{{% endif %}}\n" + QUESTION, "jinja", 10, "write {% if item.year %}"),
    (QUESTION, "{% item.title %}\n" + QUESTION, "jinja", 10, "double braces"),
    (QUESTION, "{% film %}\n" + QUESTION, "jinja", 10, "mend this line"),
    (QUESTION, "{% else %}\n" + QUESTION, "jinja", 10, "put it between"),
    (QUESTION, "{{ item's title }}\n" + QUESTION, "jinja", 10, "write one before and one behind"),
    (QUESTION, "{{ item.year OR item.cast }}\n" + QUESTION, "jinja", 10, "small letters"),
    (QUESTION, "{ if item.year }\n" + QUESTION, "single-brace", 10, "write {% if item.year %}"),
    (QUESTION, "Facts:\\n\n" + QUESTION, "escaped-sign", 10, "begin a new line"),
    (QUESTION, "<!-- ask nicely -->\n" + QUESTION, "remark", 10, "{# … #}"),
    (QUESTION, "// ask nicely\n" + QUESTION, "remark", 10, "{# … #}"),
    (QUESTION, "Films &amp; people.\n" + QUESTION, "web-sign", 10, "'&'"),
    (QUESTION, "Would this film suit them? Answer Yes or Nope.", "unnamed-answer", 10, "Answer Yes or No."),
    (QUESTION, '{％ include "_person.jinja" ％}\n' + QUESTION, "single-brace", 10, "plain signs % and { }: {% include"),
    (QUESTION, "｛％ if item.year ％｝\n" + QUESTION, "single-brace", 10, "{% if item.year %}"),
    (QUESTION, "{{ item.title }}}\n" + QUESTION, "stray-brace", 10, "take it out: {{ item.title }}"),
    (QUESTION, "{{{ item.title }}\n" + QUESTION, "jinja", 10, "write {{ item.title }}"),
    (QUESTION, "{{ item.title\nA person\n" + QUESTION, "jinja", 10, "write }} where it is to end"),
    (QUESTION, "{{ item.title\nof {{ item.year }}\n" + QUESTION, "jinja", 10, "write }} where it is to end"),
    (QUESTION, "{% if item.title\nA person\n" + QUESTION, "jinja", 10, "write %} where it is to end"),
    (QUESTION, "{% if item.year %x{% endif %}\n" + QUESTION, "jinja", 10, "write %} where it is to end"),
    (QUESTION, "{{ item.title }\n" + QUESTION, "jinja", 10, "close it as it is opened"),
    (QUESTION, "{% if item.year }x{% endif %}\n" + QUESTION, "jinja", 10, "close it as it is opened"),
    (QUESTION, "{{ item.title %}\n" + QUESTION, "jinja", 10, "close it as it is opened"),
    (QUESTION, '{% import "os" %}\n' + QUESTION, "unsafe", 10, "{% include '_part.jinja' %}"),
    (QUESTION, "{{ item.facts }}\n" + QUESTION, "printed-list", 10, "{{ name }}: {{ value }}; {% endfor %}"),
    (QUESTION, "{{ item.others | join(', ') }}\n" + QUESTION, "printed-list", 10, "for name, value in item.others"),
    (
        QUESTION,
        "{% for one in item.facts %}{{ one }}{% endfor %}\n" + QUESTION,
        "printed-list",
        10,
        "{% for name, value in item.facts %}{{ name }}: {{ value }}; {% endfor %}",
    ),
    (QUESTION, "{{ query.attributes }}\n" + QUESTION, "printed-list", 10, "{{ query.attributes[name] }}; {% endfor %}"),
]
IN_THE_HEADER = [
    ("answers: [Yes, No]", "answers: [Good, Bad]", "unnamed-answer", 10, "Answer Good or Bad."),
    ("answers: [Yes, No]", "answers: [No, Yes]", "words-order", 4, "answers: [Yes, No]"),
    ("answers: [Yes, No]", "answers:", "header", 4, "take the line out"),
    ("kind: yes-no", "kind: Yes-No", "header", 2, "did you mean 'yes-no'?"),
    ("about: Whether the person would enjoy the film, yes or no.", "about:", "empty-header", 3, "in a few words"),
    ("about: Whether the person would enjoy the film, yes or no.", "about: ' '", "empty-header", 3, "in a few words"),
    ("answers: [Yes, No]", "answers: [Yes, No]\nexamples:", "header", 5, "take the line out"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new", "rule", "line", "mend"), [*IN_THE_BODY, *IN_THE_HEADER])
def test_a_mistake_is_found_in_its_line_with_a_mend(mistaken, old, new, rule, line, mend):
    ((found, file, where, suggestion),) = mistaken(old, new)
    assert (found, file, where) == (rule, "yes-no.jinja", line)
    assert mend in suggestion


@pytest.mark.parametrize(
    ("old", "new", "line", "rule", "mend"),
    [
        ("[1, 2, 3, 4, 5]", "[5, 4, 3, 2, 1]", 4, "words-order", "answers: [1, 2, 3, 4, 5]"),
        ("[1, 2, 3, 4, 5]", "[bad, fair, good]", 10, "unnamed-answer", "Answer bad or fair or good."),
        ("to 5 (perfectly)", "to 10 (perfectly)", 10, "unnamed-answer", "Answer 1 or 2"),
        ("kind: graded", "kind: item-pmi", 1, "jinja", "{% block reply %}"),
    ],
)
def test_grades_run_upwards_and_are_named(mistaken, old, new, line, rule, mend):
    ((found, _, where, suggestion),) = mistaken(old, new, "graded.jinja", "graded.jinja")
    assert (found, where) == (rule, line) and mend in suggestion


def test_the_name_of_a_file_and_its_way_of_ranking_agree(mistaken):
    found = mistaken("kind: yes-no\n", "kind: graded\n")
    assert ("other-name", 2, "call it graded.jinja, or write kind: yes-no") in [(f[0], f[2], f[3]) for f in found]


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "mend"),
    [
        ("domain: films", "domain:", "empty-header", 1, "domain: wine"),
        ("include: [Dust and Spurs]", "include: [dust and spurs]", "header", 31, "did you mean 'Dust and Spurs'?"),
        ("include: [Dust and Spurs]", "include: Dust and Spurs, Orbit of Glass", "header", 31, "brackets: [a, b]"),
        (
            "tests:\n",
            "tests:\n  - preferences: x\n    include: Red Nursery, Nine Locks\n",
            "test-title",
            13,
            "[Red Nursery",
        ),
    ],
)
def test_a_mistake_in_the_settings_of_the_pack_is_found_there(mistaken, old, new, rule, line, mend):
    found = mistaken(old, new, "pack.yaml")
    assert found[0][:3] == (rule, "pack.yaml", line) and mend in found[0][3]


@pytest.mark.parametrize(
    ("examples", "line", "mend"),
    [
        ("", 1, "take `examples` out of the header"),
        ("\n \n", 1, "write one example a line"),
        (f'\n{{{A_AND_B}, "right": ["A"]}}\n', 2, "write what somebody says"),
        (f'{{"preferences": "x", {A_AND_B}}}\n', 1, '"right": ["A"]'),
        ('{"preferences": "x", "items": [{"name": "A"}, {"title": "B"}], "right": ["B"]}', 1, '{"title": "A"}'),
    ],
)
def test_examples_that_are_missing_or_lack_something_are_found_in_their_file(tmp_path, examples, line, mend):
    folder = shutil.copytree(shipped_folder() / "films" / "en", tmp_path / "en")
    (folder / "people.jsonl").write_text(examples)
    path = folder / "yes-no.jinja"
    source = path.read_text().replace("answers: ", "examples: people.jsonl\nanswers: ")
    path.write_text(source.replace(PERSON, EXAMPLES + PERSON))
    (found,) = check(path)
    assert (found.path, found.line) == (str(folder / "people.jsonl"), line) and mend in found.suggestion


def test_a_question_names_its_answers_by_itself_in_examples_or_as_a_question(tmp_path):
    folder = shutil.copytree(shipped_folder() / "films" / "en", tmp_path / "en")
    path = folder / "yes-no.jinja"
    source = path.read_text()
    assert check(path, source=source.replace(" Answer Yes or No.", "")) == []
    right = [{"preferences": "x", "items": [{"title": "A"}, {"title": "B"}], "right": [one]} for one in "AB"]
    (folder / "people.jsonl").write_text("\n".join(map(json.dumps, right)))
    source = source.replace("answers: ", "examples: people.jsonl\nanswers: ").replace("[Yes, No]", "[Good, Bad]")
    source = source.replace(PERSON, EXAMPLES + PERSON).replace("Answer Yes or No.", "Which is it?")
    assert check(path, source=source) == []


@pytest.mark.parametrize(
    "typed",
    [
        '{"title": "{{ item.title }}", "year": {{ item.year }}}',
        "{{ '{' }}{{ item.title }}}",
        "{{ {'a': 'x'}['a'] }}",
        "{% for one in item.facts %}{{ one | join(': ') }} {{ one[0] }}{% endfor %}",
        "{{ item.facts | map('join', ': ') | join('; ') }}",
        "{{ query.attributes | join(', ') }}",
        "{{ item.title\n | upper }}",
        "A film for 100 {％} of them.",
    ],
)
def test_what_only_looks_like_a_slip_in_the_text_is_none(mistaken, typed):
    assert mistaken(QUESTION, f"{typed}\n{QUESTION}") == []


SOUND = sorted((Path(__file__).parent / "sound").glob("*.jinja"))


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_a_sound_template_in_a_style_of_its_own_has_no_finding(path):
    fields = dict.fromkeys(Template.from_file(path).header.fields, "low")
    catalog = Catalog([Item(item_id=str(n), title=f"Thing {n}", fields=fields) for n in range(1, 9)])
    assert check(path, catalog=catalog) == []
    assert check(path) == []


@pytest.mark.parametrize("sign", ["[title]", "%title%", "$title", "«title»", "<<title>>"])
def test_signs_of_other_programs_are_names_where_nothing_else_shows_the_field(found, sign):
    (told,) = found(line=f"Wine: {sign.replace('title', 'item_id')}\n")
    assert (told.rule, told.line, told.suggestion) == ("single-brace", 8, "write {{ item.item_id }}")
    assert found(line=f"Wine: {sign}\n") == [], "a title in brackets beside the title is only a mark"


def test_what_the_answer_s_form_is_called_elsewhere_is_known(mistaken):
    file = "listwise-text.jinja"
    found = mistaken("{{ instruction }}", "{{ answer_format }}", file, file)
    assert ["did you mean 'instruction'?" in mend for rule, _, _, mend in found if rule == "unknown-name"] == [True]
