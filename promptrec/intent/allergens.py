"""Allergens in texts of a catalogue: whether a title, a description or a list of ingredients names one.

A word counts unless the text itself says that it is left out ("nut-free", "without milk") or it is part of the name of
something else ("nutmeg", "peanut butter" for dairy). In doubt it counts: an item too few is the lesser harm.
"""

import re
from functools import cache

from promptrec.intent.absence import absence_expressions, any_of, read_text
from promptrec.intent.vocabulary import allergen_words

# What stands before an allergen in a list of what is not in something.
_LISTED_WITH = ("milk", "egg", "nut", "peanut", "soy", "gluten", "wheat", "dairy", "lactose", "sugar", "meat", "fish")


@cache
def _patterns(allergen: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What names an allergen, and what only seems to."""
    named, other = allergen_words(allergen)
    name = any_of(named)
    harmless = absence_expressions(name, any_of((*named, *_LISTED_WITH)))
    return re.compile(name), re.compile("|".join((*([any_of(other)] if other else []), *harmless)))


def names_allergen(allergen: str, text: str) -> bool:
    """Whether a text names what an allergen is in.

    Args:
        allergen: as a person says it: "nuts", "lactose", "花生".
        text: of an item.
    """
    folded = read_text(text)
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
