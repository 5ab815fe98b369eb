"""Near-duplicate titles: one is shown, the other is what the model wrote. Taking one for the other is a wrong match."""

import random
from itertools import permutations

import pytest
from rapidfuzz import process

from promptrec.answer.titles import Titles
from promptrec.data.catalog import Catalog

# Every two of a row are different works.
ROWS = """
Alien | Aliens | Alien 3 | Alien: Resurrection | Alien - Covenant
1984 | 1Q84 | 1948 | 1983
Man on Fire | Man on Wire | Man on the Moon | Man on a Ledge
Father of the Bride | Mother of the Bride | Father of the Bride Part II
Before Sunrise | Before Sunset | Before Midnight
Mean Girls | Mean Girls 2 | Mean Streets
The Hangover | The Hangover Part II | The Hangover Part III
Dune: Part One | Dune: Part Two | Dune
Mission: Impossible | Mission: Impossible II | Mission: Impossible – Fallout | Mission: Impossible - Rogue Nation
Harry Potter and the Deathly Hallows: Part One | Harry Potter and the Deathly Hallows: Part Two
Kill Bill | Kill Bill: Vol. 1 | Kill Bill - Vol. 2 | Kill Bill (Volume 3)
Star Trek | Stargate | Star Trek II: The Wrath of Khan
Star Wars: Episode IV – A New Hope | Star Wars: Episode V – The Empire Strikes Back
Star Wars: Episode V – The Empire Strikes Back | Star Wars: Episode VI – Return of the Jedi
Ocean's Eleven | Ocean's Twelve | Ocean's Thirteen | Ocean's 8
Batman | Batman Begins | Batman Returns | Batman Forever | Batman & Robin | Batgirl
Superman | Superman II | Supergirl | Superman Returns
The Matrix | The Matrix Reloaded | The Matrix Revolutions
Contact | Contract | Contagion | Contempt
Parasite | Parasites | Paradise
The Holiday | The Holidays | Roman Holiday
Monster | Monsters | Monsters, Inc. | Monster's Ball
Good Will Hunting | Ghost Hunting
Hot Shots! | Hot Shot
Gladiator | Gladiators | Gladiator II
Dead Man | Dead Men | Dead Man Walking | Dead Calm
Little Women | Little Woman | Little Men
The Big Sleep | The Big Sick | The Big Short | The Big Chill
Step Up | Step Up 2 | Speed | Speed 2
Die Hard | Die Hard 2 | Die Harder | Try Hard
Jaws | Jaws 2 | Claws
Home Alone | Home Alone 2 | Home Alone 3
Back to the Future | Back to the Future Part II | Back to the Future Part III
Frozen (2010) | Frozen (2013) | Frozen II
Star Wars | Star Wars - Return of the Jedi | Star Wars – The Force Awakens
The Thing (1982) | The Thing (2011) | The Thing (Prequel)
Cats | Cats & Dogs | Bats
It | It Follows | It Chapter Two | If
Up | Us | UHF
Saw | Saw II | Saw III | Saw IV | Saw V | Saw VI | Saw X
Apollo 11 | Apollo 13 | Apollo 18
District 9 | District 13
X-Men | X2 | X-Men: First Class
Blade Runner | Blade Runner 2049 | Blade | Blade II
Planet of the Apes | Planet of the Humans | Planet Terror
The Bourne Identity | The Bourne Supremacy | The Bourne Ultimatum | The Bourne Legacy
La Dolce Vita | La Vita è bella | La Strada
The Good Son | The Good Sin | The Good Soon
Immortal | Immoral | Immortals
Prince of Persia | Prince of Egypt | Prince of Thieves
哈利·波特与魔法石 | 哈利·波特与密室 | 哈利·波特与火焰杯 | 哈利·波特与混血王子
三体II | 三体III | 三体全集
三体Ⅱ：黑暗森林 | 三体Ⅲ：死神永生
这个杀手不太冷 | 这个杀手不太冷静
叶问 | 叶问2 | 叶问3 | 叶问外传
战狼 | 战狼2 | 战狼三
流浪地球 | 流浪地球2 | 流浪地球（第三部）
唐人街探案 | 唐人街探案2 | 唐人街探案3 | 唐人街
无间道 | 无间道II | 无间道III：终极无间
大话西游之月光宝盒 | 大话西游之大圣娶亲 | 大话西游3
西游降魔篇 | 西游伏妖篇 | 西游记
红楼梦 | 红楼 | 新红楼梦
平凡的世界 | 不平凡的世界 | 平凡之路
射雕英雄传 | 神雕侠侣 | 射雕英雄传之东成西就
鹿鼎记 | 鹿鼎记II | 鹿鼎记（续集）
前任攻略 | 前任2 | 前任3：再见前任
北京饭店 | 北京大饭店 | 南京饭店
全聚德烤鸭店 | 全聚德烤鸭店（前门店） | 全聚德烤鸭店（王府井店）
赛德克·巴莱（上） | 赛德克·巴莱（下） | 赛德克·巴莱
三体 | 三体 - 黑暗森林 | 三体：死神永生
"""
SERIES = [
    "Rocky",
    "Toy Story",
    "The Godfather",
    "Final Destination",
    "Police Academy",
    "Fast & Furious",
    "The Naked Gun",
]
SERIES += ["速度与激情", "古墓丽影", "虎胆龙威", "冰川时代", "功夫熊猫", "谍影重重"]
ENDINGS = ["", " 2", " II", " III", " IV", " 5", " Part Six", " 7"]
SAME = {frozenset((" 2", " II"))}
CLEAN = [
    "{}",
    "1. {}",
    "12) {}",
    "- {}",
    "* **{}**",
    '"{}"',
    "“{}”",
    "《{}》",
    "  {}  ",
    "3. {}.",
    "3、《{}》",
    "**{}** - a great choice",
]
WRONG_AT_MOST = 0.005
RESOLVED_AT_LEAST = 0.95


def rows():
    return [[title.strip() for title in row.split(" | ")] for row in ROWS.strip().splitlines()]


def pairs():
    """What is shown, and the other work that is written."""
    found = [pair for row in rows() for pair in permutations(row, 2)]
    for name in SERIES:
        for one, other in permutations(ENDINGS, 2):
            if frozenset((one, other)) not in SAME:
                found.append((name + one, name + other))
    return found


def test_the_set_is_large_enough_and_in_both_languages():
    assert len({frozenset(pair) for pair in pairs()}) >= 150
    assert sum(1 for shown, _ in pairs() if shown > "\u2e80") >= 150


@pytest.mark.slow
@pytest.mark.parametrize("form", ["{}", "1. {}", "**{}**", "《{}》", "{} – a good one"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_another_work_is_not_taken_for_the_one_shown(form, language):
    answer = Titles(language)
    wrong = [(s, w) for s, w in pairs() if answer.parse(form.format(w), (s, "Casablanca", "城南旧事")).order]
    assert len(wrong) <= WRONG_AT_MOST * len(pairs()), wrong


def test_among_all_titles_of_a_row_but_the_one_written_none_is_taken():
    wrong = []
    for row in rows():
        for written in row:
            others = tuple(title for title in row if title != written)
            if Titles().parse(written, others).order:
                wrong.append(written)
    assert len(wrong) <= WRONG_AT_MOST * sum(map(len, rows())), wrong


@pytest.mark.parametrize("form", CLEAN)
def test_clean_mentions_are_resolved(form):
    titles = [(title, tuple(row)) for row in rows() for title in row]
    lost = [title for title, row in titles if Titles().parse(form.format(title), row).order != (title,)]
    assert 1 - len(lost) / len(titles) >= RESOLVED_AT_LEAST, lost


def test_among_hundreds_of_titles_the_right_one_is_taken():
    titles = tuple(dict.fromkeys(title for row in rows() for title in row))
    reply = "\n".join(f"{place}. {title}" for place, title in enumerate(titles, 1))
    assert Titles().parse(reply, titles).order == titles
    assert Titles().parse(reply.upper(), titles).report.unknown == ()


@pytest.mark.slow
@pytest.mark.parametrize(("name", "language"), [("films", "en"), ("places-zh", "zh")])
def test_a_real_title_is_not_taken_for_its_nearest_neighbours(name, language):
    """What is left are titles that differ in their article alone, such as "Arena" and "The Arena"."""
    titles = list(dict.fromkeys(item.title for item in Catalog.bundled(name)))
    wrong, lost, answer = [], [], Titles(language)
    for title in random.Random(3).sample(titles, 300):
        near = [other for other, *_ in process.extract(title, titles, limit=11) if other != title]
        wrong += [title] if answer.parse(f"1. {title}", near).order else []
        lost += [title] if answer.parse(f"1. **{title}** - a great choice", [*near, title]).order != (title,) else []
    assert len(wrong) <= 0.02 * 300, wrong
    assert len(lost) <= (1 - RESOLVED_AT_LEAST) * 300, lost
