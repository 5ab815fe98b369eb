"""100,000 replies of every kind of damage: what is parsed is always distinct choices and a true report."""

import random
import time

import pytest

from promptrec.answer.mentions import LENGTH, LISTED
from promptrec.answer.registry import ANSWERS, answer_format
from promptrec.rank.label_tokens import label_names

REPLIES = 25_000
SECONDS = 60
MEGABYTE = 1_000_000
TITLES = tuple(
    "Rocky|Rocky II|1984|Alien|Aliens|Se7en|Hello, Dolly!|[REC]|Am I > You?|三体|三体II"
    "|哈利·波特与密室|活着|Dune (2021)".split("|")
)
CHOICES = {
    "labels": (label_names(30), tuple("123456789"), ("a", "A", "b"), ("A",)),
    "json": (label_names(30), tuple("123456789"), TITLES),
    "titles": (TITLES, TITLES[:3]),
    "yes-no": (("Yes", "No"), ("是", "否"), ("likely", "unlikely")),
}
PROSE = """Here are the top **3** passages:|I rank them as follows|Error code: 429 - rate limit, retry after 7 s|Sure!
|None|{"error": {"message": "busy", "code": 12}}|as an AI model I cannot|以下是我的推荐：|对不起，我不能|<im_end>
|(1999)|– a classic|```json|1.|2)|-|•|not sure|yes and no|是不是|Traceback (most recent call last):|&lt;b&gt;|Part Two
|第二部""".split("|")
ODD = (
    "[]{}()<>\"'`*_#,.;:!?-–—…/\\|@&0123456789ABCIVXabcy \t\n\r\x00\x0b\x1b\x7f\x85\u200b\u202e\u2028\ufeff\ud800"
    "［］【】《》「」（）＞，、１Ａ三体是否不二ß²Ⅱﬁ\u0301😀"
)


def damaged(reply, choices, rng):
    """A reply after a few accidents."""
    for _ in range(rng.randint(0, 4)):
        at = rng.randint(0, len(reply))
        to = min(len(reply), at + rng.randint(0, 12))
        accident = rng.randrange(8)
        if accident == 0:
            reply = reply[:at]
        elif accident == 1:
            reply = reply[:at] + reply[to:]
        elif accident == 2:
            reply = reply[:at] + reply[at:to] * rng.randint(2, 5) + reply[to:]
        elif accident == 3:
            reply = reply[:at] + "".join(rng.choices(ODD, k=rng.randint(1, 8))) + reply[at:]
        elif accident == 4:
            reply = reply[:at] + rng.choice(PROSE) + reply[at:]
        elif accident == 5:
            reply = reply[:at] + rng.choice(choices) + reply[to:]
        elif accident == 6:
            reply = rng.choice(
                [reply.lower(), reply.upper(), reply[::-1], reply.replace(" ", ""), reply.replace(">", "\n")]
            )
        else:
            reply = rng.choice(PROSE) + rng.choice(["", " ", "\n", ": "]) + reply
    return reply


def replies(answer, rng, n):
    for _ in range(n):
        choices = rng.choice(CHOICES[answer.name])
        order = rng.sample(choices, rng.randint(1, min(len(choices), 8)))
        start = answer.write(order) if rng.random() < 0.7 else "".join(rng.choices(ODD, k=rng.randint(0, 40)))
        yield damaged(start, choices, rng), choices


def check(parsed, choices, text):
    order, report = parsed.order, parsed.report
    assert len(set(order)) == len(order), text
    assert set(order) <= set(choices), text
    assert set(report.repeated) <= set(order), text
    assert len(report.unknown) <= LISTED, text
    assert all(0 < len(mention) <= LENGTH for mention in report.unknown), text
    assert order or report.missing == tuple(choices), text


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_damaged_replies(name):
    rng = random.Random(f"answer {name}")
    answers = [answer_format(name, language) for language in ("en", "zh")]
    started, read, empty = time.thread_time(), 0, 0
    for answer in answers:
        for text, choices in replies(answer, rng, REPLIES // 2):
            parsed = answer.parse(text, choices)
            check(parsed, choices, text)
            if name != "yes-no":
                assert parsed.report.missing == tuple(c for c in choices if c not in parsed.order), text
            read, empty = read + bool(parsed.order), empty + (not parsed.order)
    assert read > REPLIES / 10, "the damage leaves something to read"
    assert empty > REPLIES / 10, "and destroys something"
    assert time.thread_time() - started < SECONDS / 2


def test_there_are_a_hundred_thousand():
    assert REPLIES * len(ANSWERS) == 100_000


UNITS = [
    "[",
    "]",
    "[]",
    "[ ",
    " ",
    "\n",
    "- ",
    "1. ",
    "1",
    '"',
    "*",
    "《",
    "《a",
    "a: ",
    '["A",',
    "[A] ",
    "(",
    ">",
    "> ",
    "&",
    "&amp;",
    "Alien\n",
]
UNITS += [
    "Rocky IV, the film\n",
    "A > ",
    "A, ",
    "the ",
    "The, ",
    " (",
    " - ",
    "[1,",
    ",1",
    "[1]",
    "[x]",
    "\\",
    '"[',
    "三",
    "［",
    "\u0301",
    "\u0390",
]
UNITS += [
    "《三体》",
    "《三体》、",
    "no ",
    "yes",
    "answer",
    "a. ",
    "😀",
    "\x00",
    "ﷺ",
    "A [ > ",
    "[ x\n",
    ": x",
    " – x",
    "(2021)",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_megabyte_of_anything_is_read_in_a_second(name):
    answer, choices = answer_format(name), CHOICES[name][0]
    slow = {}
    for unit in UNITS:
        bulk = unit * (MEGABYTE // len(unit.encode()))
        for text in ("[" + bulk, f"x {bulk}\nA"):
            started = time.thread_time()
            check(answer.parse(text, choices), choices, unit)
            seconds = time.thread_time() - started
            if seconds > 1:
                slow[unit] = seconds
    assert not slow
