"""Slips of the finger: letters swapped, dropped or struck twice."""

import random
from collections.abc import Callable, Sequence

from promptrec.rank.order import seeded_hash

SHARE = 0.05

Slip = Callable[[list[str], int], None]


def _swap(letters: list[str], place: int) -> None:
    letters[place : place + 2] = reversed(letters[place : place + 2])


def _drop(letters: list[str], place: int) -> None:
    del letters[place]


def _double(letters: list[str], place: int) -> None:
    letters.insert(place, letters[place])


# Nobody types a Chinese character twice by accident as they would a letter.
SLIPS: dict[str, Sequence[Slip]] = {"en": (_swap, _drop, _double), "zh": (_swap, _drop)}


def with_typos(text: str, language: str, seed: int, query_id: str) -> str:
    """The text with a slip at 5 % of its letters, at least one; digits and punctuation are left alone.

    A text of fewer than two letters stays as it is.
    """
    rng = random.Random(seeded_hash(seed, "typos", query_id))
    letters = list(text)
    places = [place for place, letter in enumerate(letters) if letter.isalpha()]
    if len(places) < 2:
        return text
    chosen = rng.sample(places, max(1, round(SHARE * len(places))))
    for place in sorted(chosen, reverse=True):
        after = letters[place + 1 : place + 2]
        can_swap = bool(after) and after[0].isalpha() and after[0] != letters[place]
        slips = [slip for slip in SLIPS[language] if slip is not _swap or can_swap]
        rng.choice(slips)(letters, place)
    return "".join(letters)
