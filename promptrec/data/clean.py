"""Cleaning text at the door, once and for all: `clean_text(clean_text(x)) == clean_text(x)`."""

import html
import re
import unicodedata

from promptrec.data.mojibake import mended

_LAST_OF_PLANES = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
# Control characters but tab and newline; soft hyphen; zero-width, bidirectional and invisible marks; variation
# selectors; BOM; lone surrogates; the noncharacters, which templates use to mark untrusted text.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufdd0-\ufdef\ufff0-\ufffb\U000e0000-\U000e0fff\ud800-\udfff"
    f"{_LAST_OF_PLANES}]"
)
_AMPERSANDS = re.compile("&(?:(?:amp|AMP|#38|#x26);)+")
# Python refuses to read numbers of thousands of digits; no character has a number of more than seven.
_NO_CHARACTER = re.compile("&#[0-9]{9,};?")
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_PLAIN = re.compile(r"[\t\n\x20-\x25\x27-\x7e]*")

MAX_LAYERS = 10
"""How many times over a text may be escaped; in one that is escaped more often, no ampersand is kept."""


def clean_text(text: str) -> str:
    """Text as a model should read it.

    HTML entities are unescaped, what was decoded wrongly is mended (see `promptrec.data.mojibake`), Unicode is in form
    NFKC (full-width letters, digits and punctuation become their plain forms), line ends are newlines, and what cannot
    be seen (controls, zero-width and direction marks, BOM, lone surrogates, noncharacters) is gone.
    """
    if _PLAIN.fullmatch(text):
        return text
    for _ in range(MAX_LAYERS):
        if (cleaned := _once(text)) == text:
            return text
        text = cleaned
    return clean_text(text.replace("&", ""))


def _once(text: str) -> str:
    # A chain of escaped ampersands goes at once; layer by layer it would take quadratic time.
    if "&" in text:
        text = html.unescape(_NO_CHARACTER.sub("\ufffd", _AMPERSANDS.sub("&", text)))
    # Before anything else is taken out: the controls and signs in mojibake are parts of letters.
    visible = _INVISIBLE.sub("", _LINE_END.sub("\n", mended(text)))
    return unicodedata.normalize("NFKC", visible)


def title_key(title: str) -> str:
    """A title without case, accents, punctuation and leading article: equal keys, same title.

    "Matrix, The (1999)", "The Matrix (1999)", "Matrix The (1999)" and "the matrix: 1999" have one key.
    """
    folded = unicodedata.normalize("NFKD", clean_text(title)).casefold()
    plain = "".join(c for c in folded if not unicodedata.combining(c) or c in _VOICING)
    plain = _TRAILING_ARTICLE.sub(r"\2 \1\3", unicodedata.normalize("NFC", plain))
    return " ".join(re.findall(r"\w+", _LEADING_ARTICLE.sub("", plain))) or plain.strip()


_TRAILING_ARTICLE = re.compile(
    r"^(.*?)(?:,\s*|\s+(?=the\b))(the|an|a|le|la|les|el|der|die|das|il)\b((?:\s*\(.*)?)$", re.DOTALL
)
_LEADING_ARTICLE = re.compile(r"^\s*(the|an|a)\s+(?=\w)")
# Kana voicing marks are combining characters, but they make other letters, not accented ones.
_VOICING = "\u3099\u309a"
