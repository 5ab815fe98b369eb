"""Normalisation of item and user IDs to text, and matching of unknown IDs to known ones."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from promptrec.data.clean import clean_text
from promptrec.errors import InputError
from promptrec.messages import Message, message

# From this number on floats skip whole numbers, so their last digits may not be those of the ID.
EXACT_FLOATS = 2**53
# Limit of unknown IDs to compare.
LOOKED_AT = 1_000
_LONGEST_SHOWN = 60


def identifier(value: Any) -> str:  # noqa: ANN401 - a cell is anything a file can hold
    """Normalise an ID to clean text: 7 and 7.0 (as pandas writes 7 in a column with gaps) are "7".

    Args:
        value: text, or a whole number of Python or numpy. A missing value (None, NaN, blanks) becomes "".

    Raises:
        InputError: a boolean, list, object, or a float too large to be exact; without the place.
    """
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, str):
        return clean_text(value).strip()
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("NaT", "<NA>"):
        return ""
    if isinstance(value, bool | list | tuple | dict):
        raise InputError("id-of-wrong-type", value=str(value)[:_LONGEST_SHOWN])
    if isinstance(value, float):
        if abs(value) >= EXACT_FLOATS:
            raise InputError("id-lost-digits", value=value)
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


class Likeness(NamedTuple):
    """An unknown ID, the known one that it resembles, and how they differ."""

    written: str
    known: str
    difference: Message


def likeness(unknown: Iterable[str], known: Iterable[str], *, are_ids: bool = True) -> Likeness | None:
    """How unknown IDs differ from known ones if most of them seem to be the same IDs; else None.

    Args:
        unknown: IDs to compare; only the first 1,000 are used.
        known: all known IDs.
        are_ids: whether the unknown ones are IDs; if they may be titles, fewer differences are accepted.
    """
    written = list(dict.fromkeys(unknown))[:LOOKED_AT]
    known = list(known)
    found: list[Likeness] = []
    for difference, form in _FORMS if are_ids else _FORMS[:_CLOSE]:
        by_form = {form(one): one for one in reversed(known)}
        found = [
            Likeness(one, by_form[form(one)], message(difference))
            for one in written
            if form(one) and form(one) in by_form
        ]
        if 2 * len(found) >= len(written) > 0:
            return found[0]
    return None


def _number(text: str) -> str:
    """A whole number in digits: 1.0, 1e+06 and 1,000 as pandas and spreadsheets write them."""
    plain = text.strip("\"'`‘’“”[] ")
    if re.fullmatch(r"\d{1,3}([,' ]\d{3})+", plain):
        return re.sub(r"\D", "", plain)
    if re.fullmatch(r"\d{1,20}(\.0*)?([eE]\+?\d{1,2})?|\d\.\d{1,20}[eE]\+?\d{1,2}", plain):
        return str(int(float(plain))) if "e" in plain.lower() else plain.partition(".")[0]
    return plain


def _letters(text: str) -> str:
    return _number(text).casefold()


def _bare(text: str) -> str:
    return _letters(text).lstrip("0") or text


# Each form ignores the differences of those before it, and one more.
_FORMS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("ids-differ/number", _number),
    ("ids-differ/capitals", _letters),
    ("ids-differ/zeros", _bare),
    ("ids-differ/signs", lambda text: _bare(re.sub(r"[\W_]+", "", _number(text)))),
    ("ids-differ/prefix", lambda text: _bare(re.sub(r"^[^\W\d_]+(?:[^\w\s]|_)?(?=\d+$)", "", text))),
)
# Number of forms that are safe for titles.
_CLOSE = 3


def same_ids(written: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Match IDs to known ones: the same text, else the only one that is the same number or differs in case.

    Unknown and ambiguous IDs are not in the result.
    """
    written, known = set(written), set(known)
    alike: dict[str, list[str]] = defaultdict(list)
    for one in known - written:
        alike[_letters(one)].append(one)
    unknown = Counter(_letters(one) for one in written - known)
    loose = {one: alike[form] for one in written - known if unknown[form := _letters(one)] == 1}
    return {one: one for one in written & known} | {one: found[0] for one, found in loose.items() if len(found) == 1}
