"""Constraints of a Chinese request: conditions with hedges and refusals around them."""

import re
from bisect import bisect_right
from dataclasses import replace

from promptrec.data.intent import Constraint, Operator
from promptrec.intent.chinese.categories import read_age_ratings, read_categories
from promptrec.intent.chinese.characters import fold, hide, titles
from promptrec.intent.chinese.conditions import Condition, words_of
from promptrec.intent.chinese.cues import BREAKS
from promptrec.intent.chinese.dislikes import refusals
from promptrec.intent.chinese.quantities import read_quantities
from promptrec.intent.refusal import Refusal

OPPOSITE: dict[Operator, Operator] = {"<": ">=", "<=": ">=", ">": "<=", ">=": "<="}
EXCLUDABLE = ("language", "format", "age_rating")
"""Fields whose refused words are a constraint with "!="; refused words of other fields are dislikes."""

HEDGE = re.compile(rf"{words_of('hedge')}[^{BREAKS}]{{0,6}}$")
HEDGE_AFTER = re.compile(rf"[^{BREAKS}]{{0,4}}?{words_of('hedge after')}")


def read_constraints(text: str, added: tuple[str, ...] = ()) -> list[Constraint]:
    """Find the conditions of a Chinese request that columns of a catalogue could be tested against.

    Args:
        text: the request.
        added: further words that refuse what follows them.
    """
    folded = hide(fold(text), titles(text))
    refused = refusals(text, (), added)
    ends = [refusal.end for refusal in refused]
    taken = bytearray(len(text))
    conditions: list[Condition] = []
    for condition in [*read_age_ratings(folded), *read_quantities(folded), *read_categories(folded)]:
        first = bisect_right(ends, condition.start)
        near = refused[first : first + 2]
        read = _under_refusal(condition, near)
        if read and (not any(taken[read.start : read.end]) or (conditions and _same_allergy(read, conditions[-1]))):
            conditions.append(read)
            taken[read.start : read.end] = b"\1" * (read.end - read.start)
    return [
        _constraint(text, folded, condition) for condition in sorted(conditions, key=lambda c: (c.start, c.value_span))
    ]


def _same_allergy(one: Condition, other: Condition) -> bool:
    """Whether two allergens come from one list ("对花生和芒果过敏")."""
    return one.field == other.field == "allergen" and one.value_span != other.value_span


def _under_refusal(condition: Condition, refused: list[Refusal]) -> Condition | None:
    """A condition as the refusal around it leaves it; None where it is a dislike."""
    for refusal in refused:
        inside = not condition.start <= refusal.cue < condition.end and any(
            start < condition.end and condition.start < end for start, end in refusal.phrases
        )
        if not inside or condition.field in ("allergen", "age", "people", "facility", "opening", "diet"):
            continue
        start, end = min(refusal.start, condition.start), max(refusal.end, condition.end)
        if condition.compares:
            return replace(
                condition, start=start, end=end, operator=OPPOSITE.get(condition.operator, condition.operator)
            )
        if condition.field in EXCLUDABLE and not _is_part(condition, refusal):
            return replace(condition, start=start, end=end, operator="!=")
        if condition.value is None:
            return None
    return condition


def _is_part(condition: Condition, refusal: Refusal) -> bool:
    """Whether more than the condition's words is refused: 中文口水歌 is a dislike, 中文译本 a condition."""
    return any(
        start <= condition.start and condition.end <= end and condition.start - start + end - condition.end > 1
        for start, end in refusal.phrases
    )


def _constraint(text: str, folded: str, condition: Condition) -> Constraint:
    start, end = condition.start, condition.end
    hedge = HEDGE.search(folded[max(0, start - 12) : start])
    inside = re.search(words_of("hedge"), folded[start:end])
    soft = hedge or inside or HEDGE_AFTER.match(folded, end) or condition.operator == "about"
    if hedge:
        start -= len(hedge[0])
    low, high = condition.value_span
    value = text[low:high].lower() if condition.value is None else condition.value
    return Constraint(
        text=text[start:end],
        start=start,
        end=end,
        field=condition.field,
        operator=condition.operator,
        value=value,
        unit=condition.unit,
        hard=not soft or condition.field == "allergen",
    )
