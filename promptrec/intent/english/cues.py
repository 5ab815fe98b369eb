"""Cues of what English requests refuse, from `cues.yaml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from promptrec.intent.english.patterns import PatternSet

_KINDS = (
    "harmless",
    "noun",
    "verb",
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
