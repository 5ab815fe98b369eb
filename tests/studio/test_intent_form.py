"""How a person's words are read: chips that are switched off, changed and added, and the list that moves."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.errors import InputError
from promptrec.intent import IntentSettings
from promptrec.messages import message
from promptrec.studio.intent_form import MOST_EDITABLE, IntentForm, intent_query
from promptrec.studio.session import PageRequest

WORDS = "a wine from the Mosel, but not Burgundy, under 20 euros"
CATALOG = """\
{"item_id": "1", "title": "Mosel", "region": "Mosel", "price": "12 EUR"}
{"item_id": "2", "title": "Chablis", "region": "Burgundy", "price": "35 EUR"}
{"item_id": "3", "title": "Rioja", "region": "Spain"}
"""


@pytest.fixture
def wines(mine):
    """The author's pack, with prices."""
    (mine / "wine" / "en" / "catalog.jsonl").write_text(CATALOG)


def state(shown):
    return html.unescape(re.search(r'name="intent" value="([^"]*)"', shown)[1])


def ranked(shown):
    return re.findall(r'data-ranked="([^"]*)"', shown)


def pressed(shown):
    return dict(re.findall(r'name="toggle" value="([^"]*)" aria-pressed="(\w+)"', shown))


@pytest.fixture
def rank(client, session, form):
    """Press Rank or a chip, wait, and see the chips, then the result."""
    seen = {}

    def press(words=WORDS, **fields):
        sent = {"intent": seen["state"]} if seen else {}
        started = client.post("/start/run", data=form(preferences=words, **sent, **fields)).text
        if "/job/" not in started and "result-run" not in started:
            return started, ""
        seen["state"] = state(started)
        last = next(reversed(session.jobs._jobs.values()))
        last.wait(60)
        return started, client.get(f"/job/{last.job_id}").text

    return press


def test_chips_say_how_the_words_were_read_and_how_many_items_fit(wines, rank):
    chips, shown = rank()
    assert '<span class="clause">a wine from the Mosel</span>' in chips
    assert pressed(chips) == {"dislikes-0": "true", "constraints-0": "true", "literal": "false"}
    assert 'aria-label="not Burgundy"' in chips and 'aria-label="price &lt;= 20 EUR"' in chips
    assert re.search(r'id="count-constraints-0"[^>]*> · 1 of 3 fit · 1 unknown · relaxed: too few fit</span>', shown)
    assert re.search(r'id="count-dislikes-0"[^>]*> · 2 of 3 fit', shown)


def test_items_that_do_not_fit_or_are_unknown_say_so(wines, rank):
    _, shown = rank()
    rows = dict(re.findall(r'data-ranked="(\d)".*?<th scope="row">(.*?)</th>', shown))
    assert rows["1"] == "Mosel" and ranked(shown)[0] == "1"
    assert "<small>not " in rows["2"] and "price &lt;= 20 EUR" in rows["2"]
    assert rows["3"] == "Rioja<small>price &lt;= 20 EUR?</small>"


def test_a_chip_that_is_switched_off_moves_the_list_and_can_be_switched_on_again(wines, rank):
    words = "white and stony, no Mosel, under 20 euros"
    first = ranked(rank(words)[1])
    rank(words, toggle="constraints-0")
    chips, shown = rank(words, toggle="dislikes-0")
    assert pressed(chips) == {"dislikes-0": "false", "constraints-0": "false", "literal": "false"}
    assert ranked(shown) != first and "<small>not" not in shown and 'id="count-' not in shown
    rank(words, toggle="dislikes-0")
    chips, shown = rank(words, toggle="constraints-0")
    assert set(pressed(chips).values()) == {"true", "false"} and ranked(shown) == first


def test_what_is_switched_off_is_not_put_back_among_the_likes(rank, engine):
    rank("a stony wine, no sugar")
    engine.prompts.clear()
    rank("a stony wine, no sugar", toggle="dislikes-0")
    assert engine.prompts and not any("sugar" in prompt for prompt in engine.prompts)


def test_a_value_that_is_changed_filters(wines, rank):
    rank()
    chips, shown = rank(**{"constraints-0": "40"})
    assert 'aria-label="price &lt;= 40 EUR"' in chips and "2 of 3 fit · 1 unknown" in shown


def test_a_dislike_can_be_changed_and_added(wines, rank):
    rank()
    chips, shown = rank(**{"dislikes-0": "Mosel"})
    assert 'aria-label="not Mosel"' in chips and "1" in ranked(shown)[1:]
    chips, _ = rank(dislike="Spain")
    assert 'aria-label="not Spain"' in chips and pressed(chips)["dislikes-1"] == "true"


def test_other_words_are_read_anew_and_what_was_added_stays(wines, rank):
    rank(toggle="dislikes-0")
    rank(dislike="Spain")
    chips, _ = rank("a red wine, no Rioja")
    assert re.findall('aria-label="(not [^"]*)"', chips) == ["not Rioja", "not Spain"]
    assert pressed(chips) == {"dislikes-0": "true", "dislikes-1": "true", "literal": "false"}


def test_words_can_be_taken_literally_and_what_was_changed_is_kept(wines, rank, engine):
    rank(toggle="constraints-0")
    engine.prompts.clear()
    chips, shown = rank(toggle="literal")
    assert pressed(chips) == {"literal": "true"} and "<small>" not in shown
    assert all(WORDS in prompt for prompt in engine.prompts)
    chips, _ = rank("another wine", toggle="literal")
    chips, _ = rank("another wine")
    assert pressed(chips) == {"literal": "false"}


def test_a_constraint_without_a_column_says_so_and_stays_words(rank, engine):
    words = "a wine from the Mosel, under 20 euros"
    _, shown = rank(words)
    assert all(words in prompt for prompt in engine.prompts)
    assert 'id="count-constraints-0" hx-swap-oob="innerHTML"> · no such column<' in shown


@pytest.mark.parametrize(
    ("fields", "code", "slots"),
    [
        ({"constraints-0": "cheap"}, "value-not-number", {"words": "cheap", "label": "price <= 20 EUR"}),
        ({"constraints-0": "nan"}, "value-not-number", {"words": "nan", "label": "price <= 20 EUR"}),
        ({"constraints-0": " "}, "value-not-number", {"words": " ", "label": "price <= 20 EUR"}),
        ({"dislikes-0": " "}, "dislike-empty", {"words": "Burgundy"}),
        ({"dislike": "???"}, "text-without-letters", {}),
        ({"intent": "{}}"}, "not-a-form", {}),
        ({"intent": '{"words": "x", "intent": {"likes": [{"text": ""}]}}'}, "not-a-form", {}),
    ],
)
def test_what_cannot_be_used_is_a_problem_in_both_languages(client, rank, form, fields, code, slots):
    chips, _ = rank()
    sent = form(preferences=WORDS, **({"intent": state(chips)} | fields))
    for language in ("en", "zh"):
        client.get(f"/?language={language}")
        shown = client.post("/start/run", data=sent)
        assert shown.status_code == 200 and 'class="problem" role="alert"' in shown.text
        assert message(code, **slots).text(language) in html.unescape(shown.text)


def test_a_range_is_two_numbers_and_words_stay_words():
    words = "a film between 90 and 120 minutes in French"
    form = PageRequest("", "", preferences=words)
    first = IntentForm.of(form)
    fields = {"intent": first.model_dump_json()}
    duration, language = (chip.chip_id for chip in first.constraints)

    def value(chip_id, text):
        changed = intent_query(PageRequest("", "", preferences=words, fields={**fields, chip_id: text})).intent
        return next(c for c in changed.constraints if c.text == c.label).value

    assert value(duration, "130 – 100") == (100.0, 130.0)
    assert value(language, " German ") == "german"
    for chip_id, text, code in ((duration, "90", "value-not-two-numbers"), (language, " ", "value-empty")):
        with pytest.raises(InputError) as refused:
            value(chip_id, text)
        assert refused.value.code == code


def test_a_text_of_many_dislikes_is_one_form(rank):
    words = "a wine, " + ", ".join(f"no sugar{n}" for n in range(150))
    chips, _ = rank(words)
    assert len(pressed(chips)) > 100
    fields = re.findall(r'name="(dislikes-\d+)"', chips)
    assert len(fields) == MOST_EDITABLE
    chips, _ = rank(words, **dict.fromkeys(fields, "x"))
    assert 'aria-label="not x"' in chips


def test_chips_are_in_chinese(client, wines, rank):
    client.get("/?language=zh")
    chips, shown = rank()
    assert 'aria-label="不要 Burgundy"' in chips and "按字面理解" in chips
    assert "3 个中 1 个符合 · 1 个不详" in shown


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_form_is_an_intent_or_a_plain_refusal(words, toggle, dislike, value):
    fields = {"toggle": toggle, "dislike": dislike, "constraints-0": value}
    try:
        first = IntentForm.of(PageRequest("", "", preferences=words, fields=fields))
        sent = {"intent": first.model_dump_json()}
        assert IntentForm.of(PageRequest("", "", preferences=words, fields=sent)) == first
    except InputError as refused:
        assert refused.code


def test_words_are_read_with_the_phrases_of_the_templates_pack():
    form = PageRequest("", "", preferences="A cosy film, swerve zombies", fields={})
    settings = IntentSettings(refusals=("swerve",))
    assert [chip.clause.text for chip in IntentForm.of(form, settings).dislikes] == ["zombies"]
    assert [clause.text for clause in intent_query(form, settings).intent.dislikes] == ["zombies"]
    assert IntentForm.of(form).dislikes == ()
