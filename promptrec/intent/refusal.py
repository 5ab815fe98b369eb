"""`Refusal`: a cue of refusal and the phrases that it refuses, as the readers of both languages find them."""

from collections.abc import Iterable
from dataclasses import dataclass

from promptrec.data.intent import Clause

Span = tuple[int, int]
"""Offset of the first character, and offset behind the last one."""


@dataclass(frozen=True)
class Refusal:
    """A cue of refusal and the phrases that it refuses."""

    cue: int
    """Offset of the cue."""
    start: int
    """Offset of the first character of cue and phrases."""
    end: int
    """Offset behind the last one."""
    phrases: tuple[Span, ...]
    """Start and end of each refused phrase."""


def refused_clauses(text: str, refusals: Iterable[Refusal]) -> list[Clause]:
    """What is refused, each phrase once and without its cue, in the order of the words; none of signs alone."""
    spans = sorted({span for refusal in refusals for span in refusal.phrases})
    return [
        Clause(text=text[start:end], start=start, end=end)
        for start, end in spans
        if any(c.isalnum() for c in text[start:end])
    ]
