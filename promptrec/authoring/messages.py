"""`Message`: words with what was found put into them, in English or Chinese."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Template as Pattern
from typing import Any, TypeAlias

import yaml

from promptrec.template.context import SEPARATORS

Slot: TypeAlias = "str | int | tuple[str, ...] | Message"


@dataclass(frozen=True)
class Message:
    """A pattern for each language, and what its $names stand for; lists are joined as the language does it."""

    patterns: Mapping[str, str]
    slots: Mapping[str, Slot] = field(default_factory=dict)

    def told(self, language: str) -> str:
        """In a language: "en" or "zh"."""
        slots = {name: _told(slot, language) for name, slot in self.slots.items()}
        return Pattern(self.patterns[language]).substitute(slots)


def message(name: str, /, **slots: Slot) -> Message:
    """A phrase of words.yaml."""
    return Message(words()[name], slots)


@cache
def words() -> Mapping[str, Any]:
    """By name, for a finding what is said and how to mend it, or for a phrase the pattern, by language."""
    told: Mapping[str, Any] = read("words.yaml")
    return told


def read(name: str) -> Any:  # noqa: ANN401 - what a file of words holds
    """A file of this room."""
    return yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))


def _told(slot: Slot, language: str) -> str:
    if isinstance(slot, Message):
        return slot.told(language)
    return SEPARATORS[language].join(slot) if isinstance(slot, tuple) else str(slot)
