"""Numbers with their units in English text: amounts of money, durations, decades, ages, numbers of people, ratings.

Number words are read by a table of their own: text2num rewrites a text without saying where a number was, and does not
read "half an hour", "two and a half hours", "a couple" and "tenner".
"""

from dataclasses import dataclass, replace

from promptrec.intent.english.lexicon import lexicon
from promptrec.intent.english.words import Words

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_SMALL = {word: value for value, word in enumerate(_ONES.split())}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_LARGE = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "dozen": 12, "couple": 2}
_DECADES = {
    word: 1900 + 10 * value
    for value, word in enumerate("twenties thirties forties fifties sixties seventies eighties nineties".split(), 2)
} | {"noughties": 2000}
_FRACTIONS = {"half": 0.5, "quarter": 0.25, "½": 0.5, "¼": 0.25, "¾": 0.75}
_SCALES = {"10": 10, "ten": 10, "5": 5, "five": 5, "100": 100}
_SYMBOLS = "£€$¥₹₩"
# The words that an amount can begin with, besides digits.
_FIRSTS = frozenset([*_SMALL, *_TENS, *_DECADES, *_SYMBOLS, "a", "an", "half", "quarter"])
_MAX_DIGITS = 12


@dataclass(frozen=True)
class Amount:
    """A number, or two of them, with a unit: the words `first` to `last` - 1."""

    first: int
    last: int
    low: float
    kind: str = "number"
    """"number", "money", "duration", "decade", "stars", "percent", "of scale", "age", "people"."""
    unit: str | None = None
    high: float | None = None
    """The end of a range."""
    joint: str = ""
    """The word between the two numbers of a range."""


def read_amounts(words: Words) -> list[Amount]:
    """All amounts of a text, in its order."""
    amounts: list[Amount] = []
    behind = 0
    for number, form in enumerate(words.forms):
        if number < behind or not (form in _FIRSTS or form[0].isdecimal()):
            continue
        amount = _amount(words, number)
        if amount is not None:
            amount = _range(words, amount)
            amounts.append(amount)
            behind = amount.last
    return amounts


def _amount(words: Words, first: int) -> Amount | None:
    """One number with its unit."""
    form = words.forms[first]
    if form in _DECADES:
        return Amount(first, first + 1, _DECADES[form], "decade", None, _DECADES[form] + 9)
    if words.form(first) in _SYMBOLS and first + 1 < len(words.forms):
        found = _number(words, first + 1)
        unit = lexicon().money.match(words, first)
        return Amount(first, found[1], found[0], "money", unit[0]) if found and unit else None
    hours = _clock_hours(words, first)
    if hours:
        return hours
    if form in ("a", "an") and words.form(first + 1) in lexicon().notes:
        return Amount(first, first + 2, lexicon().notes[words.form(first + 1)], "money", "GBP")
    found = _number(words, first)
    return _with_unit(words, first, *found) if found else None


def _number(words: Words, first: int) -> tuple[float, int] | None:
    """Value of the number that begins at a word, and the number of the word behind it."""
    form = words.form(first)
    if form[0].isdecimal():
        return _digits(words, first)
    if form in ("a", "an"):
        if words.form(first + 1) not in _LARGE:
            return None
        last = first + 2 if words.form(first + 1) != "couple" or words.form(first + 2) != "of" else first + 3
        return float(_LARGE[words.form(first + 1)]), last
    if form not in _SMALL and form not in _TENS:
        return None
    value, last = 0.0, first
    while True:
        form = words.form(last)
        if form in _TENS:
            value += _TENS[form]
            last += 1
            behind = last + (words.form(last) == "-")
            if 0 < _SMALL.get(words.form(behind), 0) < 10:
                value += _SMALL[words.form(behind)]
                last = behind + 1
        elif form in _SMALL:
            value += _SMALL[form]
            last += 1
        if words.form(last) not in ("hundred", "thousand"):
            break
        value *= _LARGE[words.form(last)]
        last += 1
        following = last + (words.form(last) == "and")
        if words.form(following) not in _SMALL and words.form(following) not in _TENS:
            break
        last = following
    if words.forms[last : last + 3] == ["and", "a", "half"]:
        return value + 0.5, last + 3
    if words.forms[last : last + 2] == ["point", "five"]:
        return value + 0.5, last + 2
    return value, last


def _digits(words: Words, first: int) -> tuple[float, int]:
    """A number in digits: "1,500" and "1.500" are thousands, "17,5" and "17.5" are not whole."""
    form = words.forms[first]
    parts = form.replace(",", ".").split(".")
    if len(parts) > 1 and all(len(part) == 3 for part in parts[1:]) and len(parts[0]) <= 3 and parts[0] != "0":
        parts = ["".join(parts)]
    value = float(parts[0][:_MAX_DIGITS] + ("." + "".join(parts[1:])[:_MAX_DIGITS] if len(parts) > 1 else ""))
    last = first + 1
    tight = last < len(words.forms) and words.starts[last] == words.ends[first]
    if tight and words.forms[last] == "k":
        return value * 1000, last + 1
    if words.form(last) in _FRACTIONS and words.form(last) not in ("half", "quarter"):
        return value + _FRACTIONS[words.form(last)], last + 1
    if words.form(last) == "grand":
        return value * 1000, last + 1
    return value, last


def _clock_hours(words: Words, first: int) -> Amount | None:
    """Durations that are no number with a unit: "half an hour", "an hour and a half", "2h15", "an hour"."""
    form = words.form(first)
    ahead = words.forms[first : first + 5]
    if form == "half" and ahead[1:3] == ["an", "hour"]:
        return Amount(first, first + 3, 30, "duration", "min")
    if ahead[:5] == ["a", "quarter", "of", "an", "hour"]:
        return Amount(first, first + 5, 15, "duration", "min")
    if ahead[:4] == ["quarter", "of", "an", "hour"]:
        return Amount(first, first + 4, 15, "duration", "min")
    if ahead[:5] == ["three", "quarters", "of", "an", "hour"]:
        return Amount(first, first + 5, 45, "duration", "min")
    if ahead[:3] in (["a", "half", "hour"], ["a", "half", "-"]) and "hour" in ahead:
        return Amount(first, first + ahead.index("hour") + 1, 30, "duration", "min")
    if form in ("a", "an", "one") and ahead[1:2] == ["hour"]:
        if words.forms[first + 2 : first + 5] == ["and", "a", "half"]:
            return Amount(first, first + 5, 90, "duration", "min")
        return _hours_and_minutes(words, Amount(first, first + 2, 60, "duration", "min"))
    return None


def _with_unit(words: Words, first: int, value: float, last: int) -> Amount:
    """A number, with the unit behind it."""
    lists = lexicon()
    unit_at = last + (words.form(last) == "-")
    tight = last < len(words.forms) and words.starts[last] == words.ends[last - 1]
    if tight and words.form(last) == "+":
        more = _with_unit(words, first, value, last + 1)
        return replace(more, joint="+") if more.kind not in ("number", "age") else Amount(first, last, value)
    if (tight and words.form(last) == "s") or words.forms[last : last + 2] == ["'s"] or words.form(last) == "'s":
        return _plural(words, first, value, last)
    found = lists.money.match(words, unit_at)
    if found:
        return Amount(first, found[1], value, "money", found[0])
    found = lists.minutes.match(words, unit_at)
    if found and not (words.form(unit_at) in ("m", "h") and not tight):
        return _hours_and_minutes(words, Amount(first, found[1], value * found[0], "duration", "min"))
    if words.form(unit_at) in ("star", "stars", "★", "⭐"):
        return Amount(first, unit_at + 1, value, "stars", "stars")
    if words.form(last) in ("%", "percent"):
        return Amount(first, last + 1, value, "percent", "%")
    scale = last + 1 if words.form(last) == "/" else last + 2 if words.forms[last : last + 2] == ["out", "of"] else 0
    if scale and words.form(scale) in _SCALES:
        return Amount(first, scale + 1, value, "of scale", f"of {_SCALES[words.form(scale)]}")
    age = _years_of_age(words, unit_at)
    if age:
        return Amount(first, age[0], value / age[1], "age")
    found = lists.groups.match(words, unit_at)
    if found:
        return Amount(first, found[1], value, "people")
    return Amount(first, last, value)


def _plural(words: Words, first: int, value: float, last: int) -> Amount:
    """Read "80s" and "1980s" as decades; "under 12s" is read as a decade too where it can be, and else as an age."""
    if value % 10 == 0 and (1800 <= value <= 2090 or 10 <= value <= 90):
        low = value if value > 100 else 1900 + value if value >= 20 else 2000 + value
        return Amount(first, last + 1, low, "decade", None, low + 9)
    return Amount(first, last + 1, value, "age")


def _years_of_age(words: Words, at: int) -> tuple[int, int] | None:
    """Number of the word behind "year old", "-year-olds", "months old" …, and how many of the unit are a year."""
    form = words.form(at)
    if form in ("yo", "y"):
        if form == "y" and words.forms[at + 1 : at + 3] == ["/", "o"]:
            return at + 3, 1
        return (at + 1, 1) if form == "yo" else None
    if form not in ("year", "years", "yr", "yrs", "month", "months"):
        return None
    last = at + 1 + (words.form(at + 1) == "-")
    if words.form(last) in ("old", "olds"):
        return last + 1, 12 if form.startswith("month") else 1
    if words.forms[at + 1 : at + 3] == ["of", "age"]:
        return at + 3, 12 if form.startswith("month") else 1
    return None


def _hours_and_minutes(words: Words, amount: Amount) -> Amount:
    """Add the minutes of "2h15", "1 hour 30 minutes", "two hours and a half"."""
    last = amount.last
    if words.forms[last : last + 3] == ["and", "a", "half"]:
        return replace(amount, last=last + 3, low=amount.low + 30)
    at = last + (words.form(last) == "and")
    if amount.low % 60 == 0 and words.form(at)[0].isdecimal():
        minutes, behind = _digits(words, at)
        unit = lexicon().minutes.match(words, behind)
        tight = words.form(last - 1) == "h" and words.starts[at] == words.ends[last - 1]
        if minutes < 60 and (tight or (unit and unit[0] == 1)):
            return replace(amount, last=unit[1] if unit and unit[0] == 1 else behind, low=amount.low + minutes)
    return amount


def _list(words: Words, amount: Amount) -> Amount:
    """Join the numbers of a list: "6, 9 and 12" is from 6 to 12."""
    second = _amount(words, amount.last + 1) if amount.last + 1 < len(words.forms) else None
    if second is None or second.kind != "number" or words.form(second.last) not in ("and", "or", "&"):
        return amount
    third = _amount(words, second.last + 1) if second.last + 1 < len(words.forms) else None
    if third is None or third.kind not in ("number", "age"):
        return amount
    ends = sorted((amount.low, second.low, third.low))
    return Amount(amount.first, third.last, ends[0], third.kind, None, ends[2], "and")


def _range(words: Words, amount: Amount) -> Amount:
    """Join an amount with one behind it: "10 to 20 min", "$60-$90", "between 1990 and 2005", "8 or 9 years old"."""
    joint = words.form(amount.last)
    if joint == "," and amount.kind == "number":
        return _list(words, amount)
    if joint not in ("to", "-", "–", "and", "or", "till", "until", "/") or amount.last + 1 >= len(words.forms):
        return amount
    other = _amount(words, amount.last + 1)
    if other is None or (amount.kind not in ("number", other.kind) and other.kind != "number"):
        return amount
    if joint in ("/", "–") and words.starts[amount.last] != words.ends[amount.last - 1]:
        return amount
    kind, unit = (amount.kind, amount.unit) if amount.kind != "number" else (other.kind, other.unit)
    low = amount.low
    if amount.kind == "number" and kind == "duration":
        # The unit behind the second number is that of both: "one to two hours".
        plain = _number(words, other.first)
        low *= other.low / plain[0] if plain and plain[0] else 1
    if amount.kind == "number" and kind == "decade":
        return amount
    high = other.high if kind == "decade" else other.low
    if high is None or (high <= low and joint != "or"):
        return amount
    return Amount(amount.first, other.last, min(low, high), kind, unit, max(low, high), joint)
