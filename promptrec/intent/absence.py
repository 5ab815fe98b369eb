"""What an item's own text says that it is without: "flourless", "oil-free", "made without butter", "不含牛奶"."""

import re
from collections.abc import Iterable
from functools import lru_cache

from promptrec.data.case_folding import fold

# "and" goes on only where it cannot begin something else.
_WITHOUT = (
    r"\b(?:no|zero|(?<!not )(?<!never )(?<!nothing )without(?: any)?(?: the use of)?(?: added)?"
    r"|free of|free from|contains no|made without|(?:does|do) not contain|(?:doesn't|don't) contain|not contain(?:ing)?"
    r"|minus(?: the)?|instead of|in place of)"
)
_ALSO_WITHOUT = r"\b(?:free of|free from|made without|not contain(?:ing)?|doesn't contain|don't contain)"
# Letters and marks that folding changes.
_ACCENTED = re.compile("[\u00c0-\u036f\u1e00-\u1eff]")
_CHINESE_WITHOUT = r"(?:无|没有|免|零|(?:不含|不加|不放)[^，。,;；\s]{0,6}?)"
_ARTICLE = re.compile(r"(?:the|a|an|any|added|much|too much|too many) ")
_PLURAL = re.compile(r"(?<=[^s])s$")
_HAN = re.compile("[\u3400-\u9fff]")


def read_text(text: str) -> str:
    """A text of an item in the form that `absence_expressions` are written for."""
    # Folding takes longer than all else, and few texts have accents.
    return fold(text) if _ACCENTED.search(text) else text.lower().replace("’", "'").replace("‑", "-")


def says_without(text: str, refused: str) -> bool:
    """Whether a text says that something is without what a person refuses, or low in it.

    Args:
        text: of an item.
        refused: as the person says it: "oil", "flour", "牛奶". Without its word, nothing is said of it.
    """
    name = _PLURAL.sub("", _ARTICLE.sub("", read_text(refused)))
    folded = read_text(text)
    return name in folded and _statement(name).search(folded) is not None


@lru_cache(maxsize=1024)
def _statement(name: str) -> re.Pattern[str]:
    word = any_of((name,))
    if _HAN.search(name):
        more = rf"[低少]{word}"
    else:
        more = rf"\b(?:low|reduced)[- ](?:in )?(?:{word})|(?<![a-z]){re.escape(name)}less\b|\bnon{re.escape(name)}\b"
    return re.compile("|".join((more, *absence_expressions(word, word))))


def absence_expressions(name: str, any_name: str) -> tuple[str, ...]:
    """Expressions for texts that say that something is not in an item.

    Args:
        name: expression of its names.
        any_name: expression of the names that may stand before it in a list: "without milk, eggs or nuts".
    """
    return (
        rf"(?:{name})[- ]?(?:free|less)\b|\bnon[- ]?(?:{name})",
        rf"{_ALSO_WITHOUT} (?:(?:{any_name}),? (?:(?:and|or|nor) )?)*(?:{name})",
        rf"{_WITHOUT} (?:(?:{any_name})(?:, (?:(?:or|nor) )?| (?:or|nor) ))*(?:{name})(?!-)",
        rf"{_CHINESE_WITHOUT}(?:{name})",
    )


def any_of(words: Iterable[str]) -> str:
    """Expression of any of some words as whole words, in the singular or the plural; Chinese ones stand anywhere.

    A `*` before or behind a word stands for the rest of a longer one.
    """
    return "|".join(_whole(word) for word in sorted(words, key=len, reverse=True))


def _whole(word: str) -> str:
    if not word.isascii():
        return re.escape(word)
    stem = re.escape(word.strip("*")).replace(r"\ ", "[- ]")
    if stem.endswith("y") and not word.endswith("*"):
        stem = rf"{stem[:-1]}(?:y|ies)"
    before = "" if word.startswith("*") else r"(?<![a-z])"
    behind = "" if word.endswith("*") else r"(?:e?s)?(?![a-z])"
    return f"{before}{stem}{behind}"
