"""Case folding of names: removes case, accents, ligatures and typography, but keeps signs that distinguish names."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import chain


def char_class(codes: Iterable[int]) -> str:
    """The body of a regular-expression character class for these code points, as ranges."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(f"{re.escape(chr(first))}-{re.escape(chr(last))}" for first, last in ranges)


# Marks that writers omit or add freely: accents of Latin, Greek and Cyrillic, points of Hebrew, Arabic and
# Syriac, enclosing marks. The marks of other scripts are vowels and joined consonants, which distinguish words.
_ACCENT = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u08ca-\u08e1\u08e3-\u08ff\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
# The breve of й and ў and the dots of ї belong to the letter.
_ACCENTS = re.compile(f"(?![\u0306\u0308])[{_ACCENT}]|(?<![иу])\u0306|(?<!і)\u0308")
_IS_ACCENT = re.compile(f"[{_ACCENT}]")
# All assigned characters except Han, hangul and ancient scripts, which have neither marks nor signs.
_CODES = chain(range(0x80, 0x3400), range(0xA480, 0xAC00), range(0xFB00, 0x12000), range(0x1CC00, 0x1FC00))
_CATEGORIES = {code: unicodedata.category(chr(code)) for code in _CODES}

MARKS = char_class(c for c, kind in _CATEGORIES.items() if kind in ("Mn", "Mc") and not _IS_ACCENT.match(chr(c)))
"""Combining marks that are part of a word; `\\w` does not match them."""

SYMBOLS = char_class(c for c, kind in _CATEGORIES.items() if kind in ("So", "Sm") and chr(c) not in "©®℗℠°¬±¦")
"""Signs and emoji beyond ASCII that distinguish names, such as ÷, ★ and 🤔."""

# Scripts without spaces between words: kana (without the middle dot, which separates), Han, hangul, Thai, Lao,
# Myanmar, Khmer, Tai. Hangul has spaces, but its particles are written to the word.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u17d7\u17dc\u17dd"
    "\u1950-\u197f\u1980-\u19c9\u1a20-\u1a7f\ua9e0-\ua9ef\uaa60-\uaa7f\u3005-\u3007\u3041-\u309f\u30a1-\u30fa"
    "\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
"""The inside of a character class: letters and marks of scripts that write words without spaces."""

_LETTERS = str.maketrans(
    {code: str(unicodedata.digit(chr(code))) for code, kind in _CATEGORIES.items() if kind == "Nd"}
    # Letters without a Unicode decomposition.
    | dict(zip(map(ord, "øłđħıŧðæœþ"), ("o", "l", "d", "h", "i", "t", "d", "ae", "oe", "th"), strict=True))
    # A letter with two forms on Arabic and Persian keyboards; stretching and joining characters.
    | dict(zip(map(ord, "يىكةہٱ"), "ییکهها", strict=True))
    | dict.fromkeys(map(ord, "ـ\u200c\u200d"))
    | dict.fromkeys(map(ord, "’‘ʼʻʹ′‛`´ꞌ׳״"), "'")
    | dict.fromkeys(map(ord, "‐‑‒–−﹣"), "-")
    | {ord("×"): "x", ord("♯"): "#", ord("⁄"): "/"}
)


def fold(text: str) -> str:
    """Fold clean text: no case, accents, ligatures or vowel points; digits, apostrophes and hyphens in ASCII.

    Vowel signs, voicing marks and the dots of й and ї stay, because they distinguish words.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", plain))
