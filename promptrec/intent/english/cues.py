"""Cues of the rule reader: the expressions that refuse something, by language, from the YAML files beside this one."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

KINDS = ("harmless", "before", "after", "filler", "stop")


@dataclass(frozen=True)
class Cues:
    """Compiled cues of one language; the fields are the headings of its YAML file."""

    harmless: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]
    filler: re.Pattern[str]
    stop: re.Pattern[str]


@cache
def cues_of(language: str) -> Cues:
    """The cues of "en" or "zh"."""
    listed = yaml.safe_load((Path(__file__).parent / f"{language}.yaml").read_text(encoding="utf-8"))
    return Cues(**{kind: _compiled((listed.get(kind) or "(?!)").splitlines(), language) for kind in KINDS})


def _compiled(expressions: list[str], language: str) -> re.Pattern[str]:
    joined = "|".join(f"(?:{expression})" for expression in expressions)
    if language == "en":
        joined = rf"(?<![\w'’])(?:{joined})(?![\w'’])"
        joined = joined.replace(" ", r"\s+").replace("(?<!\\s+", "(?<! ").replace("n't", "n['’]?t").replace("'", "['’]").replace("[['’]’]", "['’]").replace("[\\w['’]’]", r"[\w'’]")
    return re.compile(joined, re.IGNORECASE)
