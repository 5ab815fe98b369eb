"""Repair of wrongly decoded text: mojibake is decoded again, lost apostrophes are restored.

A lost character is a run of U+FFFD: each further wrong decoding makes three of one. If no rule restores it, one U+FFFD
stays in the text, so that the loss is visible and can be counted.
"""

import re

LOST = "\ufffd"
_LOST_RUN = re.compile(f"{LOST}{{2,}}")
# UTF-8 decoded in an 8-bit encoding has pairs of such characters (the second may have become a blank or "?"), and
# Windows-1252 decoded as Latin-1 has controls. Checked first, because ftfy is slow on accented text.
_SUSPECT = re.compile("[\x80-\x9f]|[\xa0-\u05ff\u2200-\u25ff][^\x00-\x7f]|[‚„‰][\xa0-\u024f]|[ÂÃ][ ?]")
# Positions of an English apostrophe where other languages have no letter that could be lost.
_CONTRACTION = re.compile(
    rf"""
    (?P<negated>n){LOST}(?=t\b)
    | \b(?P<subject>i|you|he|she|it|we|they|this|that|there|here|who|what|where|when|how|why|let|one
      |(?:every|some|any|no)(?:one|body|thing)){LOST}(?=(?:m|s|re|ve|ll|d)\b)
    | \b(?P<modal>could|should|would|might|must){LOST}(?=ve\b)
    | \b(?P<other>o(?={LOST}clock\b)|y(?={LOST}all\b)|ma(?={LOST}am\b)){LOST}
    | \b(?P<name>(?-i:O)){LOST}(?=(?-i:[A-Z]))
    """,
    re.IGNORECASE | re.VERBOSE,
)
# "Schindler's"; a word without a vowel ("très", without its è) has lost a letter and not an apostrophe.
_POSSESSIVE = re.compile(rf"\b([a-z]*[aeiouy][a-z]*[a-z]|[a-z]+[aeiouy]){LOST}(?=s\b)", re.IGNORECASE)
_LOST_IN_WORD = re.compile(rf"(?<=[^\W\d_]){LOST}(?=[^\W\d_])")
# Words that English does not have, of languages with an accented letter before a final s ("après", "adiós").
_ROMANCE = re.compile(r"\b(?:le|la|les|des|du|et|une|el|los|las|que|por|para|con|est|tout|pour|dans|em|uma)\b", re.I)


def without_runs(text: str) -> str:
    """Collapse each run of U+FFFD to one."""
    return _LOST_RUN.sub(LOST, text)


def mended(text: str) -> str:
    """Repair wrongly decoded text as far as possible; correct text stays unchanged.

    Mojibake ("donâ€™t", "Ã©", "æˆ‘æƒ³", doubly too, and Windows-1252 read as Latin-1) is decoded anew by ftfy
    (Speer 2019). U+FFFD becomes an apostrophe in English contractions and possessives, and one U+FFFD elsewhere.
    """
    if _SUSPECT.search(text):
        text = _decoded(text)
    return _with_apostrophes(without_runs(text)) if LOST in text else text


def _decoded(text: str) -> str:
    import ftfy  # takes a tenth of a second to import, and few texts need it

    decoded = ftfy.fix_encoding(text, ftfy.TextFixerConfig(unescape_html=False, explain=False))
    # The third character of a closing quote is undefined in Windows-1252; many programs drop it.
    return decoded.replace("â€", "”")


def _with_apostrophes(text: str) -> str:
    text = _CONTRACTION.sub(lambda found: f"{found[found.lastgroup or 0]}'", text)
    lost, possessives = len(_LOST_IN_WORD.findall(text)), len(_POSSESSIVE.findall(text))
    # If a letter was lost elsewhere in the text, letters were lost here too.
    english = lost == possessives and not _ROMANCE.search(text)
    return _POSSESSIVE.sub(r"\1'", text) if english else text
