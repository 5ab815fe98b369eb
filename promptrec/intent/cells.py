"""Values of cells as constraints are tested against them: numbers as intervals, words as they are."""

import re
from collections.abc import Sequence
from math import inf

Interval = tuple[float, float]

_NUMBER = r"\d[\d\s.,  ]*\d|\d"
_TO = re.compile(r"\s*(?:-|–|—|~|～|to|bis|至|到)\s*", re.IGNORECASE)
_OPEN_ABOVE = re.compile(r"(?:起|以上|\+|and (?:up|over|above)|or more)\s*$|^(?:from|ab|ab |over)\b", re.IGNORECASE)
_OPEN_BELOW = re.compile(r"^(?:up to|under|below|max\.?)\b|(?:以下|以内)\s*$", re.IGNORECASE)
_FREE = re.compile(r"^(?:free|gratis|免费|免票)\b", re.IGNORECASE)
_DECADE = re.compile(r"\b(\d{3})0s\b|\b(\d)0年代", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1\d{3}|20\d{2})(?!\d)")
# Minutes in a unit of time, by its first letters.
_UNITS = {
    "d": 1440.0,
    "h": 60.0,
    "m": 1.0,
    "s": 1 / 60,
    "天": 1440.0,
    "日": 1440.0,
    "小": 60.0,
    "时": 60.0,
    "分": 1.0,
    "秒": 1 / 60,
}
_TIME = re.compile(
    r"(\d+(?:[.,]\d+)?)\s*(days?|d|hours?|hrs?|hr|h|minutes?|mins?|min|m|seconds?|secs?|s|天|日|小时|小時|时|分钟|分鐘|分|秒)(?![a-z])",
    re.IGNORECASE,
)
_CURRENCIES = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "us$": "USD",
    "$": "USD",
    "usd": "USD",
    "元": "CNY",
    "¥": "CNY",
    "cny": "CNY",
    "rmb": "CNY",
    "chf": "CHF",
    "kr": "SEK",
    "円": "JPY",
    "jpy": "JPY",
    "₹": "INR",
    "inr": "INR",
}
_CURRENCY = re.compile(
    "|".join(
        rf"\b{re.escape(c)}\b" if c.isalpha() and c.isascii() else re.escape(c)
        for c in sorted(_CURRENCIES, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
_HOURS = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|—|~|to|至|到)\s*(\d{1,2})(?::(\d{2}))?")
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})(?::(\d{2}))?$")
_ISO_TIME = re.compile(r"^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$", re.IGNORECASE)


def number(text: str) -> float | None:
    """A number as people write it: "17,5", "1,299", "1.299,00", "2 500"; None where there is none."""
    found = re.search(_NUMBER, text)
    if not found:
        return None
    digits = re.sub(r"[\s  ]", "", found[0])
    *whole, last = re.split(r"[.,]", digits)
    if whole and (len(last) != 3 or len(whole[0]) > 3 or digits.startswith("0")):
        return float("".join(whole) + "." + last)
    return float("".join([*whole, last]))


def minutes(text: str) -> Interval | None:
    """A length of time in minutes: "1h 45", "105", "1:45:00", "PT1H45M", "3小时 - 4小时"."""
    if clock := _CLOCK.match(text.strip()):
        return _point(int(clock[1]) * 60 + int(clock[2]) + int(clock[3] or 0) / 60)
    if iso := _ISO_TIME.match(text.strip()):
        return _point(int(iso[1] or 0) * 60 + int(iso[2] or 0) + int(iso[3] or 0) / 60)
    ends = [
        sum(float(n.replace(",", ".")) * _UNITS[unit[0].lower()] for n, unit in _TIME.findall(part))
        for part in _TO.split(text)
    ]
    trailing = re.search(r"h(?:ours?|rs?)?\s*(\d{1,2})\s*$", text, re.IGNORECASE)
    if trailing and len(ends) == 1:
        return _point(ends[0] + int(trailing[1]))
    if all(ends) and ends:
        return (min(ends), max(ends))
    return interval(text) if not any(ends) else _point(max(ends))


def years(text: str) -> Interval | None:
    """A year, a decade or a date: "1994", "1990s", "1994-05-01", "1990-1999"."""
    if decade := _DECADE.search(text):
        first = int(decade[1]) * 10 if decade[1] else 1900 + int(decade[2]) * 10
        return (first, first + 9)
    found = [int(year) for year in _YEAR.findall(text)]
    return (min(found), max(found)) if found else None


def interval(text: str) -> Interval | None:
    """A number or a range of them: "45元起", "2-4", "up to 20", "free"; None where no number stands."""
    if _FREE.match(text.strip()):
        return (0.0, 0.0)
    ends = [n for part in _TO.split(text)[:2] if (n := number(part)) is not None]
    if not ends:
        return None
    if _OPEN_ABOVE.search(text.strip()):
        return (ends[0], inf)
    if _OPEN_BELOW.search(text.strip()):
        return (0.0, ends[0])
    return (min(ends), max(ends))


def _point(value: float) -> Interval:
    return (value, value)


def currency(text: str) -> str | None:
    """ISO code of the currency in a cell ("17,5 €", "USD 20"); None where none is named."""
    found = _CURRENCY.search(text)
    return _CURRENCIES[found[0].casefold()] if found else None


def hours(text: str) -> Interval | None:
    """Opening hours in minutes of the day: "10:00-22:00"; None where they cannot be read."""
    found = _HOURS.search(text)
    if not found:
        return None
    start, end = (int(found[n]) * 60 + int(found[n + 1] or 0) for n in (1, 3))
    return (start, end if end > start else end + 24 * 60)


def words(cell: object) -> tuple[str, ...]:
    """The texts of a cell, of a list one each, in lower case."""
    if isinstance(cell, str):
        return (cell.casefold(),)
    if isinstance(cell, Sequence):
        return tuple(str(part).casefold() for part in cell)
    return (str(cell).casefold(),)
