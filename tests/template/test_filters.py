import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import TemplateError
from promptrec.prompt import fit, shortened_to
from promptrec.template.spans import joined
from promptrec.template.template import Template
from promptrec.testing.bytes_tokenizer import BytesTokenizer

HEADER = "---\nranks: yes-no\ndomain: x\nlanguage: {}\nabout: a test\nlimits: [item.title]\n---\n"


def shown(expression, language="en", **fields):
    source = HEADER.format(language) + "{% block user %}" + expression + "{% endblock %}"
    item = Item(item_id="1", title="A title", fields=fields)
    return joined(fit(Template("t", source), Query(), [item], (), BytesTokenizer(), 10_000).prompt.context)


@pytest.mark.parametrize(
    ("expression", "field", "en", "zh"),
    [
        ("{{ item.x | date }}", "2024-05-01", "May 1, 2024", "2024年5月1日"),
        ("{{ item.x | date }}", "2024-05-01T10:00:00", "May 1, 2024", "2024年5月1日"),
        ("{{ item.x | date }}", "next week", "next week", "next week"),
        ("{{ item.x | price }}", 12.5, "$12.50", "¥12.50"),
        ("{{ item.x | price }}", "1200", "$1,200", "¥1,200"),
        ("{{ item.x | price('EUR') }}", 3, "€3", "€3"),
        ("{{ item.x | price }}", "on request", "on request", "on request"),
        ("{{ item.x | price }}", "1e999999999", "1e999999999", "1e999999999"),
        ("{{ item.x | year }}", "1987-03-01", "1987", "1987"),
        ("{{ item.x | year }}", 1987, "1987", "1987"),
        ("{{ item.x | year }}", "c. 1650, repainted", "1650", "1650"),
        ("{{ item.x | year }}", "12345", "", ""),
    ],
)
def test_fields_are_written_as_the_language_writes_them(expression, field, en, zh):
    assert shown("x" + expression, x=field) == f"x{en}"
    assert shown("x" + expression, "zh", x=field) == f"x{zh}"


@pytest.mark.parametrize("wrong", ["{{ item.x | price('EURO') }}", "{{ item.x | shorten(0) }}"])
def test_a_wrong_argument_is_said(wrong):
    with pytest.raises(TemplateError, match=r"price takes|shorten takes"):
        shown(wrong, x="1")


def test_shorten_keeps_as_many_tokens_as_the_model_counts():
    assert shown("{{ item.x | shorten(6) }}", x="abcdef") == "abcdef"
    assert shown("{{ item.x | shorten(5) }}", x="abcdef") == "abcd…"


@pytest.mark.parametrize("tokens", range(1, 12))
def test_what_is_shortened_is_whole_characters_and_short_enough(tokens):
    text = shortened_to("花园和孩子们", tokens, BytesTokenizer())
    assert "\ufffd" not in text and text.rstrip("…") == "花园和孩子们"[: len(text.rstrip("…"))]


def test_a_template_cannot_call_the_way_to_count_tokens():
    with pytest.raises(TemplateError, match="start with _"):
        shown("{{ _shortened }}")
