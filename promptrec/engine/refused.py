"""A batch that an engine refuses whole for one of its prompts: the others are read all the same."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from promptrec.engine.base import Reading

T = TypeVar("T")


class Refused(Exception):
    """What was asked cannot be read; the message says why, and not which prompt is to blame."""


def in_halves(read: Callable[[Sequence[int]], list[Reading[T]]], places: Sequence[int]) -> list[Reading[T]]:
    """A reading for each place; where `read` refuses them, half of them at a time, until one is refused alone."""
    try:
        return read(places)
    except Refused as refused:
        if len(places) == 1:
            return [Reading(None, error=str(refused))]
        half = len(places) // 2
        return in_halves(read, places[:half]) + in_halves(read, places[half:])
