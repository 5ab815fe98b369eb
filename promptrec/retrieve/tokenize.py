"""Tokenization of text for search, in languages with and without spaces between words."""

import re
from collections.abc import Iterable
from itertools import pairwise

from promptrec.data.case_folding import MARKS, SYMBOLS, UNSPACED, fold
from promptrec.data.clean import clean_text

# English words too common to tell items apart.
STOP_WORDS = frozenset(
    "a about an and any are arent as at be been but by can cant couldnt did didnt do does doesnt dont for from had has "
    "have havent he her hes him his how i if im in into is isnt it its ive just like love me more most my no not of on "
    "or our please she shes so some something than that thats the their them then there theres these they theyre this "
    "to us want was wasnt we were weve what when where which who will with wont would wouldnt you your youre".split()
)

_LETTER = rf"(?:[^\W{UNSPACED}]|(?![{UNSPACED}])[{MARKS}])"
_SIGN = "[-'./&*$!@+·]{1,2}"  # what joins the parts of a name: Spider-Man, O'Brien, AC/DC, R&B, M*A*S*H, P!nk
# Runs without spaces, symbols, and words with the signs that are part of them: "-1", ".net", "c++", "a*", "1,000".
_TOKEN = re.compile(
    rf"([{UNSPACED}]+)|([{SYMBOLS}])|((?:(?<![^(\[\"'])(?:[-+<>](?=\d)|\.(?=[a-z])|[#@$€£¥]))?"
    rf"{_LETTER}+(?:(?:{_SIGN}|,(?=\d{{3}}(?!\d))){_LETTER}+)*(?:[+#%$€£¥]{{1,2}}|\*(?!\*))?)"
)
_PART = re.compile(f"{_LETTER}+")
# Signs inside of a word that people leave out; between digits they tell numbers apart, but for the comma.
_LEFT_OUT = re.compile(r"(?<=\D)[-'./*·]+(?=.)|(?<=\d)[-'./*·]+(?=\D)|(?<=\d),")
_CLITIC = re.compile(r"(?:n't|'(?:s|t|d|m|ll|ve|re))$")
# What parts the morphemes of a Persian word, where others write a space or nothing.
_HALF_SPACE = re.compile("(?<=[\u0600-\u06ff])\u200c")
# A letter of a script without spaces, with the marks on it and the letters under it.
_CLUSTER = re.compile(f".(?:[\u17d2\u1039].|[{MARKS}])*")
_MARK = re.compile(f"[{MARKS}]")
# Words with capitals; in the middle of a sentence they name something.
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)*(?!\w| [A-Z])")
_IN_SENTENCE = re.compile("[a-z,] $")
# "Alien3" and "iphone13" are also written with a space.
_NUMBERED = re.compile(r"([^\W\d]{3,})(\d+)")


def words(text: str, *, query: bool = False) -> list[str]:
    """Words of a text, folded; in scripts without spaces, pairs of neighbouring letters and single letters.

    Pairs of letters stand in for words where no space parts them (Manning et al. 2008, 2.2.1). A word with signs in it
    gives its parts and the whole: "Spider-Man" is spider, man and spiderman, "C++" is c and c++. Stop words and signs
    that stand alone count only where a line has nothing else, such as the title "The Who" or "???".

    Args:
        text: anything; it is cleaned first. Its lines stand for themselves.
        query: whether it is what somebody looks for. A single letter of a script without spaces then counts only where
            it stands alone (茶 finds 茶馆, but 茶馆 is not looked for in pieces, which would make every text with one
            common letter a match), and stop words also count where they are written as a name ("films like Her").
    """
    out: list[str] = []
    cleaned = clean_text(text)
    lines = cleaned.split("\n")
    folded = fold(_HALF_SPACE.sub("-", cleaned) if "\u200c" in cleaned else cleaned).split("\n")
    for n, line in enumerate(folded):
        chunks = line.split()
        found = _words_of_line(chunks, query)
        telling = [word for word in found if word not in STOP_WORDS]
        if query and len(telling) < len(found):
            telling += _names(lines[n])
        out += telling or found or (["".join(chunks)] if chunks else [])
    return out


def _words_of_line(chunks: Iterable[str], query: bool) -> list[str]:
    out: list[str] = []
    for chunk in chunks:
        plain = chunk.rstrip(".,;:!?\"')]").lstrip("\"'([")
        if plain.isascii() and (plain.isalpha() or plain.isdigit()):  # nearly all of English
            out.append(plain)
            continue
        for run, symbol, word in _TOKEN.findall(chunk):
            if run:
                letters = _CLUSTER.findall(run) if _MARK.search(run) else list(run)
                pairs = [a + b for a, b in pairwise(letters)]
                out += pairs if query and pairs else [*letters, *pairs]
            else:
                out += [symbol] if symbol else _parts(word)
    return out


def _parts(word: str) -> list[str]:
    """The parts of a word with signs in it, and the whole of it without the signs that people leave out."""
    if word.isalnum():
        numbered = _NUMBERED.fullmatch(word)
        return [*numbered.groups(), word] if numbered else [word]
    if "/" in word:  # ac/dc; c/c++
        parts = [part for each in word.split("/") for part in _parts(each)]
    else:
        parts = _PART.findall(_CLITIC.sub("", word))
    if "'" in word:  # l'avventura, o'brien: the one letter tells nothing
        parts = [part for part in parts if len(part) > 1]
    return list(dict.fromkeys([*parts, _LEFT_OUT.sub("", word)]))


def _names(line: str) -> list[str]:
    """Stop words that are written as a name in a sentence: "I love The Who", but not "The Wire"."""
    found = _NAME.finditer(line)
    names = [name[0].lower().split() for name in found if _IN_SENTENCE.search(line, 0, name.start())]
    return [word for name in names if STOP_WORDS.issuperset(name) for word in name]
