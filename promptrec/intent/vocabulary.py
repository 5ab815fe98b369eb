"""Words of requests and catalogues in one form: "French" and "France" are FR, "eng" and "英语" are en."""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from promptrec.data.case_folding import fold


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
def allergen_words(allergen: str) -> tuple[str, ...]:
    """Parts of words that an allergen stands in, lower case."""
    name = _names("allergen").get(key(allergen), key(allergen))
    listed: tuple[str, ...] = tuple(map(str, _listed()["allergens"].get(name, ())))
    return listed or (key(allergen),)


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
    return frozenset({*names, *(canonical("country", name) for name in names)} - {""})


def rated_age(rating: str) -> float | None:
    """The age from which a rating lets somebody watch or play: 13 for "PG-13", 12 for "PEGI 12"."""
    word = " ".join(fold(rating).replace("-", " ").replace("+", " ").split())
    if word in _listed()["age_ratings"]:
        return float(_listed()["age_ratings"][word])
    digits = "".join(c if c.isdigit() else " " for c in word).split()
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
    if field == "language":
        aliases = {key(alias): code for alias, code in get_global("language_aliases").items() if len(code) == 2}
        found |= aliases | {code: code for code in set(found.values())} | {"中文": "zh", "国语": "zh", "普通话": "zh"}
        found |= {f"{name[:-1]}文": code for name, code in found.items() if name.endswith("语")}
    else:
        found |= {key(word): str(code) for code, words in _listed()["countries"].items() for word in words}
        found |= {code.lower(): code for code in set(found.values())}
    return found


@cache
def _listed() -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "vocabulary.yaml").read_text(encoding="utf-8"))
    return listed
