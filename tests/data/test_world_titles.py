"""Titles in the world's scripts and signs, each among titles that differ from it in little."""

import unicodedata

import pytest

from promptrec.answer.json_list import JsonList
from promptrec.answer.titles import Titles
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.recommender import Recommender
from promptrec.retrieve.bm25 import Bm25

# Every two of a row are different works.
ROWS = """
The Who | The What | The The | Who Is
It | It Is | If
Her | Him | Here
Us | You | Them
This Is Us | This Is It
Learning C++ | Learning C# | Learning C | Learning F#
Mesa +1 | Mesa -1 | Mesa 1
.NET in Action | Net in Action
A* Search | A Search | B* Search
100% Wolf | 100 Wolf | 101% Wolf
Disney | Disney+
B+ Student | B Student
<3 | >3 | 3
50% Off | 50€ Off | 50 Off
Node.js | Node | Node.NET
E=mc² | E=mc³
3:10 to Yuma | 310 to Yuma
م | ن
ไม่ | ไหม้
น้ำ | นำ | นาม
አማርኛ | አማርኞ
አዲስ አበባ | አዲስ አባባ
Հայաստան | Հայաստանի
ကမ္ဘာ | ကမာ
සිංහල | සිංහ
📀 | 💿
👩‍💻 | 👨‍💻
🇯🇵 | 🇰🇷
Київ | Кіїв
かき | がき | かぎ
1½ Knights | 1¼ Knights | 1 Knight
#1 Fan | #2 Fan
AC/DC | AC-DC Motors
P!nk | Pink | P?
Ke$ha | Kesha | Keha Live
M*A*S*H | M*U*S*H
2½ Men | 2 Men | 3½ Men | 21/2 Men
The Naked Gun 2½ | The Naked Gun 33⅓
½ Prince | 1 Prince
Alien³ | Alien | Alien²
??? | ! | !!! | ?!
÷ | × | = | + | -
★ | ☆ | ♥
$ | € | $$
🤔 | 😀 | 🙂
👨‍👩‍👧 | 👨‍👩‍👦
Mood 😀 | Mood 😢 | Mood
( ) | [ ] | ( ) Live
+/- | ± | -/-
Paris, Texas | Paris, France | Paris
Crouching Tiger, Hidden Dragon | Crouching Tiger, Hidden Cobra
The Matrix, Part 2 | The Matrix, Part 3
50/50 | 50 | 50/60
3.5 | 35 | 5.3
1,000 Nights | 1,001 Nights | 1 Night
2001: A Space Odyssey | 2010: A Space Odyssey
E.T. | E.R. | E.B.
Rocky II | Rocky III | Rocky
X-Men | X-Man | Y-Men
L’Avventura | La Ventura | L’Aventure
O'Brien | O'Bryan | Brian
straße | strafe
İstanbul | İskenderun
Ødegaard | Odegard Live
Łódź | Łódki
Ὀδυσσεύς | Ὀδύσσεια
ёлки | елка
мой сад | мои сады | моя сад
їжак | іжак
कम | कमी | काम
कि | की | का
हिंदी | हिंसा
फिर मिलेंगे | फिर मिलेगा
தமிழ் | தமிழா | தமழ்
নদী | নদ | নাদ
తెలుగు | తెలుగ
ಕನ್ನಡ | ಕನಡ
മലയാളം | മലയാളി
ਪੰਜਾਬ | ਪੰਜ
แม่ | แม้ | แมะ
พี่มาก พระโขนง | พี่มา พระโขนง
ປາ | ປ້າ
ខ្មែរ | ខែ
မြန်မာ | မန်မာ
كتاب | كتب | كاتب
می‌خواهم | می‌خواهد
שלום | שלם
서울 | 서웅 | 서울역
기생충 | 기생층
パリ | バリ | ハリ
ガール | ガル | カール
佐々木 | 佐木
红楼梦 | 红楼 | 新红楼梦
三体 | 三休
"""
WORKS = [[title.strip() for title in row.split(" | ")] for row in ROWS.strip().splitlines()]
TITLES = [title for row in WORKS for title in row]
CATALOG = Catalog([Item(item_id=f"id{n}", title=title) for n, title in enumerate(TITLES)])
IDS = dict(zip(TITLES, (item.item_id for item in CATALOG), strict=True))
INDEX = Bm25.of(CATALOG)


def found(catalog, words):
    item = catalog.find(words)
    return item and item.title


def test_there_are_titles_enough_and_none_is_there_twice():
    assert len(WORKS) >= 60 and len(TITLES) >= 150 and len(set(TITLES)) == len(TITLES)


@pytest.mark.parametrize("title", TITLES)
def test_a_title_finds_its_own_item(title):
    assert CATALOG.find(title).item_id == IDS[title]
    assert CATALOG.find(f" {unicodedata.normalize('NFD', title)}\u200f").item_id == IDS[title]


@pytest.mark.parametrize("row", WORKS, ids=lambda row: row[0])
def test_what_is_not_in_the_catalogue_is_not_taken_for_another(row):
    for title in row:
        others = Catalog([Item(item_id=f"id{n}", title=other) for n, other in enumerate(row) if other != title])
        assert found(others, title) is None or (title, found(others, title)) in SAME_BUT_FOR_ORNAMENTS


# A currency sign or an emoji may be missing where nothing else is meant.
SAME_BUT_FOR_ORNAMENTS = {("Mood 😀", "Mood"), ("Mood 😢", "Mood"), ("50€ Off", "50 Off"), ("50 Off", "50€ Off")}


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_the_first_that_its_own_words_find(title):
    best = INDEX.search(title, 1)
    assert [item_id for item_id, _ in best] == [IDS[title]]


@pytest.mark.parametrize("row", WORKS, ids=lambda row: row[0])
def test_neighbours_are_not_merged(row):
    items = [Item(item_id=str(n), title=title) for n, title in enumerate(row)]
    assert Catalog(items).near_duplicates() == []


@pytest.mark.parametrize("form", ["{}. {}", "{}. **{}**", "{}) {} – a fine one"])
@pytest.mark.parametrize("row", WORKS, ids=lambda row: row[0])
def test_titles_are_parsed_from_a_reply(row, form):
    shown = tuple(CATALOG[IDS[title]].title for title in row)
    reply = "\n".join(form.format(n, title) for n, title in enumerate(reversed(shown), 1))
    assert Titles().parse(reply, shown).order == shown[::-1]
    assert JsonList().parse(JsonList().write(shown[::-1]), shown).order == shown[::-1]


@pytest.mark.slow
@pytest.mark.parametrize("title", TITLES)
def test_who_liked_a_title_is_said_to_have_liked_it_and_not_sent_it(title):
    recommender = Recommender.load(catalog=CATALOG, ranker="random")
    found = recommender.candidates(Query(history=(title,)), 3)
    assert found.request.query.history == (CATALOG[IDS[title]].title,)
    assert IDS[title] not in {item.item_id for item in found.request.candidates}


# One work, written two ways.
WRITTEN = """
Amélie | AMELIE
The Matrix | matrix, the
Spider-Man | Spiderman
Spider-Man | Spider Man
Spider‑Man | spider–man
L’Avventura | l'avventura
O'Brien | OʼBrien
Don't Look Now | dont look now
Tom & Jerry | Tom and Jerry
Romeo & Juliet | Romeo＆Juliet
1,000 Nights | 1000 Nights
E.T. | ET
U.S.A. | USA
#Alive | Alive
AC/DC | ACDC
C♯ for Musicians | C# for musicians
Hunter × Hunter | Hunter x Hunter
I ❤️ NY | I ❤ NY
Ｍａｔｒｉｘ | Matrix
İSTANBUL | istanbul
ISPARTA | ısparta
STRASSE | straße
Smørrebrød | Smorrebrod
Æon Flux | Aeon Flux
Œuvre | oeuvre
Łódź | lodz
ﬁlm noir | film noir
ΟΔΥΣΣΕΥΣ | οδυσσευς
Ὀδυσσεύς | ΟΔΥΣΣΕΥΣ
Ёлки | Елки
كِتَاب | كتاب
كتاب | کتاب
کتــاب | کتاب
آب | اب
می‌خواهم | میخواهم
می‌خواهم | می خواهم
שָׁלוֹם | שלום
צה״ל | צה׳ל
क्‍ष | क्ष
३ इडियट्स | 3 इडियट्स
ｶﾞｰﾙ | ガール
기생 충 | 기생충
The Naked Gun 2½ | naked gun 2 1/2
Alien³ | Alien 3
👨‍👩‍👧 | 👨👩👧
"""
PAIRS = [tuple(title.strip() for title in row.split(" | ")) for row in WRITTEN.strip().splitlines()]


@pytest.mark.parametrize("pair", PAIRS, ids=" = ".join)
def test_one_work_written_two_ways(pair):
    for title, words in (pair, pair[::-1]):
        catalog = Catalog([Item(item_id="own", title=title), Item(item_id="other", title="Casablanca")])
        assert catalog.find(words) is catalog["own"]
        assert [item_id for item_id, _ in Bm25.of(catalog).search(words, 5)] == ["own"]
        shown = (catalog["own"].title, "Casablanca")
        assert Titles().parse(f"1. {words}\n2. Casablanca", shown).order == shown
    assert len(Catalog([Item(item_id=str(n), title=title) for n, title in enumerate(pair)]).near_duplicates()) == 1


@pytest.mark.parametrize(
    ("titles", "words", "title"),
    [
        (("Café", "Cafe"), "Cafe", "Cafe"),
        (("Café", "Cafe"), "CAFÉ", "Café"),
        (("Café", "Cafe"), "café!", None),
        (("The Arena", "Arena"), "arena", "Arena"),
        (("Año", "Ano"), "Año", "Año"),
        (("#Alive", "Alive"), "alive", "Alive"),
        (("Spiderman", "Spider Man"), "Spider-Man", "Spider Man"),
        (("Mood 😀", "Mood 😢"), "Mood", None),
        (("Mood 😀", "Other"), "mood", "Mood 😀"),
        (("Mood 😀", "Other"), "mood 😢", None),
        (("$100", "Other"), "100", "$100"),
        (("$100", "Other"), "£100", None),
        (("Nowhere", "Now Here"), "now here", "Now Here"),
        (("Apollo 13", "Other"), "Apollo 1 3", None),
        (("🤔", "???"), "", None),
        (("It", "it"), "IT", None),
    ],
)
def test_the_strictest_reading_that_names_one_item_counts(titles, words, title):
    catalog = Catalog([Item(item_id=f"id{n}", title=name) for n, name in enumerate(titles)])
    assert found(catalog, words) == title


@pytest.mark.parametrize("reply", ["🎬 Alien", "1. Alien ⭐⭐⭐", "2) 👽 **Alien**"])
def test_emoji_that_a_model_adds_do_not_hide_a_title(reply):
    assert Titles().parse(reply, ("Alien", "Aliens")).order == ("Alien",)


@pytest.mark.parametrize(
    ("reply", "shown", "order"),
    [
        ("1. Mood", ("Mood 😀", "Heat"), ("Mood 😀",)),
        ("1. Mood 😢", ("Mood 😀", "Heat"), ()),
        ("1. mood", ("Mood 😀", "Mood"), ("Mood",)),
        ("1. Learning C++", ("Learning C#", "Learning C"), ()),
        ("1. Learning C", ("Learning C++", "Learning C#"), ()),
        ("1. Learning C ++", ("Learning C", "Learning C#"), ()),
        ("1. Learning C ++", ("Learning C", "Learning C++"), ("Learning C++",)),
        ("1. A*", ("A", "B"), ()),
        ("1. *A*", ("A", "B"), ("A",)),
        ("1. A**", ("A", "B"), ("A",)),
        ("1. Mesa Boogie Amplifier +1", ("Mesa Boogie Amplifier -1", "Heat"), ()),
        ("1. الكتاب الأزرق", ("الكاتب الأزرق", "Heat"), ()),
        ("1. दोस्ताना हमारा", ("दोस्ताने हमारा", "Heat"), ()),
        ("1. **Search by A***", ("Search by A*", "Search by A"), ("Search by A*",)),
    ],
)
def test_a_sign_may_be_missing_but_not_be_another(reply, shown, order):
    assert Titles().parse(reply, shown).order == order
