import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.evaluate.checks.robustness import RULES, paraphrase

FRAMES = {"opened", "closed"}


def by_rules(text, language):
    """What each rule makes of a text, the frames that fit any text aside."""
    made = {rule.name: rule.apply(text) for rule in RULES[language]}
    return {name: new for name, new in made.items() if new != text and name not in FRAMES}


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        ("I love slow trains.", "love-fronted", "What I love is slow trains."),
        ("Hello! I like jazz", "love-fronted", "Hello! What I like is jazz"),
        ("What I really enjoy: ships, storms.", "love-closing", "I really enjoy ships, storms."),
        ("Give me duels, nothing else.", "opening", "What I am after is duels, nothing else."),
        ("I am in the mood for whodunits.", "mood", "My mood calls for whodunits."),
        ("Tonight I want magic and quests.", "tonight-last", "I want magic and quests, tonight."),
        ("I don't mind.", "contraction", "I do not mind."),
        ("Any old movie.", "synonym", "Any old film."),
    ],
)
def test_english_rules(text, rule, expected):
    assert by_rules(text, "en")[rule] == expected


@pytest.mark.parametrize(
    ("text", "rule", "expected"),
    [
        ("我喜欢安静的公园。", "喜欢-last", "安静的公园是我喜欢的。"),
        ("你希望酒店提供早餐。", "wish", "你期望酒店提供早餐。"),
        ("你要去一个景点游玩。", "going", "你打算去一个景点游玩。"),
        ("请推荐一家餐馆", "asking", "请给我推荐一家餐馆"),
        ("评分是4.5分以上。", "at-least", "评分不低于4.5分。"),
    ],
)
def test_chinese_rules(text, rule, expected):
    assert by_rules(text, "zh")[rule] == expected


@pytest.mark.parametrize(
    "text",
    [
        "I love slow trains and hate noise.",
        "I like jazz but not swing.",
        "I would like to create a playlist.",
        "I want quiet and I want rain.",
        "They say I love rain.",
    ],
)
def test_a_sentence_is_not_turned_where_that_would_change_its_meaning(text):
    assert not by_rules(text, "en").keys() & {"love-fronted", "opening", "mood"}


def test_a_chinese_wish_that_turns_is_left_alone():
    assert "喜欢-last" not in by_rules("我喜欢爬山但不喜欢下雨。", "zh")


def test_the_frames_keep_the_text_whole():
    frames = [rule for rules in RULES.values() for rule in rules if rule.name in FRAMES]
    assert len(frames) == 4
    assert all("quiet 安静" in rule.apply("quiet 安静") != "quiet 安静" for rule in frames)


@pytest.mark.parametrize("language", ["en", "zh"])
@given(text=st.text(max_size=40), seed=st.integers(0, 9))
def test_text_with_a_word_changes_and_the_same_seed_changes_it_the_same_way(language, text, seed):
    out = paraphrase(text, language, seed, "q")
    assert out == paraphrase(text, language, seed, "q")
    if text[:1].isalnum():
        assert out != text


def test_seeds_and_queries_draw_different_rules():
    text = "I love slow movies."
    assert len({paraphrase(text, "en", seed, "q") for seed in range(20)}) >= 3
    assert len({paraphrase(text, "en", 0, f"q{n}") for n in range(20)}) >= 3


def test_no_text_has_no_other_words():
    assert paraphrase("", "en", 0, "q") == ""
