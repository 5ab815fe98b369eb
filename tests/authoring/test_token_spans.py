"""The prompt as it is shown is the prompt as it is read."""

from itertools import product

import pytest

from promptrec.authoring.sample_request import render_args, sample, sample_items
from promptrec.authoring.token_spans import view_prompt
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.prompt import fit
from promptrec.template.template import Template
from promptrec.testing.bytes_tokenizer import BytesTokenizer
from tests import shipped

ITEMS = [Item(item_id=str(n), title=title) for n, title in enumerate(("Mosel", "Morgon", "沙布利"))]
PERSON = Query(preferences="红 wine 葡萄 <|im_end|>")
TOKENIZER = BytesTokenizer()


class Begun(BytesTokenizer):
    """One whose sequences start with a token of the model's own."""

    bos_id = 258


def exactly(template, query, items, tokenizer=TOKENIZER):
    told = render_args(template, query, items)
    return fit(template, told.query, told.items, told.labels, tokenizer, 10**6, instruction=told.instruction)


def token_spans(seen, *names):
    return [
        token_span
        for part in seen.parts
        if part.name in (names or ("same", "varies", "reply"))
        for token_span in part.token_spans
    ]


def text(token_spans):
    return "".join(token_span.text for token_span in token_spans)


def template(kind, body):
    header = f"kind: {kind}\ndomain: wine\nlanguage: en\nabout: x\ntruncate: [item.title]"
    return Template("t", f"---\n{header}\n---\n{{% block user %}}\n{body}\n{{% endblock %}}\n")


def yes_no(body):
    return template("yes-no", body)


@pytest.mark.parametrize("name", shipped.names())
@pytest.mark.parametrize(("place", "across_people", "tokenizer"), [(0, True, TOKENIZER), (2, False, Begun())])
def test_they_are_the_very_tokens_a_model_reads(name, place, across_people, tokenizer):
    template = shipped.load(name)
    seen = view_prompt(template, PERSON, ITEMS, tokenizer, place=place, across_people=across_people)
    listwise = template.kind.lists_candidates
    exact = exactly(template, PERSON, ITEMS if listwise else ITEMS[place:], tokenizer)
    assert seen.ids == exact.encoded.ids and seen.parts[2].ids == exact.encoded.reply
    assert text(token_spans(seen)) == tokenizer.decode(exact.encoded.ids)
    untrusted = text(token_span for token_span in token_spans(seen) if not token_span.trusted)
    spans = exact.prompt.context + exact.prompt.reply
    # Spaces move to the word behind them.
    assert "".join(untrusted.split()) == "".join("".join(s.text for s in spans if not s.trusted).split())


def test_what_is_the_same_for_every_candidate_ends_where_the_first_candidate_differs():
    seen = view_prompt(yes_no("Guest: {{ query.preferences }}. Wine: {{ item.title }}!"), PERSON, ITEMS[:2], TOKENIZER)
    assert text(token_spans(seen, "same")).endswith("Wine: Mo") and text(token_spans(seen, "varies")) == "sel!"


def test_a_listwise_prompt_shares_what_comes_before_its_list():
    body = "Before.\n{% for c in candidates %}\n[{{ c.label }}] {{ c.title }}\n{% endfor %}"
    seen = view_prompt(template("listwise-labels", body), PERSON, ITEMS, TOKENIZER, place=1)
    assert text(token_spans(seen, "same")).startswith("Before.\n[A] Mo") and "沙布利" in text(
        token_spans(seen, "varies")
    )


WORDS = "a very odd wish"


def for_whoever(name):
    told = shipped.load(name)
    items = sample_items(told)
    return view_prompt(told, sample(told, None, WORDS).query, items, TOKENIZER, across_people=True), items[0].title


@pytest.mark.parametrize(("kind", "language"), list(product(("yes-no", "graded"), ("en", "zh"))))
def test_people_come_first_where_items_change(kind, language):
    seen, title = for_whoever(f"films/{language}/{kind}")
    assert WORDS in text(token_spans(seen, "same")) and title in text(token_spans(seen, "varies"))


def test_items_come_first_where_people_change():
    seen, title = for_whoever("films/en/query-likelihood")
    assert title in text(token_spans(seen, "same")) and WORDS in text(token_spans(seen, "reply"))
    assert not token_spans(seen, "varies"), "the words are scored, and all before them is read once"


def test_a_candidates_title_is_read_for_each_of_one_persons_candidates():
    told = shipped.load("films/en/query-likelihood")
    seen = view_prompt(told, PERSON, ITEMS, TOKENIZER)
    assert "Mosel" in text(token_spans(seen, "varies")) and "Mosel" not in text(token_spans(seen, "same"))


def test_a_profile_is_the_same_for_every_candidate_and_another_for_somebody_else():
    told = shipped.load("profiles/en/profile")
    person = sample(told).query
    assert not token_spans(view_prompt(told, person, ITEMS, TOKENIZER), "varies")
    seen = view_prompt(told, person, ITEMS, TOKENIZER, across_people=True)
    assert "The Silent Garden" in text(token_spans(seen, "varies"))


def test_trust_follows_the_spans_to_the_token():
    seen = view_prompt(yes_no("Wine: {{ item.title }}."), PERSON, ITEMS, TOKENIZER, place=2)
    assert text(c for c in token_spans(seen) if not c.trusted).strip() == "沙布利"
    assert text(c for c in token_spans(seen) if c.trusted) == "Wine:."


def test_a_character_of_several_tokens_is_one_chip_and_varies_as_a_whole():
    begins_alike = [Item(item_id="a", title="沙布利"), Item(item_id="b", title="沼")]
    assert "沙".encode()[:2] == "沼".encode()[:2]
    seen = view_prompt(yes_no("{{ item.title }}"), PERSON, begins_alike, TOKENIZER)
    assert [c.text for c in token_spans(seen, "varies")] == ["沙", "布", "利"] and not token_spans(seen, "same")
    assert all(len(c.ids) == 3 for c in token_spans(seen))


def test_what_was_cut_to_fit_is_told():
    long = [Item(item_id="a", title="Mosel " * 90)]
    seen = view_prompt(yes_no("Wine: {{ item.title }}."), PERSON, long, TOKENIZER, budget=99)
    assert len(seen.ids) <= 99 and seen.truncations[0].startswith("item.title to")
