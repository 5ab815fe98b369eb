"""Conditions and dislikes of English requests, read by rules."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.intent.english.constraints import read_constraints
from promptrec.intent.english.dislikes import refusals
from promptrec.intent.english.patterns import PatternError, PatternSet
from promptrec.intent.english.words import read_words
from promptrec.intent.refusal import refused_clauses

REQUESTS = [json.loads(line) for line in (Path(__file__).parent / "own.jsonl").read_text("utf-8").splitlines()]
TEXTS = [request["text"] for request in REQUESTS]
PLAIN = "We talked about it at the office."


def dislikes(text):
    taken = [(constraint.start, constraint.end) for constraint in read_constraints(text)]
    return [clause.text for clause in refused_clauses(text, refusals(text, taken))]


def constraints(text):
    return [(c.field, c.operator, c.value, c.unit) for c in read_constraints(text)]


REFUSED = {
    "Bagpipes. Never again. Harps then": ["Bagpipes"],
    "Please don't suggest Requiem for a Dream": ["Requiem for a Dream"],
    "I need a break from princesses": ["princesses"],
    "You would have to pay me to watch golf": ["golf"],
    "Cabaret is the last thing I want.": ["Cabaret"],
    "A stew, but I don't have any carrots.": ["carrots"],
    "I'm short on flour, any cake?": ["flour"],
    "Muffins please, I've got no baking powder": ["baking powder"],
    "What we don't want: malls, casinos, crowds.": ["malls", "casinos", "crowds"],
    "Zombies? Vampires? Count me out.": ["Zombies", "Vampires"],
    "Karaoke bars: never. A quiet wine bar": ["Karaoke bars"],
    "Remove the horoscopes from my feed": ["horoscopes"],
    "Let's give olives a miss tonight": ["olives"],
    "Save opera for someone else": ["opera"],
    "I want waffles but most mixes out there contain soy": ["soy"],
    "Lamb is out and so is pork.": ["Lamb", "pork"],
    "Her food largely consists of salty soups, which I don't like": ["salty soups"],
    "I wouldn't be seen dead in tweed": ["tweed"],
    "Romcoms are where I draw the line.": ["Romcoms"],
    "If anyone recommends yoga to me I'll cry": ["yoga"],
    "There's no room for clutter in this house": ["clutter"],
    "I'm tired of following the strict plan on the fridge": ["strict plan"],
    "He hates reading.": ["reading"],
    "All the small talk I find exhausting.": ["small talk"],
    "yoghurt without goat's milk": ["goat's milk"],
    "please, no all-inclusive hotels": ["all-inclusive hotels"],
    "curry, but not Indian": ["Indian"],
    "my daughter hates cheese": ["cheese"],
    "nothing too scary": ["scary"],
    "no violence or gore": ["violence", "gore"],
    "I ran out of soy sauce": ["soy sauce"],
    "anything but Paris": ["Paris"],
    "beans instead of beef": ["beef"],
    "please don't suggest Game of Thrones": ["Game of Thrones"],
    "Pork I don't eat.": ["Pork"],
    "lyrics distract me": ["lyrics"],
    "I bought a Dyson and regretted it": ["Dyson"],
    "She finds dragons silly": ["dragons"],
    "leave Vin Diesel out of it": ["Vin Diesel"],
    "if the dog dies I'm suing": ["dog dies"],
    "an ad-free channel": ["ad"],
    "a host who doesn't shout at me": ["shout at me"],
    "Restaurants aside, what is there to do?": ["Restaurants"],
    "not written by a robot": ["robot"],
    "Interstellar felt bloated to me": ["Interstellar", "bloated"],
    "Long intros are a total turn-off for me": ["Long intros"],
    "Politics stresses my wife out": ["Politics"],
    "I can't survive another Minions": ["Minions"],
    "she'd rather starve than sit through another biopic": ["biopic"],
    "gets bored in museums": ["museums"],
    "I hate driving at night": ["driving at night"],
    "You know what I'm tired of? Prequels.": ["Prequels"],
    "another biopic and I'm leaving": ["biopic"],
    "loathed The Girl on the Train": ["The Girl on the Train"],
    "gaming chair? no, an office chair": ["gaming chair"],
    "non-alcoholic gin": ["alcoholic"],
    "a clock without a screen for my daughter": ["screen"],
    "the less people the better": ["people"],
}
HARMLESS = [
    "a film about a man who hates Easter",
    "a podcast about not giving in",
    "how can I avoid blisters?",
    "I have nothing to wear",
    "Lost was anything but dull",
    "a toy that will keep the twins busy and out of my way",
    "a breakfast that is easy on the stomach",
    "nothing extra",
    "I have no cooking experience",
    "I don't have time",
    "I'm short on money",
    "we don't have a garden",
    "we don't have kids",
    "I don't have an idea what to cook",
    "We never travel without a guidebook.",
    "A party without music is no party.",
    "I never say no to a ghost story!",
    "I'm no chef but I can follow a plan",
    "are there no vegan bakeries here?",
    "I'm not only into chess",
    "Nothing grabs me lately",
    "a son who needs a bike",
    "My copy fell apart from use",
    "No Country for Old Men is my favourite",
    "I loved No Country for Old Men",
    "not only cheap but filling",
    "no problem with gore",
    "nothing beats a good thriller",
    "I can't get enough of submarines",
    "not bad at all",
    "I don't mind subtitles",
    "never been to Rome but want to",
    "no idea what I want",
    "why not jazz",
    "I don't dislike jazz",
    "I never get tired of Jane Austen",
    "it doesn't have to be cheerful",
    "I'm not picky",
    "can't put sci-fi down lately",
    "no wifi is no problem",
    "We have no oven",
    "you don't need a car there",
    "I adored The Road, it was so bleak",
    "work has been stressful",
    "my chili is too tame",
    "life's too short",
    "not a day goes by without Abba",
    "Which of the books isn't a good place to start?",
    "sick of my headphones dying",
    "not that long ago we met",
    "",
    "no",
    "not",
]
CONDITIONS = {
    "CDs do nothing for me": [],
    "a bakery open Sunday mornings": [("opening", "=", "sunday mornings", None)],
    "a hotel in the Lake District": [("place", "=", "lake district", None)],
    "made no earlier than 2010": [("year", ">=", 2010, None)],
    "under 20 euros": [("price", "<=", 20, "EUR")],
    "less than £150 per night": [("price", "<", 150, "GBP")],
    "$60-$90": [("price", "between", (60, 90), "USD")],
    "free to stream": [("price", "=", 0, None)],
    "nothing longer than two hours": [("duration", "<=", 120, "min")],
    "about an hour and a half": [("duration", "about", 90, "min")],
    "nothing over 2h15": [("duration", "<=", 135, "min")],
    "from the 90s": [("year", "between", (1990, 1999), None)],
    "from the 50s or earlier": [("year", "<=", 1959, None)],
    "not older than 2015": [("year", ">=", 2015, None)],
    "for a 6 year old": [("age", "=", 6, None)],
    "a game for two": [("people", "=", 2, None)],
    "at least 4 stars": [("rating", ">=", 4, "stars")],
    "PEGI 12 max": [("age_rating", "<=", "pegi 12", None)],
    "allergic to nuts and shellfish": [
        ("allergen", "without", "nuts", None),
        ("allergen", "without", "shellfish", None),
    ],
    "not in French": [("language", "!=", "french", None)],
    "gluten free": [("diet", "=", "gluten free", None)],
    "open till 8pm or later": [("opening", ">=", "8pm", None)],
    "a hotel in Porto in august": [("place", "=", "porto", None), ("season", "=", "august", None)],
    "should not take more than an hour": [("duration", "<=", 60, "min")],
    "anything longer than half an hour won't work": [("duration", "<=", 30, "min")],
    "my kids are 6, 9 and 12": [("age", "between", (6, 12), None)],
    "under 180 a night": [("price", "<=", 180, None)],
    "PG at most": [("age_rating", "<=", "pg", None)],
    "a family of 4, two weeks": [("people", "=", 4, None)],
    "20+ mins": [("duration", ">=", 20, "min")],
    "at least 2000 words": [],
    "Never a dull moment in Italian politics": [],
    "Blade Runner 2049 was great": [],
    "I moved there in 2016": [],
    "room 101, and I have 3 kids": [],
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_is_read_without_its_cue(text):
    assert dislikes(text) == REFUSED[text]


@pytest.mark.parametrize("text", HARMLESS)
def test_negative_words_that_refuse_nothing_are_no_dislikes(text):
    assert dislikes(text) == []


@pytest.mark.parametrize("text", CONDITIONS)
def test_conditions_have_field_operator_value_and_unit(text):
    assert constraints(text) == CONDITIONS[text]


def test_a_hedge_makes_wishes_of_what_it_is_about():
    hard = {c.field: c.hard for c in read_constraints("in Spanish, released after 2015, ideally under two hours")}
    assert hard == {"language": True, "year": True, "duration": False}
    hard = {c.field: c.hard for c in read_constraints("on vinyl if possible, from 1990 onwards")}
    assert hard == {"format": False, "year": True}


def test_an_allergy_is_hard_even_with_a_hedge():
    assert all(c.hard for c in read_constraints("ideally for someone who is allergic to eggs"))


def test_the_requests_of_this_folder_are_read_as_their_readings_say():
    right = sum(set(dislikes(request["text"])) == set(request["dislikes"]) for request in REQUESTS)
    assert right >= 59 and len(REQUESTS) == 64
    expected = [
        [
            (c["field"], c["op"], tuple(c["value"]) if isinstance(c["value"], list) else c["value"])
            for c in request["constraints"]
        ]
        for request in REQUESTS
    ]
    found = [[reading[:3] for reading in constraints(text)] for text in TEXTS]
    assert sum(sorted(a, key=str) == sorted(b, key=str) for a, b in zip(expected, found, strict=True)) >= 61


PIECES = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(
        ["not", "no", "nothing", "don't", "20", "€", "‏", "😀", '{"a": 1}', "不要", "“", "\n", "1.1.1", "İ", "½", "'s"]
    ),
    st.text(max_size=12),
)
REQUEST = st.lists(PIECES, max_size=6).map(" ".join)


@given(REQUEST)
def test_offsets_cut_the_very_words_and_reading_again_says_the_same(text):
    found = read_constraints(text)
    refused = refused_clauses(text, refusals(text, [(c.start, c.end) for c in found]))
    assert all(text[c.start : c.end] == c.text and c.text.strip() == c.text != "" for c in [*found, *refused])
    read_words.cache_clear()
    assert found == read_constraints(text)
    assert refused == refused_clauses(text, refusals(text, [(c.start, c.end) for c in found]))


@given(st.sampled_from(TEXTS))
def test_a_sentence_without_a_cue_changes_nothing(text):
    more = f"{text} {PLAIN}" if text[-1] in ".!?" else f"{text}. {PLAIN}"
    assert dislikes(more) == dislikes(text)
    assert constraints(more) == constraints(text)


@pytest.mark.parametrize("line", ["* not", "not? no?", "<unknown> not"])
def test_a_line_that_is_no_pattern_is_refused(line):
    with pytest.raises(PatternError):
        PatternSet({"kind": line})


def test_the_longest_pattern_is_taken():
    patterns = PatternSet({"short": "not", "long": "not a|an? fan of"})
    match = patterns.match(read_words("not a fan of it"), 0)
    assert match is not None
    assert (match.kind, match.last) == ("long", 4)


def test_contractions_are_two_words_with_their_places():
    words = read_words("I don’t, cannot, won't")
    assert words.forms == ["i", "do", "not", ",", "can", "not", ",", "will", "not"]
    assert [words.text[a:b] for a, b in zip(words.starts, words.ends, strict=True)][1:3] == ["do", "n’t"]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("nothing from Italy", [("country", "!=", "italy", None)]),
        ("anything but from Italy", [("country", "!=", "italy", None)]),
        ("something not in English", [("language", "!=", "english", None)]),
        ("not rated R", [("age_rating", "!=", "r", None)]),
        ("no French films", []),
        ("I have no problem with French films", []),
    ],
)
def test_a_condition_under_a_negation_is_not_its_opposite(text, condition):
    assert constraints(text) == condition
