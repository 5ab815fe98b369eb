"""Allergens in texts of a catalogue: whether a title, a description or a list of ingredients names one.

A word counts unless the text itself says that it is left out ("nut-free", "without milk") or it is part of the name of
something else ("nutmeg", "peanut butter" for dairy). In doubt it counts: an item too few is the lesser harm.
"""

import re
from functools import cache

from promptrec.data.case_folding import fold
from promptrec.intent.vocabulary import allergen_words

# What a text says of something that is not in it. "and" goes on only where it cannot begin something else.
_WITHOUT = (
    r"\b(?:no|zero|(?<!not )(?<!never )(?<!nothing )without(?: any)?(?: added)?|free of|free from|contains no"
    r"|made without|(?:does|do) not contain|(?:doesn't|don't) contain|not contain(?:ing)?|minus(?: the)?|instead of"
    r"|in place of)"
)
_ALSO_WITHOUT = r"\b(?:free of|free from|made without|not contain(?:ing)?|doesn't contain|don't contain)"
# Letters and marks that folding changes.
_ACCENTED = re.compile("[\u00c0-\u036f\u1e00-\u1eff]")
_CHINESE_WITHOUT = r"(?:无|没有|免|零|(?:不含|不加|不放)[^，。,;；\s]{0,6}?)"


@cache
def _patterns(allergen: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What names an allergen, and what only seems to."""
    named, other = allergen_words(allergen)
    name = _any_of(named)
    any_name = _any_of((*named, *_LISTED_WITH))
    harmless = [
        rf"(?:{name})[- ]?(?:free|less)\b|\bnon[- ]?(?:{name})",
        rf"{_ALSO_WITHOUT} (?:(?:{any_name}),? (?:(?:and|or|nor) )?)*(?:{name})",
        rf"{_WITHOUT} (?:(?:{any_name})(?:, (?:(?:or|nor) )?| (?:or|nor) ))*(?:{name})(?!-)",
        rf"{_CHINESE_WITHOUT}(?:{name})",
    ]
    if other:
        harmless.insert(0, _any_of(other))
    return re.compile(name), re.compile("|".join(harmless))


_LISTED_WITH = ("milk", "egg", "nut", "peanut", "soy", "gluten", "wheat", "dairy", "lactose", "sugar", "meat", "fish")


def _any_of(words: tuple[str, ...]) -> str:
    """Any of some words as whole words, in the singular or the plural; Chinese ones stand anywhere."""
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


def names_allergen(allergen: str, text: str) -> bool:
    """Whether a text names what an allergen is in.

    Args:
        allergen: as a person says it: "nuts", "lactose", "花生".
        text: of an item.
    """
    # Folding takes longer than all else, and few texts have accents.
    folded = fold(text) if _ACCENTED.search(text) else text.lower().replace("’", "'").replace("‑", "-")
    if not any(stem in folded for stem in _stems(allergen)):
        return False
    named, harmless = _patterns(allergen)
    return bool(named.search(harmless.sub(" ", folded)))


@cache
def _stems(allergen: str) -> tuple[str, ...]:
    """Parts of texts without one of which none names the allergen, so that most texts are read no further."""
    stems = [word.strip("*").split()[0] for word in allergen_words(allergen)[0] if any(c.isalnum() for c in word)]
    short = {stem.removesuffix("y") if stem.isascii() and len(stem) > 3 else stem for stem in stems}
    return tuple(stem for stem in short if not any(other in stem and other != stem for other in short))
