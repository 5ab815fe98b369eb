"""Words of requests and catalogues in one form: "French" and "France" are FR, "eng" and "英语" are en."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from promptrec.data.case_folding import fold

# An age, not a part of a score or of a year.
_AGE = re.compile(r"(?<![\d.,])\d{1,2}(?![\d.,])")


def key(text: str) -> str:
    """A word without case, accents and hyphens, and without the plural's s."""
    folded = " ".join(fold(text).replace("-", " ").split())
    return folded[:-1] if len(folded) > 3 and folded.endswith("s") and not folded.endswith("ss") else folded


@lru_cache(maxsize=50_000)
def canonical(field: str, text: str) -> str:
    """The one form of a value of a constraint's field: an ISO code of a language or country, else its key."""
    word = key(text)
    return _names(field).get(word, word)


@cache
def allergen_words(allergen: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words that an allergen stands in, and longer ones that it does not; a star stands for any letters."""
    name = _names("allergen").get(key(allergen), key(allergen))
    named = tuple(map(fold, _listed()["allergens"].get(name, ())))
    return named or (_singular(fold(allergen).replace("*", "")),), tuple(
        map(fold, _listed()["allergens_not_in"].get(name, ()))
    )


def _singular(word: str) -> str:
    """An English noun without the ending of its plural."""
    for ending, one in (("ies", "y"), ("oes", "o"), ("shes", "sh"), ("ches", "ch"), ("ss", "ss"), ("s", "")):
        if len(word) > 3 and word.endswith(ending):
            return word.removesuffix(ending) + one
    return word


@cache
def diet_words(diet: str) -> frozenset[str]:
    """Words of a catalogue that meet a diet, as keys."""
    name = _names("diet").get(key(diet), key(diet))
    return frozenset({name, *(key(word) for word in _listed()["diets"].get(name, ()))})


@cache
def kind_names(words: str) -> frozenset[str]:
    """Values of a catalogue that words may name, in canonical form: "horror" and "horror film" for "horror films"."""
    word = key(words)
    first, _, last = word.rpartition(" ")
    names = {word, first if last in _listed()["kinds"] else ""}
    names |= {word.removesuffix(ending) for ending in _listed()["kind_endings"]}
    lands = (canonical("country", name) for name in names if name not in _listed()["homonyms"])
    return frozenset({*names, *lands} - {""})


def rated_age(rating: str) -> float | None:
    """The age from which a rating lets somebody watch or play: 13 for "PG-13", 12 for "PEGI 12"."""
    word = " ".join(fold(rating).replace("-", " ").replace("+", " ").split())
    if word in _listed()["age_ratings"]:
        return float(_listed()["age_ratings"][word])
    digits = _AGE.search(word)
    return float(digits[0]) if digits else None


@cache
def _names(field: str) -> Mapping[str, str]:
    """Canonical form of every known name, by its key."""
    if field in ("language", "country"):
        return _cldr(field)
    listed = _listed().get(f"{field}_names", {})
    return {key(str(word)): name for name, words in listed.items() for word in words}


def _cldr(field: str) -> dict[str, str]:
    from babel import Locale
    from babel.core import get_global

    found: dict[str, str] = {}
    for locale in (Locale("zh"), Locale("en")):
        names = locale.languages if field == "language" else locale.territories
        found |= {key(name): code for code, name in names.items() if len(code) == 2 and code.isalpha()}
    aliases = get_global("language_aliases" if field == "language" else "territory_aliases")
    codes = {key(alias): code if isinstance(code, str) else code[0] for alias, code in aliases.items()}
    found |= {alias: code for alias, code in codes.items() if len(code) == 2 and not alias.isdecimal()}
    listed = _listed()["languages" if field == "language" else "countries"]
    found |= {code.lower(): code for code in set(found.values())}
    found |= {key(word): str(code) for code, words in listed.items() for word in words}
    if field == "language":
        found |= {f"{name[:-1]}文": code for name, code in found.items() if name.endswith("语")}
    return found


@cache
def _listed() -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8"))
    return listed
