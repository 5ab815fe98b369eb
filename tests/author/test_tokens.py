from itertools import product

import pytest

from promptrec.author.sample import sample, sample_items
from promptrec.author.tokens import shown_tokens
from promptrec.prompt import fit
from promptrec.template.store import load_template
from promptrec.testing.bytes_tokenizer import BytesTokenizer

KINDS = ("query-likelihood", "item-pmi", "yes-no", "listwise-labels", "listwise-text")


def shown(name, words=None):
    template = load_template(name)
    told = sample(template, preferences=words)
    return template, told, shown_tokens(template, told, BytesTokenizer(), sample_items(template))


@pytest.mark.parametrize(("kind", "language"), list(product(KINDS, ("en", "zh"))))
def test_they_are_the_very_tokens_a_model_reads(kind, language):
    template, told, tokens = shown(f"films/{language}/{kind}")
    encoded = fit(
        template, told.query, told.items, told.labels, BytesTokenizer(), 10**6, instruction=told.instruction
    ).encoded
    assert tuple(t.id for t in tokens) == encoded.ids
    assert sum(t.reply for t in tokens) == len(encoded.reply)
    first_own = next(n for n, t in enumerate(tokens) if not t.shared)
    assert not any(t.shared for t in tokens[first_own:]), "what is shared is a beginning"


def text(tokens):
    return BytesTokenizer().decode(tuple(t.id for t in tokens))


def test_people_come_first_where_items_change_and_items_where_people_do():
    words = "a very odd wish"
    _, told, tokens = shown("films/en/yes-no", words)
    assert words in text(t for t in tokens if t.shared)
    assert told.items[0].title in text(t for t in tokens if not t.shared)
    _, told, tokens = shown("films/en/query-likelihood", words)
    assert told.items[0].title in text(t for t in tokens if t.shared)
    assert words in text(t for t in tokens if not t.shared)


def test_what_people_and_items_say_is_not_trusted():
    _, told, tokens = shown("films/en/yes-no", "a very odd wish")
    said = text(t for t in tokens if not t.trusted)
    assert "a very odd wish" in said and told.items[0].title in said
    assert "In their own words" in text(t for t in tokens if t.trusted)
