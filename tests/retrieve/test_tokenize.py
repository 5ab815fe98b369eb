import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.clean import clean_text
from promptrec.retrieve.tokenize import STOP_WORDS, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Quick, brown FOX!", ["quick", "brown", "fox"]),
        ("Café noir, naïve", ["cafe", "noir", "naive"]),
        ("ＡＢＣ　１２", ["abc", "12"]),
        ("Tom &amp; Jerry\u200bs", ["tom", "jerrys"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("故宫", ["故", "宫", "故宫"]),
        ("看故宫", ["看", "故", "宫", "看故", "故宫"]),
        ("茶", ["茶"]),
        ("去KTV玩", ["去", "ktv", "玩"]),
        ("门票：60元", ["门", "票", "门票", "60", "元"]),
        ("北京，故宫", ["北", "京", "北京", "故", "宫", "故宫"]),
        ("ガール", ["ガ", "ー", "ル", "ガー", "ール"]),
        ("ｶﾞｰﾙ", ["ガ", "ー", "ル", "ガー", "ール"]),
        ("ム・ハン", ["ム", "ハ", "ン", "ハン"]),
        ("서울", ["서", "울", "서울"]),
        ("\U00020000\U00020001", ["\U00020000", "\U00020001", "\U00020000\U00020001"]),
        ("film film", ["film", "film"]),
        ("", []),
        ("🎬 !? …", ["🎬"]),
        ("the film of and", ["film"]),
        ("the of and", ["the", "of", "and"]),
        ("The Who\nThe film", ["the", "who", "film"]),
        ("( )", ["()"]),
        ("- & film -", ["film"]),
        ("Learning C++, C# and C.", ["learning", "c", "c++", "c", "c#", "c"]),
        (".NET, F#: A* 100%", ["net", ".net", "f", "f#", "a*", "100", "100%"]),
        ("-1 +1 1", ["1", "-1", "1", "+1", "1"]),
        ("AC/DC M*A*S*H R&B", ["ac", "dc", "acdc", "m", "s", "h", "mash", "r", "b", "r&b"]),
        ("C/C++ 24/7", ["c", "c++", "cc++", "24", "7", "24/7"]),
        ("P!nk Ke$ha", ["p", "nk", "p!nk", "ke", "ha", "ke$ha"]),
        ("Spider-Man’s E.T.", ["spider", "man", "spidermans", "e", "t", "et"]),
        ("I don't, it's L'Avventura O’Brien", ["avventura", "lavventura", "brien", "obrien"]),
        ("1,000 3.5 50/50", ["1", "000", "1000", "3", "5", "3.5", "50", "50/50"]),
        ("2½ ÷ ★film", ["2", "1", "2", "1/2", "÷", "★", "film"]),
        ("iphone13 Se7en R2D2 mp3", ["iphone", "13", "iphone13", "se7en", "r2d2", "mp3"]),
        ("हिन्दी फ़िल्म, தமிழ்", ["हिन्दी", "फ़िल्म", "தமிழ்"]),
        ("كِتَاب كتاب", ["کتاب", "کتاب"]),
        ("می\u200cخواهم", ["می", "خواهم", "میخواهم"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี", "สวั", "วัส", "สดี"]),
        ("ខ្មែរ", ["ខ្មែ", "រ", "ខ្មែរ"]),
        ("佐々木", ["佐", "々", "木", "佐々", "々木"]),
    ],
)
def test_words_of_a_text(text, expected):
    assert words(text) == expected


def test_voicing_marks_make_other_words_but_accents_do_not():
    assert words("パリ") != words("バリ")
    assert words("é") == words("e\u0301") == words("E")


@given(st.text())
def test_words_do_not_depend_on_case_form_or_dirt(text):
    assert words(clean_text(text)) == words(text)


@given(st.text())
def test_no_word_holds_space_and_a_stop_word_stands_among_stop_words(text):
    for line in clean_text(text).split("\n"):
        found = words(line)
        assert all(word and not any(c.isspace() for c in word) for word in found)
        assert STOP_WORDS.isdisjoint(found) or STOP_WORDS.issuperset(found)


@given(st.text("ab1 -'./&*$!@+#%,é中า👩("))
def test_every_line_with_something_to_see_has_a_word(line):
    assert bool(words(line)) == bool(line.strip())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("films like Her", ["films", "her"]),
        ("I love The Who, Queen and Them.", ["queen", "the", "who", "them"]),
        ("films like The Wire", ["films", "wire"]),
        ("films about her. She is kind", ["films", "kind"]),
        ("The films of it", ["films"]),
        ("Show me Us on TV", ["show", "tv", "us"]),
        ("films from the US", ["films"]),
        ("something like Her", ["her"]),
        ("something like it", ["something", "like", "it"]),
        ("The Who", ["the", "who"]),
    ],
)
def test_stop_words_that_are_written_as_a_name_are_looked_for(text, found):
    assert words(text, query=True) == found


@given(st.text("故宫北京天坛", max_size=20))
def test_a_run_of_n_characters_has_n_words_and_the_pairs_between(run):
    assert len(words(run)) == max(0, 2 * len(run) - 1)


# Without letters that make a stop word, such as "bé": a text of stop words alone keeps them.
@given(st.lists(st.text("xz中文é", min_size=1), max_size=5), st.lists(st.text("xz中文é", min_size=1), max_size=5))
def test_words_of_two_texts_are_the_words_of_each(one, other):
    left, right = " ".join(one), " ".join(other)
    assert words(f"{left} {right}") == words(left) + words(right)
