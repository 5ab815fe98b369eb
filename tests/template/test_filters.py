import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError, TemplateError
from promptrec.prompt import fit, shortened_to
from promptrec.template.spans import joined
from promptrec.template.template import Template
from promptrec.testing.bytes_tokenizer import BytesTokenizer

HEADER = "---\nkind: yes-no\ndomain: x\nlanguage: {}\nabout: a test\ntruncate: [item.title]\n---\n"


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


def replied(body, language="en", **query):
    source = HEADER.format(language).replace("yes-no", "query-likelihood") + "{% block user %}{{ item.title }}"
    body = "{% endblock %}{% block reply %}\n{% filter sentences %}\n" + body + "\n{% endfilter %}\n{% endblock %}"
    return Template("t", source + body).render(Query(**query), [Item(item_id="1", title="A title")]).reply


@pytest.mark.parametrize(
    ("preferences", "en", "zh"),
    [
        ("no blood", "no blood. Thanks.", "no blood。Thanks."),
        ("no blood!", "no blood! Thanks.", "no blood!Thanks."),
        ('like "Jaws!"', 'like "Jaws!" Thanks.', 'like "Jaws!"Thanks.'),
        ("quiet (very)", "quiet (very). Thanks.", "quiet (very)。Thanks."),
        ("不要血腥。", "不要血腥。 Thanks.", "不要血腥。Thanks."),
        ("", "Thanks.", "Thanks."),
        ("one\n\ntwo", "one\n\ntwo. Thanks.", "one\n\ntwo。Thanks."),
    ],
)
def test_each_line_of_the_block_is_a_sentence(preferences, en, zh):
    assert joined(replied("{{ query.preferences }}\n\n  Thanks.", preferences=preferences)) == en
    assert joined(replied("{{ query.preferences }}\n\n  Thanks.", "zh", preferences=preferences)) == zh


def test_the_last_sentence_stays_as_it_is():
    assert joined(replied("{{ query.preferences }}\n{{ query.context }}", preferences="a", context="b")) == "a. b"
    assert joined(replied("{{ query.preferences }}\n{{ query.context }}", preferences="a")) == "a"


@pytest.mark.slow
@given(st.text(max_size=30), st.text(max_size=30))
def test_what_people_wrote_stays_untrusted_and_the_full_stops_between_are_trusted(preferences, context):
    try:
        query = Query(preferences=preferences, context=context)
    except InputError:
        assume(False)
    body = "{{ query.preferences }}\n{{ query.context }}\nEnd"
    parts = replied(body, preferences=preferences, context=context)
    people = "".join(part.text for part in parts if not part.trusted)
    assert "".join(people.split()) == "".join((query.preferences + query.context).split())
    assert set("".join(part.text for part in parts if part.trusted)) <= set(" .End")


def test_outside_of_a_block_it_reads_the_lines_of_a_text():
    assert shown("{{ item.x | sentences }}", x="one\ntwo!\nthree") == "one. two! three"


@pytest.mark.parametrize("filter_", ["upper", "sentences | upper", "replace('a', 'b')", "shorten(3)"])
def test_no_other_filter_stands_around_a_block(filter_):
    with pytest.raises(TemplateError, match="filter blocks but {% filter sentences %}"):
        shown(f"{{% filter {filter_} %}}x{{% endfilter %}}")


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
