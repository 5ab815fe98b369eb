"""Cues of what English requests refuse, from `cues.yaml`."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from promptrec.intent.english.patterns import PatternError, PatternSet
from promptrec.intent.english.words import read_words

_KINDS = (
    "harmless",
    "noun",
    "verb",
    "lack",
    "clause",
    "noun clause",
    "after",
    "end",
    "verdict",
    "free",
    "find",
    "between",
    "condition",
)
# A phrase of a pack is words, with `|` between alternatives and `*` for any word: it has one way to fit a text.
_PHRASE = re.compile(r"[^\W\d_][^?<>_\n]*")
_ELEMENT = re.compile(r"[^\s|*]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
MOST_WORDS = 6


@dataclass(frozen=True)
class Cues:
    """The cues, and the words that bound what they refuse; `cues.yaml` says what each is."""

    patterns: PatternSet
    """All kinds of cues. A kind that is listed first is taken where two patterns have as many elements."""
    titles: PatternSet
    closers: PatternSet
    """What stands behind a thing that is refused between two words."""
    consequences: PatternSet
    """What follows a condition that is refused."""
    filler: frozenset[str]
    generic: frozenset[str]
    generic_links: frozenset[str]
    stop: frozenset[str]
    no_item: frozenset[str]
    pairs: frozenset[str]
    bad: frozenset[str]
    """Words that judge, and phrases."""
    worthless: frozenset[str]
    """Those of `bad` that say no more than that something is bad."""
    lacked_harmlessly: frozenset[str]
    """What people lack without refusing it: "time", "experience"."""
    circumstances: frozenset[str]
    """Nouns of the person's own circumstances: judging them refuses nothing."""
    praise: frozenset[str]
    consuming: frozenset[str]
    """What people do with things: "sick of watching" refuses what follows."""
    links: frozenset[str]
    """The first words of what links a subject to a judgement."""


@cache
def cues() -> Cues:
    """The cues, read once."""
    listed = yaml.safe_load((Path(__file__).parent / "cues.yaml").read_text(encoding="utf-8"))
    return Cues(
        patterns=PatternSet({kind: listed[kind] for kind in _KINDS}, listed["classes"]),
        titles=PatternSet({"title": listed["titles"]}),
        closers=PatternSet({"closer": listed["closers"]}),
        consequences=PatternSet({"consequence": listed["consequence"]}, listed["classes"]),
        pairs=frozenset(pair.replace("_", " ") for pair in listed["pairs"].split()),
        bad=_phrases(listed["classes"]["bad"]) | _phrases(listed["classes"]["worthless"]),
        worthless=_phrases(listed["classes"]["worthless"]),
        lacked_harmlessly=frozenset(listed["lacked_harmlessly"].split()),
        circumstances=frozenset(listed["circumstances"].split()),
        consuming=frozenset(listed["consuming"].split()),
        links=frozenset(link.split("_")[0] for link in listed["classes"]["link"].split()),
        praise=frozenset(listed["praise"].split()),
        filler=frozenset(listed["filler"].split()),
        generic=frozenset(listed["generic"].split()),
        generic_links=frozenset(listed["generic_links"].split()),
        stop=frozenset(listed["stop"].split()),
        no_item=frozenset(listed["no_item"].split()),
    )


def _phrases(listed: str) -> frozenset[str]:
    return frozenset(phrase.replace("_", " ").replace("-", " - ") for phrase in listed.split())


@lru_cache(maxsize=16)
def added_cues(phrases: tuple[str, ...]) -> PatternSet:
    """The cues that a pack adds, as `is_english_phrase` accepts them; they refuse what a verb would."""
    return PatternSet({"verb": "\n".join(_pattern(phrase) for phrase in phrases)})


def is_english_phrase(phrase: str) -> bool:
    """Whether a phrase of a pack is words that an English request can have."""
    if not _PHRASE.fullmatch(phrase) or _HAN.search(phrase) or len(phrase.split()) > MOST_WORDS:
        return False
    try:
        return bool(PatternSet({"verb": _pattern(phrase)}).firsts)
    except PatternError:
        return False


def _pattern(phrase: str) -> str:
    """The word pattern of a phrase: its words in normal form, so that "don't" is "do not"."""
    return _ELEMENT.sub(lambda element: "_".join(read_words(element[0]).forms), phrase)
