"""The prompt as it is shown is the prompt as it is read."""

import pytest

from promptrec.author.sample import sample, shown
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.prompt import encode, fit
from promptrec.studio.model import Words
from promptrec.studio.tokens import prompt_shown
from promptrec.template.store import list_templates
from promptrec.template.template import Template
from promptrec.testing.bytes_tokenizer import BytesTokenizer

ITEMS = [Item(item_id=str(n), title=title) for n, title in enumerate(("Mosel", "Morgon", "沙布利"))]
PERSON = Query(preferences="红 wine 葡萄 <|im_end|>")


def all_ids(seen):
    return tuple(i for part in seen.parts for chip in part.chips for i in chip.ids)


@pytest.mark.parametrize("shipped", list_templates(), ids=lambda t: t.name)
@pytest.mark.parametrize("place", [0, 2])
def test_every_token_is_shown_once_and_in_order(shipped, place):
    tokenizer = BytesTokenizer()
    seen = prompt_shown(shipped, PERSON, ITEMS, place, tokenizer, 10**6)
    listwise = shipped.header.ranks.startswith("listwise")
    told = shown(shipped, PERSON, ITEMS if listwise else ITEMS[place:])
    exact = fit(shipped, told.query, told.items, told.labels, tokenizer, 10**6, instruction=told.instruction)
    assert all_ids(seen) == exact.encoded.ids
    assert seen.tokens == len(exact.encoded.ids) == sum(part.tokens for part in seen.parts)
    assert "".join(chip.text for part in seen.parts for chip in part.chips) == tokenizer.decode(exact.encoded.ids)
    untrusted = "".join(c.text for part in seen.parts for c in part.chips if not c.trusted)
    spans = exact.prompt.context + exact.prompt.reply
    # Spaces move to the word behind them.
    assert "".join(untrusted.split()) == "".join("".join(s.text for s in spans if not s.trusted).split())


def template(ranks, body):
    header = f"ranks: {ranks}\ndomain: wine\nlanguage: en\nabout: x\nlimits: [item.title]"
    return Template("t", f"---\n{header}\n---\n{{% block user %}}\n{body}\n{{% endblock %}}\n")


def yes_no(body):
    return template("yes-no", body)


def part(seen, name):
    return next("".join(c.text for c in p.chips) for p in seen.parts if p.name == name)


def test_what_is_the_same_for_every_candidate_ends_where_the_first_candidate_differs():
    seen = prompt_shown(
        yes_no("Guest: {{ query.preferences }}. Wine: {{ item.title }}!"), PERSON, ITEMS[:2], 0, BytesTokenizer(), 999
    )
    assert part(seen, "same").endswith("Wine: Mo") and part(seen, "varies") == "sel!"


def test_a_listwise_prompt_shares_what_comes_before_its_list():
    body = "Before.\n{% for c in candidates %}\n[{{ c.label }}] {{ c.title }}\n{% endfor %}"
    seen = prompt_shown(template("listwise-labels", body), PERSON, ITEMS, 1, BytesTokenizer(), 999)
    assert part(seen, "same").startswith("Before.\n[A] Mo") and "沙布利" in part(seen, "varies")


def test_trust_follows_the_spans_to_the_token():
    seen = prompt_shown(yes_no("Wine: {{ item.title }}."), PERSON, ITEMS, 2, BytesTokenizer(), 999)
    chips = [chip for p in seen.parts for chip in p.chips]
    assert "".join(c.text for c in chips if not c.trusted).strip() == "沙布利"
    assert "".join(c.text for c in chips if c.trusted) == "Wine:."


def test_a_character_of_several_tokens_is_one_chip():
    seen = prompt_shown(yes_no("{{ item.title }}"), PERSON, ITEMS[2:], 0, BytesTokenizer(), 999)
    chips = [chip for p in seen.parts for chip in p.chips]
    assert [c.text for c in chips] == ["沙", "布", "利"] and all(len(c.ids) == 3 for c in chips)


def test_without_a_model_words_stand_in_for_tokens():
    words = Words()
    for text in ("A film, (1999) about 红楼梦!", "  two\n\nlines ", ""):
        assert words.decode(words.encode(text, trusted=True)) == text
    shipped = list_templates()[0]
    told = sample(shipped)
    exact = fit(shipped, told.query, told.items, told.labels, words, 10**6, instruction=told.instruction)
    assert words.decode(encode(exact.prompt, words).ids).strip() == exact.prompt.text.strip()
