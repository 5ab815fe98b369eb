"""Values of cells as constraints are tested against them: numbers and times as intervals, words as they are.

A text that cannot be read for certain is None, never a guess: an item whose value is unknown is kept behind those that
fit, but one whose value is read wrongly is left out.
"""

import re
from collections.abc import Sequence
from math import inf, isfinite

Interval = tuple[float, float]
LONGEST = 300
"""Characters of the longest text that may be a number, a length of time or opening hours."""

_DIGITS = r"\d+(?:[.,'’]\d+|\s\d{3}(?!\d))*"
_TO = r"\s*(?:-|–|—|~|～|\bto\b|\bbis\b|至|到)\s*"
_OPEN_ABOVE = re.compile(
    r"\d\s*\+|起|以上|\b(?:and|or) (?:up|over|above|more|older)\b"
    r"|^\W*(?:from|ab|over|above|at least|min\.?|since|>=?|≥)(?=\W|\d)",
    re.IGNORECASE,
)
_OPEN_BELOW = re.compile(
    r"以下|以内|\b(?:or|and) (?:less|under|below|younger)\b"
    r"|^\W*(?:up to|under|below|less than|at most|until|bis|max\.?|<=?|≤)(?=\W|\d)",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"\W*(?:free(?: entry| admission| of charge)?|gratis|kostenlos|gratuit|免费(?:开放|入场|参观)?|免票)\W*",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+")

_DOLLARS = frozenset({"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN"})
_KRONER = frozenset({"SEK", "NOK", "DKK", "ISK"})
_CURRENCIES: dict[str, frozenset[str]] = {
    **{sign: frozenset({"EUR"}) for sign in ("€", "eur", "euro", "euros")},
    **{sign: frozenset({"GBP"}) for sign in ("£", "gbp", "pound", "pounds")},
    **{sign: frozenset({"CNY"}) for sign in ("元", "cny", "rmb", "cn¥", "人民币", "块")},
    **{sign: frozenset({"JPY"}) for sign in ("円", "jpy", "yen", "日元", "jp¥")},
    **{sign: frozenset({"INR"}) for sign in ("₹", "inr")},
    **{sign: frozenset({"USD"}) for sign in ("us$", "usd", "美元")},
    **{sign: frozenset({"AUD"}) for sign in ("a$", "au$", "aud")},
    **{sign: frozenset({"CAD"}) for sign in ("c$", "ca$", "cad")},
    **{sign: frozenset({"HKD"}) for sign in ("hk$", "hkd", "港币")},
    **{sign: frozenset({code}) for sign, code in {"nz$": "NZD", "s$": "SGD", "nt$": "TWD", "r$": "BRL"}.items()},
    **{code.lower(): frozenset({code}) for code in ("CHF", "SEK", "NOK", "DKK", "PLN", "NZD", "SGD", "TWD", "BRL")},
    **{sign: frozenset({"KRW"}) for sign in ("₩", "krw")},
    "kr": _KRONER,
    "$": _DOLLARS,
    "dollars": _DOLLARS,
    "¥": frozenset({"CNY", "JPY"}),
}
_SIGN = "|".join(
    rf"(?<![a-z]){re.escape(sign)}(?![a-z])" if sign[0].isascii() and sign[-1].isalpha() else re.escape(sign)
    for sign in sorted(_CURRENCIES, key=len, reverse=True)
)
_CURRENCY = re.compile(_SIGN, re.IGNORECASE)
_AMOUNT = re.compile(
    rf"(?P<before>{_SIGN})?\s*(?P<low>{_DIGITS})\s*(?P<thousand>k(?![a-z])|千|万)?\s*(?P<between>{_SIGN})?"
    rf"(?:{_TO}(?:{_SIGN})?\s*(?P<high>{_DIGITS})\s*(?P<more>k(?![a-z])|千|万)?)?\s*(?P<behind>{_SIGN})?",
    re.IGNORECASE,
)
_TIMES = {None: 1.0, "k": 1e3, "K": 1e3, "千": 1e3, "万": 1e4}

# Minutes in a unit of time, by the beginning of its name.
_UNITS = {
    "w": 7 * 1440.0,
    "d": 1440.0,
    "t": 1440.0,
    "h": 60.0,
    "s": 1 / 60,
    "m": 1.0,
    "'": 1.0,
    "′": 1.0,
    "周": 7 * 1440.0,
    "天": 1440.0,
    "日": 1440.0,
    "小": 60.0,
    "时": 60.0,
    "分": 1.0,
    "秒": 1 / 60,
}
_TIME_UNIT = (
    r"weeks?|days?|tage?|hours?|hrs?|hr|h|stunden?|std|minuten|minutes?|mins?|min|m|sekunden|seconds?|secs?|s|d|'|′"
    r"|周|天|日|小时|小時|时|分钟|分鐘|分|秒"
)
_PART = re.compile(rf"(\d+(?:[.,]\d+)?)\s*\+?\s*({_TIME_UNIT})(?![a-z])\.?", re.IGNORECASE)
_TRAILING = re.compile(r"(?<=[\d\s])(?:hours?|hrs?|hr|h|小时)\s*(\d{1,2})(?=\s*$)", re.IGNORECASE)
_BARE_TIME = re.compile(r"\D*(\d+(?:[.,]\d+)?)\s*\+?\D*")
# Words of a text of time that say nothing else; with any other word a number without a unit is of something else.
_TIME_WORDS = frozenset(
    "about approx approximately around ca circa from to bis ab over under up at least most less than more or and max "
    "min above below 约 大约 左右 以上 以下 以内 起 至 到".split()
)
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")
_ISO_TIME = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.IGNORECASE
)
_ISO_MINUTES = (7 * 1440.0, 1440.0, 60.0, 1.0, 1 / 60)

_YEAR = r"(?<!\d)(1\d{3}|20\d{2}|21\d{2})"
_DECADE = re.compile(r"(?<!\d)(\d{3})0(?:s\b|['’]s\b|年代)|(?<!\d)['’]?([3-9])0(?:s\b|年代)", re.IGNORECASE)
_YEARS = re.compile(rf"{_YEAR}(?!\d)(?:\s*[-–/]\s*(\d{{2}})(?![\d-]))?")
_COMPACT_DATE = re.compile(rf"\s*{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*")
_BEFORE = re.compile(r"^\W*(?:before|until|up to|vor)\b|以前|之前", re.IGNORECASE)
_SINCE = re.compile(r"^\W*(?:since|from|after|ab)\b|(?:[-–—]|present|today|now|以来|至今)\s*$", re.IGNORECASE)

_HOUR = r"(\d{1,2})(?:[:.h](\d{2})?)?\s*(am|pm|a\.m\.|p\.m\.)?(?:\s*uhr)?"
_HOURS = re.compile(rf"(?<![\d-]){_HOUR}\s*(?:-|–|—|~|～|to|bis|至|到)\s*(?:次日)?{_HOUR}(?![\d-])", re.IGNORECASE)
_ALL_DAY = re.compile(r"\b24\s*(?:hours|h\b|hrs|/\s*7)|24小时|全天|\baround the clock\b", re.IGNORECASE)

_SCALE = re.compile(rf"({_DIGITS})\s*(?:/|\bof\b|\bout of\b)\s*(\d+)", re.IGNORECASE)
_RATING = re.compile(r"\W*(\d+(?:[.,]\d+)?)\s*(%|\bstars?\b|★|⭐|\bpoints?\b|分|星)?\W*(?:\(.*\))?", re.IGNORECASE)
_STARS = re.compile(r"[★⭐]+")


def number(text: str) -> float | None:
    """A number as people write it: "17,5", "1,299", "1.299,00", "2 500"; None where there is none."""
    found = re.search(_DIGITS, text)
    return _value(found[0]) if found else None


def _value(digits: str) -> float:
    """Digits with marks between them: a mark in front of three digits groups them, another one is of decimals."""
    *leading, last = re.split(r"\D", digits)
    marks = re.findall(r"\D", digits)
    if not marks:
        return float(digits)
    groups = len(last) == 3 and len(leading[0]) <= 3 and not digits.startswith("0") and len(set(marks)) == 1
    return float("".join([*leading, last])) if groups else float(f"{''.join(leading)}.{last}")


def interval(text: str) -> Interval | None:
    """A number or a range of them: "45元起", "2-4", "up to 20", "8+"; None where no number stands."""
    return amount(text, None)


def amount(text: str, currency: str | None) -> Interval | None:
    """An amount of money: "17,5 €", "£5-£10", "45元起", "free"; None where there is none, or in another currency.

    Args:
        text: of the cell.
        currency: ISO code of the currency that is wanted; None for any.
    """
    if _FREE.fullmatch(text):
        return (0.0, 0.0)
    plain = plain_number(text)
    if plain is not None:
        return (plain, plain)
    found = [(match, _currencies(match)) for match in _AMOUNT.finditer(text)]
    if currency and any(codes for _, codes in found):
        found = [(match, codes) for match, codes in found if codes and currency in codes]
    if not found or (currency and not currency_fits(text, currency)):
        return None
    match = found[0][0]
    low = _value(match["low"]) * _TIMES[match["thousand"] or match["more"]]
    high = _value(match["high"]) * _TIMES[match["more"]] if match["high"] else low
    if _OPEN_ABOVE.search(text):
        return (low, inf)
    if _OPEN_BELOW.search(text):
        return (0.0, high)
    return (min(low, high), max(low, high))


def currency_fits(text: str, currency: str) -> bool:
    """Whether a text names a currency, by its code or a sign that may be of it, or none at all."""
    named = [_CURRENCIES[sign.lower()] for sign in _CURRENCY.findall(text)]
    return not named or any(currency in codes for codes in named)


def names_currency(text: str) -> bool:
    """Whether a text names a currency."""
    return bool(_CURRENCY.search(text))


def _currencies(match: re.Match[str]) -> frozenset[str]:
    sign = match["before"] or match["between"] or match["behind"]
    return _CURRENCIES[sign.lower()] if sign else frozenset()


def plain_number(text: str) -> float | None:
    """A text that is a number without marks between thousands: "-5", "1e3", "4.25"; None for any other."""
    if not re.fullmatch(r"\s*[-+−]?\d+(?:\.\d*)?(?:e[-+]?\d+)?\s*", text, re.IGNORECASE):
        return None
    if re.fullmatch(r"\s*[-+−]?[1-9]\d{0,2}\.\d{3}\s*", text):
        return None
    value = float(text.replace("−", "-"))
    return value if isfinite(value) else None


def minutes(text: str, clock: float = 60.0) -> Interval | None:
    """A length of time in minutes: "1h 45", "105", "1:45:00", "PT1H45M", "2-3 hours", "3小时 - 4小时".

    Args:
        text: of the cell.
        clock: minutes that the first number of "1:45" counts: 60, or 1 where it is of minutes and seconds.
    """
    stripped = text.strip()
    if found := _CLOCK.fullmatch(stripped):
        first, second, third = int(found[1]), int(found[2]), found[3]
        return _point(first * 60 + second + int(third) / 60 if third else (first + second / 60) * clock)
    if len(stripped) > 1 and (iso := _ISO_TIME.fullmatch(stripped)) and any(iso.groups()):
        return _point(sum(float(n) * each for n, each in zip(iso.groups("0"), _ISO_MINUTES, strict=True)))
    ends = [_length(part) for part in re.split(_TO, text, flags=re.IGNORECASE)]
    known = [end for end in ends if end is not None]
    if not known:
        return None
    unit = next((each for _, each in reversed(known) if each), None)
    values = [value if each or unit is None else value * unit for value, each in known[:2]]
    if _OPEN_ABOVE.search(text):
        return (values[0], inf)
    if _OPEN_BELOW.search(text):
        return (0.0, values[0])
    return (min(values), max(values))


def _length(text: str) -> tuple[float, float | None] | None:
    """A length in minutes and the unit of its last part; or a number without a unit."""
    trailing = _TRAILING.search(text)
    parts = _PART.findall(text)
    if parts:
        total = sum(float(n.replace(",", ".")) * _UNITS[unit[0].lower()] for n, unit in parts)
        total += int(trailing[1]) if trailing else 0
        return total, _UNITS[parts[-1][1][0].lower()]
    bare = _BARE_TIME.fullmatch(text)
    if bare and all(word.lower() in _TIME_WORDS for word in _WORDS.findall(text)):
        return float(bare[1].replace(",", ".")), None
    return None


def years(text: str) -> Interval | None:
    """A year, a decade or a date: "1994", "1990s", "1994-05-01", "1990-1999", "since 1994"."""
    if date := _COMPACT_DATE.fullmatch(text):
        return _point(int(date[1]))
    if re.fullmatch(r"\s*\d{3}\s*", text):
        return _point(int(text))
    found = [(int(year), int(year)) for year, _ in _YEARS.findall(text)]
    # "1994-95" is two years, "2011-12" may be a month.
    found += [
        (y, y) for year, end in _YEARS.findall(text) if end and (y := int(year[:2] + end)) > int(year) and int(end) > 12
    ]
    decades = [int(long) * 10 if long else 1900 + int(short) * 10 for long, short in _DECADE.findall(text)]
    found = [(first, first + 9) for first in decades] or found
    if not found:
        return None
    low, high = min(low for low, _ in found), max(high for _, high in found)
    if _BEFORE.search(text):
        return (-inf, low)
    return (low, inf) if _SINCE.search(text) and low == high else (low, high)


def rating(text: str) -> tuple[float, float | None] | None:
    """A rating and the top of its scale, where that is said: "8.1/10", "4 of 5", "85%", "4.5 stars", "★★★★"."""
    if scaled := _SCALE.search(text):
        value, top = float(scaled[1].replace(",", ".").split()[0]), float(scaled[2])
        return (value, top) if top > 0 and value <= top else None
    if stars := _STARS.fullmatch(text.replace("☆", "").strip()):
        return float(len(stars[0])), 5.0
    if found := _RATING.fullmatch(text):
        unit = (found[2] or "").lower()
        return float(found[1].replace(",", ".")), 100.0 if unit == "%" else 5.0 if unit[:4] in (
            "star",
            "★",
            "⭐",
        ) else None
    return None


def hours(text: str) -> tuple[Interval, ...]:
    """Opening hours in minutes of the day, past midnight beyond 1440: "10:00-22:00"; none where they cannot be read."""
    if _ALL_DAY.search(text):
        return ((0.0, 1440.0),)
    found = []
    for start, start_minute, start_half, end, end_minute, end_half in _HOURS.findall(text):
        if int(start) > 24 or int(end) > 24:
            continue
        first = _minute(start, start_minute, start_half or (end_half if int(start) < int(end) else ""))
        last = _minute(end, end_minute, end_half)
        # "9-5" is from the morning to the afternoon.
        last += 720 if last <= first and last <= 720 and not (start_half or end_half or end_minute) else 0
        found.append((first, last if last > first else last + 1440))
    return tuple(found)


def _minute(hour: str, minute: str, half: str) -> float:
    value = int(hour) % 12 + 12 * half.lower().startswith("p") if half else int(hour)
    return float(value * 60 + int(minute or 0))


def _point(value: float) -> Interval:
    return (value, value)


def words(cell: object) -> tuple[str, ...]:
    """The texts of a cell, of a list one each, in lower case."""
    if isinstance(cell, str):
        return (cell.casefold(),)
    if isinstance(cell, Sequence):
        return tuple(str(part).casefold() for part in cell)
    return (str(cell).casefold(),)


def values(cell: object) -> tuple[str, ...]:
    """The texts of a cell that are short enough to be a number or a time; prose is neither."""
    return tuple(text for text in words(cell) if len(text) <= LONGEST)
