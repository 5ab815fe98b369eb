import html

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from promptrec.data.clean import clean_text
from promptrec.data.item import Item
from promptrec.data.mojibake import LOST, mended
from promptrec.data.query import MAX_CHARACTERS, Query
from promptrec.errors import InputError

SOUND = [
    "L’été à Paris, déjà vu: «Ça va?» où naît l'œuvre",
    "Tôi thích phim hành động, Bắc Ninh đẹp lắm, ẢNH Ã",
    "想看节奏慢的老电影——“安静”一点，《霸王别姬》那种…",
    "São Paulo, NÃO, ÉRAMOS SEIS; El Niño; Ünïcödé; Ångström; Þór og Æsir",
    "Ψυχή и Фильм про войну, Їжак, Đorđe",
    "25 °C ± 5 µm, ½ price ™ £5 € 10 §2 ¶ • †",
    "naïve café 🎬 👩🚀 ‘quoted’ “twice” ’n’ roll…",
    "Pokémon©®, Nestlé®™, voilà…, Mötley Crüe, âme €5",
    "ガール・フレンド Č Š Ž ą ę ł ş ğ ı",
]


@pytest.mark.parametrize("text", SOUND)
def test_sound_text_of_many_languages_stays_as_it_is(text):
    assert mended(text) == text


@pytest.mark.parametrize(
    "text", ["don’t", "“café”", "我想看电影", "Misérables", "für Élise", "naïve…", "привет", "Tối"]
)
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("times", [1, 2])
def test_utf8_that_was_read_in_another_encoding_comes_back(text, encoding, times):
    wrong = text
    for _ in range(times):
        # As browsers do it: what Windows-1252 lacks stays a control character.
        wrong = "".join(bytes([byte]).decode(encoding, "replace") for byte in wrong.encode())
        wrong = wrong if LOST not in wrong else text
    assert mended(wrong) == text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("don\x92t \x93stop\x94", "don’t “stop”"),  # Windows-1252 that was read as Latin-1
        ("don&acirc;&euro;&trade;t", "don’t"),
        ("itâ€™s “fine” æˆ‘æƒ³", "it’s “fine” 我想"),  # sound and damaged in one text
        ("â€œHeatâ€", "“Heat”"),  # the last character of a closing quote is often lost
        ("Ã\u200b©", "é"),
        ("ï»¿id", "id"),
    ],
)
def test_cleaning_mends_before_it_takes_signs_out(dirty, clean):
    assert clean_text(dirty) == clean


@pytest.mark.parametrize("run", [1, 2, 3, 8, 9, 27, 81])
@pytest.mark.parametrize(
    "text",
    [
        "I don't like it",
        "I'm fond of it",
        "They're bad, we've seen one",
        "SHE'LL say it's",
        "He'd go",
        "Schindler's List",
        "You should've",
        "O'Brien, ma'am",
        "the children's film",
        "Let's go",
        "can't, won't. isn't",
    ],
)
def test_lost_apostrophes_are_put_back(text, run):
    assert clean_text(text.replace("'", LOST * run)) == text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        (f"caf{LOST} au lait", f"caf{LOST} au lait"),
        (f"Am{LOST * 2}lie", f"Am{LOST}lie"),
        (f"Apr{LOST}s la pluie", f"Apr{LOST}s la pluie"),
        (f"tr{LOST}s bien", f"tr{LOST}s bien"),
        (f"une soir{LOST}e apr{LOST}s", f"une soir{LOST}e apr{LOST}s"),
        (f"quiet {LOST * 9} slow", f"quiet {LOST} slow"),
        (f"dogs{LOST} cats", f"dogs{LOST} cats"),
    ],
)
def test_what_was_lost_elsewhere_stays_to_be_seen_and_parts_no_words(dirty, clean):
    assert clean_text(dirty) == clean


PIECES = st.sampled_from(
    ["Ã", "Â", "â", "€", "™", "©", "¬", "\x92", "\x80", LOST, "n", "t", "s", "I", " ", "ﬁ", "é", "中"]
)
BYTES = st.binary(max_size=40).map(lambda data: data.decode("cp1252", "replace")) | st.text(max_size=20).map(
    lambda text: text.encode("utf-8", "replace").decode("latin-1")
)


@given(st.lists(PIECES, max_size=25).map("".join) | BYTES)
@example("Ã\u200b©" * 3)
@example(html.escape("â€™&amp;Â") + LOST * 4 + "s")
def test_cleaning_damaged_text_twice_is_cleaning_it_once(text):
    once = clean_text(text)
    assert clean_text(once) == once


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_letters_are_never_mended(text):
    assert mended(text) == text


def test_a_query_with_many_lost_apostrophes_is_read_and_is_not_too_long():
    run = LOST * 81
    query = Query(preferences=f"I don{run}t like gore. " * (MAX_CHARACTERS // 40), history=(f"Schindler{run}s List",))
    assert query.preferences.startswith("I don't like gore. I don't") and query.history == ("Schindler's List",)


def test_items_are_mended_as_queries_are():
    item = Item(
        item_id="1", title="AmÃ©lie", fields={"cast": ("Mathieu KassovitzÂ®",), "about": f"It{LOST * 3}s Paris"}
    )
    assert (item.title, item.fields["cast"], item.fields["about"]) == ("Amélie", ("Mathieu Kassovitz®",), "It's Paris")


@pytest.mark.parametrize(
    "text", [f"caf{LOST}", f"Am{LOST}lie", f"d{LOST}j{LOST} vu, merci", f"I{LOST}m", f"T{LOST}i th{LOST}ch"]
)
def test_text_that_lost_letters_is_text(text):
    assert Query(preferences=text).preferences


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01".decode("utf-8", "replace"), "60%"),
        ("фильм про войну".encode("cp1251").decode("utf-8", "replace"), "60%"),
        ("film\x00".replace("", "\x00"), "64%"),
        (LOST * 300, "100%"),
    ],
)
def test_what_is_no_text_is_refused_with_the_share_that_is_damaged(text, share):
    with pytest.raises(InputError, match=f"{share} of the text is damaged characters: give plain words"):
        Query(preferences=text)
