"""`AnswerFormat`: instruction, ideal answer, regular expression and parser of one form of answer."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as validated

# `re.escape` also escapes spaces, "#", "&" and "~"; xgrammar warns of each of those on standard error.
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")


def literal(text: str) -> str:
    """The regular expression that matches `text` and nothing else, outside of any character class."""
    return _SPECIAL.sub(r"\\\g<0>", text)


@validated(frozen=True, config=ConfigDict(extra="forbid"))
class ParseReport:
    """Faults of a reply: choices (in a ranking: item IDs) missing or repeated, and words that match no choice."""

    missing: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """True when every choice was named exactly once and nothing else was."""
        return not (self.missing or self.repeated or self.unknown)


@dataclass(frozen=True)
class Parsed:
    """The choices a reply named, best first, each once; and what was wrong with the reply."""

    order: tuple[str, ...]
    report: ParseReport


class AnswerFormat(Protocol):
    """One form of answer. `choices` are its parts: labels, or the titles of the candidates shown.

    Three laws, for every list of distinct choices `x` and every order of it: `parse(write(x), x).order == x`;
    `re.fullmatch(pattern(x), write(x))`; `parse(instruction(x), x).order == ()`.
    """

    name: str

    def instruction(self, choices: Sequence[str]) -> str:
        """The instruction to the model about the form of the answer. Echoing it must not count as an answer."""

    def write(self, order: Sequence[str]) -> str:
        """The ideal answer for this order: for few-shot examples and training."""

    def pattern(self, choices: Sequence[str]) -> str:
        """A regular expression for constrained decoding that every ideal answer matches in full."""

    def parse(self, text: str, choices: Sequence[str]) -> Parsed:
        """The choices named in a reply, in order; never an unknown or repeated one."""


class FixedInstruction:
    """Base of formats whose instruction is the same for all choices."""

    instructions: ClassVar[Mapping[str, str]]
    """The instruction in each language."""

    def __init__(self, language: str = "en") -> None:
        self._language = language

    def instruction(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.instruction`."""
        return self.instructions[self._language]
