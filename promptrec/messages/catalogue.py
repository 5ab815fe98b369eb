"""`Message`: a code of the catalogue with values for its slots, as text in English or Chinese."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias, runtime_checkable

import yaml

LANGUAGES = ("en", "zh")
LIST_SEPARATORS = {"en": ", ", "zh": "、"}
SLOT = re.compile(r"(?a:\$(?:(?P<name>[a-z_]+)|\{(?P<braced>[a-z_]+)(?P<quoted>!r)?(?P<grouped>:,)?\}))")


@dataclass(frozen=True)
class Message:
    """A code of the catalogue and the values of its slots. Tuples are joined as the language does it."""

    code: str
    slots: "Mapping[str, Slot]" = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """The message in "en" or "zh"; English where there is no Chinese."""
        patterns = entry(self.code)
        return _filled(str(patterns.get(language, patterns["en"])), self.slots, language)

    def short(self, language: str = "en") -> str:
        """The message as the linter says it, beside its hint."""
        patterns = entry(self.code)
        if language == "en" and "short" in patterns:
            return _filled(patterns["short"], self.slots, language)
        return self.text(language)

    def hint(self, language: str = "en") -> str:
        """What to do about it; empty where the catalogue has no hint."""
        hints = entry(self.code).get("hint", {})
        return _filled(hints.get(language, hints.get("en", "")), self.slots, language)


@runtime_checkable
class Translatable(Protocol):
    """What can be read in both languages."""

    def text(self, language: str = "en") -> str:
        """Itself in "en" or "zh"."""


Slot: TypeAlias = str | int | float | tuple[str, ...] | Message
"""The value of a slot; the strings of a tuple, which may be reasons, are joined as the language does it."""


def message(code: str, /, **slots: object) -> Message:
    """The message of a code with these slots; what is no text, number, tuple or message is put in as text."""
    return Message(code, {name: slot_of(value) for name, value in slots.items()})


def slot_of(value: object) -> Slot:
    """A value as it is put into a message."""
    return value if isinstance(value, str | int | float | tuple | Message) else str(value)


def is_code(code: str) -> bool:
    """Whether the catalogue has an entry of this code."""
    return code in _catalogue()


def entry(code: str) -> Mapping[str, Any]:
    """The entry of a code, see `promptrec.messages`."""
    return _catalogue()[code]


def recognise(family: str, words: str, /, **slots: object) -> Message:
    """The message of a family ("jinja", "python") whose `when` is found in the words of another library.

    Args:
        family: the part of the codes before the slash. Its last entry takes any words.
        words: of the other library; the slot `words`. Named groups of `when` are slots, too.
        slots: further ones.
    """
    for code, pattern in _patterns(family):
        if found := pattern.search(words):
            return message(code, **{**slots, "words": words, **{k: v or "" for k, v in found.groupdict().items()}})
    raise KeyError(family)


def _filled(pattern: str, slots: Mapping[str, Slot], language: str) -> str:
    def value(found: re.Match[str]) -> str:
        slot = slots[found["name"] or found["braced"]]
        if found["quoted"]:
            return LIST_SEPARATORS[language].join(map(repr, slot)) if isinstance(slot, tuple) else repr(slot)
        if found["grouped"]:
            return f"{slot:,}"
        values = slot if isinstance(slot, tuple) else (slot,)
        return LIST_SEPARATORS[language].join(_text(value, language) for value in values)

    return SLOT.sub(value, pattern)


def _text(slot: object, language: str) -> str:
    return slot.text(language) if isinstance(slot, Translatable) else str(slot)


@cache
def _catalogue() -> Mapping[str, Mapping[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    files = sorted(Path(__file__).parent.glob("*.yaml"))
    return {
        code: patterns
        for path in files
        for code, patterns in yaml.load(path.read_text(encoding="utf-8"), Loader=loader).items()  # noqa: S506
    }


@cache
def _patterns(family: str) -> list[tuple[str, re.Pattern[str]]]:
    entries = ((code, fields) for code, fields in _catalogue().items() if code.startswith(f"{family}/"))
    return [(code, re.compile(fields["when"], re.DOTALL)) for code, fields in entries]
