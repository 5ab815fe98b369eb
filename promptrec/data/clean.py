"""Cleaning of all text on input. Idempotent: `clean_text(clean_text(x)) == clean_text(x)`."""

import html
import re
import unicodedata

from promptrec.data.case_folding import MARKS, SYMBOLS, fold
from promptrec.data.mojibake import mended

_LAST_OF_PLANES = "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
# Control characters but tab and newline; soft hyphen; zero-width, bidirectional and invisible marks; variation
# selectors; BOM; lone surrogates; the noncharacters, which templates use to mark untrusted text. Joiners are
# handled separately: between joined letters and between emoji they are spelling (Unicode Standard Annex 31, 2.3).
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufdd0-\ufdef\ufff0-\ufffb\U000e0000-\U000e0fff\ud800-\udfff"
    f"{_LAST_OF_PLANES}]"
)
# Arabic to Tibetan, Myanmar, Khmer, Mongolian.
_JOINING = "\u0620-\u08ff\u0900-\u109f\u1780-\u18af"
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_JOINER = re.compile(
    f"(?<=[{_JOINING}])([\u200c\u200d])[\u200c\u200d]*(?=[{_JOINING}])"
    f"|(?<=[{_EMOJI}])(\u200d)[\u200c\u200d]*(?=[{_EMOJI}])|[\u200c\u200d]+"
)
_FRACTIONS = "\u00bc-\u00be\u2150-\u215e\u2189"
_BESIDE_FRACTION = re.compile(f"(?<=\\d)(?=[{_FRACTIONS}])|(?<=[{_FRACTIONS}])(?=[\\d{_FRACTIONS}])")
_AMPERSANDS = re.compile("&(?:(?:amp|AMP|#38|#x26);)+")
# Python refuses numbers of thousands of digits; a character reference has at most seven.
_NO_CHARACTER = re.compile("&#[0-9]{9,};?")
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_PLAIN = re.compile(r"[\t\n\x20-\x25\x27-\x7e]*")

MAX_LAYERS = 10
"""Limit of nested escapes of a text; beyond it all ampersands are removed."""


def clean_text(text: str) -> str:
    """Clean a text for a model: Unicode normalised, mojibake decoded again, invisible characters removed.

    HTML entities are unescaped, mojibake is repaired (see `promptrec.data.mojibake`), Unicode is in form
    NFKC (full-width letters, digits and punctuation become their plain forms), line ends are newlines, and invisible
    characters (controls, zero-width and direction marks, BOM, lone surrogates, noncharacters) are removed.
    Joiners that are spelling stay, as in Persian words, Indic letters and emoji of several parts. 2½ becomes
    "2 1⁄2", not "21⁄2".
    """
    if _PLAIN.fullmatch(text):
        return text
    for _ in range(MAX_LAYERS):
        if (cleaned := _once(text)) == text:
            return text
        text = cleaned
    return clean_text(text.replace("&", ""))


def _once(text: str) -> str:
    # A chain of escaped ampersands is removed at once; layer by layer it would take quadratic time.
    if "&" in text:
        text = html.unescape(_NO_CHARACTER.sub("\ufffd", _AMPERSANDS.sub("&", text)))
    # Before other characters are removed, because controls and signs in mojibake are parts of letters.
    visible = _INVISIBLE.sub("", _LINE_END.sub("\n", mended(text)))
    joined = _JOINER.sub(lambda joiners: joiners[1] or joiners[2] or "", visible)
    return unicodedata.normalize("NFKC", _BESIDE_FRACTION.sub(" ", joined))


def title_key(title: str) -> str:
    """Comparison key of a title, without case, accents, punctuation and leading article.

    "Matrix, The (1999)", "The Matrix (1999)", "Matrix The (1999)" and "the matrix: 1999" have one key. Signs that
    distinguish names stay: "C++" and "C ++" are not "C#", "+1" not "-1", "÷" not "×", "🤔" not "😀". A title of
    punctuation alone is its own key.

    >>> title_key("Matrix, The (1999)")
    'matrix 1999'
    """
    folded = fold(clean_text(title))
    if not folded.replace(" ", "").isalnum():  # most titles have no sign
        folded = _DOTTED.sub(lambda letters: letters[0].replace(".", ""), folded)
        folded = _AND.sub(" and ", _UNIT.sub("", _GROUPS.sub("", folded)))
        folded = _SIGN_APART.sub("", folded)
    plain = _LEADING_ARTICLE.sub("", _TRAILING_ARTICLE.sub(r"\2 \1\3", folded))
    return " ".join(_KEY_WORD.findall(plain)) or " ".join(plain.split())


def spaceless(key: str) -> str:
    """Remove the spaces of a title's key except between digits: "Spider-Man" equals "Spiderman", not "Apollo 1 3"."""
    return _BESIDE_LETTER.sub("", key)


def signless(key: str) -> str:
    """Remove the signs that people omit or add from a title's key: symbols, emoji, currency."""
    return " ".join(_ORNAMENT.sub(" ", key).split()) if _ORNAMENT.search(key) else key


_TRAILING_ARTICLE = re.compile(
    r"^(.*?)(?:,\s*|\s+(?=the\b))(the|an|a|le|la|les|el|der|die|das|il)\b((?:\s*\(.*)?)$", re.DOTALL
)
_LEADING_ARTICLE = re.compile(r"^\s*(the|an|a)\s+(?=\w)")
_AND = re.compile(r"(?<=\w)\s*&\s*(?=\w)")
_DOTTED = re.compile(r"(?<![\w.])(?:[^\W\d_]\.)+[^\W\d_]?(?!\w)")
_GROUPS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CURRENCY = "$€£¥₩₹"
_UNIT = re.compile(rf"(?<=\d) (?=[%{_CURRENCY}])")
# Words with the signs that distinguish them: "-1", "<3", "$100", ".net", "c++", "c#", "a*", "100%", "50€", the grade
# "b-"; and symbols.
_KEY_WORD = re.compile(
    rf"(?<![^\s(\[])[a-z]{{1,2}}-(?=\s|$)|(?:(?<![^\s(\[])(?:[-+<>{_CURRENCY}](?=\.?\d)|\.(?=[^\W\d])))?"
    rf"[\w{MARKS}]+(?:[+#*%{_CURRENCY}]+(?![\w{MARKS}]))?|[{SYMBOLS}]"
)
# "C ++" is "C++", but "Part # 2" is not "Part#".
_SIGN_APART = re.compile(rf"(?<=\b[a-z]) +(?=(?:\+\+|#)(?![\w{MARKS}+#]|\s*\d))")
_ORNAMENT = re.compile(f"[{SYMBOLS}{_CURRENCY}]")
_BESIDE_LETTER = re.compile(r"(?<!\d) | (?!\d)")
