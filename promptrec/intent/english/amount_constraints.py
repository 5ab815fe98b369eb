"""Conditions with numbers in English requests: price, year, duration, age, number of people, rating.

Each amount is read with the comparison in front of it and behind it ("no more than", "or less"); its unit, or else the words around it, say
which field it is about.
"""

from dataclasses import dataclass
from typing import get_args

from promptrec.intent.english.amounts import Amount, read_amounts
from promptrec.intent.english.lexicon import lexicon
from promptrec.intent.english.words import BREAKS, Words
from promptrec.intent.intent import Operator

Value = float | tuple[float, float] | str

_EARLIEST, _LATEST = 1800, 2099
_OLDEST, _MOST_PEOPLE = 110, 60
# What may stand behind a number that counts people or years of age; anything else is what is counted.
_FUNCTION = frozenset(
    "and or but who that which so with on in at near for please thanks tonight today to from under because if is are will would can has have he "
    "she they we i it as this now then after before including max some something any preferably ideally by the not no without where when "
    "maybe though could would might may should does did also loves likes need needs want wants only".split()
)
_PAST = frozenset(
    "moved born married visited bought went happened lived started graduated began met retired arrived died opened saw read was were since "
    "back got left ended founded".split()
)
_RELEASED = frozenset(
    "released published made filmed recorded written out produced shot printed issued launched film movie album book books films movies albums "
    "songs song novel novels".split()
)
_OWN_TIME = frozenset(
    "took take takes spent spend wasted waste first last next every lost of after ago another through for".split()
)
_NO_DURATION = frozenset(
    "drive flight flights away ago ride commute together later late shift early old journey layover drives wait bus from of meeting".split()
)
_RATED = frozenset(
    "imdb rotten rating ratings rated metacritic goodreads tripadvisor score scores scored yelp letterboxd steam rate".split()
)
_SPENT = frozenset("spent paid lost won cost owe earn earned saved".split())
_SEATS = frozenset(
    "for serves feeds seats sleeps fits serve feed seat sleep fit accommodates accommodate of hosts host can where lets us".split()
)


@dataclass(frozen=True)
class Reading:
    """A condition found in the words `first` to `last` - 1."""

    field: str
    operator: Operator
    value: Value
    unit: str | None
    first: int
    last: int
    soft: bool = False


@dataclass(frozen=True)
class Compared:
    """An amount with its comparison; `first` and `last` include the words of the comparison."""

    amount: Amount
    operator: str
    first: int
    last: int

    def of(self, field: str, unit: str | None = None, default: str = "=") -> Reading:
        """The condition on a field; `default` is the operator where nothing compares."""
        amount, operator = self.amount, self.operator or default
        years = field == "year"
        operator = {
            "older": "<" if years else ">",
            "newer": ">" if years else "<",
            "not older": ">=" if years else "<=",
            "not newer": "<=" if years else ">=",
            "or older": "<=" if years else ">=",
            "or newer": ">=" if years else "<=",
        }.get(operator, operator)
        value: Value = amount.low
        if amount.high is not None and operator in ("=", "between", "about", ">=", ""):
            operator, value = "between", (amount.low, amount.high)
        elif amount.high is not None:
            value = amount.high
        if operator not in get_args(Operator) or (operator == "between" and amount.high is None):
            operator = "="
        return Reading(field, operator, value, unit, self.first, self.last, soft=operator == "about")  # type: ignore[arg-type]


def read_amount_constraints(words: Words) -> list[Reading]:
    """All conditions with numbers, in the order of the words."""
    found = (_read(words, _compare(words, amount)) for amount in read_amounts(words))
    return [reading for reading in found if reading is not None]


def _compare(words: Words, amount: Amount) -> Compared:
    lists = lexicon()
    first, last, operator = amount.first, amount.last, ""
    start = first
    while (
        start > 0
        and words.form(start - 1) in ("a", "an", "the", "only", "just", "of", "like", "about")
        and not operator
    ):
        left = lists.left.match_before(words, start)
        if left:
            break
        start -= 1
    left = lists.left.match_before(words, start)
    if left:
        operator, first = left.kind, left.first
    # Words between the amount and what compares it: "110 euros a night max".
    behind = last
    if words.form(behind) in ("a", "per", "each", "every", "the", "/", "pp"):
        behind += 1 if words.form(behind) in ("each", "pp") else 2
    for at in dict.fromkeys((last, behind, behind + (words.form(behind) in (",", "(")))):
        right = lists.right.match(words, at) if at < len(words.forms) else None
        following = words.form(right.last) if right else ""
        if right and not (
            following[0].isdecimal()
            or following in "£€$"
            or (at > last and words.form(at - 1) == "," and following not in BREAKS)
        ):
            last = right.last
            if not operator or operator == "about" or operator == "between":
                operator = right.kind
            break
    else:
        if behind != last and words.form(behind - 1).isalpha() and amount.kind == "money":
            last = min(behind, len(words.forms))
    return Compared(amount, operator, first, last)


def _read(words: Words, compared: Compared) -> Reading | None:
    """The condition of an amount, by its unit or by the words around it."""
    amount = compared.amount
    read = {
        "money": _price,
        "duration": _duration,
        "decade": _decade,
        "age": _years_old,
        "people": _people,
        "stars": _stars,
        "percent": _percent,
        "of scale": _on_scale,
    }.get(amount.kind, _bare)
    return read(words, compared)


def _price(words: Words, compared: Compared) -> Reading | None:
    if words.form(compared.first - 1) in _SPENT or words.form(compared.amount.first - 1) in _SPENT:
        return None
    return compared.of("price", compared.amount.unit)


def _duration(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    before, behind = words.form(compared.first - 1), words.form(amount.last)
    long = words.forms[amount.last - 1] in ("day", "days", "week", "weeks")
    if long and behind not in (
        "trip",
        "tour",
        "hike",
        "itinerary",
        "walk",
        "cruise",
        "break",
        "trek",
        "retreat",
        "course",
    ):
        return None
    if behind in _NO_DURATION and not (behind == "of" and compared.operator):
        return None
    if not compared.operator and (before in _OWN_TIME or before in ("have", "got", "only", "the")):
        return None
    if before in ("took", "spent", "first", "last", "wasted", "next") or (before == "for" and not compared.operator):
        return None
    return compared.of("duration", "min", "<=" if before == "in" else "=")


def _decade(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    before = words.form(amount.first - 1)
    if before in ("her", "his", "their", "my", "our", "your") or words.before(amount.first, 3).endswith(
        ("her early", "her late", "his early", "his late", "her mid -", "his mid -")
    ):
        return None
    small = amount.low < 2000 and amount.low > 1899
    digits = words.forms[amount.first]
    if small and len(digits) == 2 and before in ("over", "under") and compared.operator in (">", "<="):
        return Reading("age", compared.operator, float(digits), None, compared.first, compared.last)  # type: ignore[arg-type]
    operator, first = compared.operator, compared.first
    if before in ("early", "late", "mid", "-", "the", "'"):
        wider = Amount(amount.first, amount.last, amount.low, amount.kind, None, amount.high)
        at = amount.first
        while words.form(at - 1) in ("early", "late", "mid", "-", "the", "'", "and"):
            at -= 1
        left = lexicon().left.match_before(words, at)
        operator, first = (left.kind, left.first) if left and not operator else (operator, min(first, at))
        compared = Compared(wider, operator, first, compared.last)
    if operator in ("<", "older", "not newer"):
        return Reading("year", "<=" if operator == "not newer" else "<", amount.low, None, first, compared.last)
    if operator in (">", "newer"):
        return Reading("year", ">", amount.high or amount.low, None, first, compared.last)
    if operator in ("<=", "or older"):
        return Reading("year", "<=", amount.high or amount.low, None, first, compared.last)
    if operator in (">=", "or newer", "not older") and (
        operator != ">="
        or words.form(compared.last - 1) != words.forms[amount.last - 1]
        or words.form(first) in ("since", "at", "not", "nothing")
    ):
        return Reading("year", ">=", amount.low, None, first, compared.last)
    if words.form(first - 1) in ("from", "in", "of"):
        first -= 1
    return Reading("year", "between", (amount.low, amount.high or amount.low), None, first, compared.last)


def _years_old(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    behind = words.form(amount.last)
    person = behind in lexicon().persons or words.form(amount.last + 1) in lexicon().persons
    if not (person or behind in BREAKS or behind in _FUNCTION or compared.last > amount.last or behind in ("'s", "-")):
        return None
    if amount.low > _OLDEST:
        return None
    return compared.of("age")


def _people(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    before, behind = words.form(compared.first - 1), words.form(amount.last)
    noun = words.form(amount.last - 1)
    counted = noun in ("players", "player", "person", "pax", "of", "us", "servings", "portions", "participants")
    if noun == "person" and words.form(amount.last - 2) != "-" and before in ("a", "the"):
        return None
    accepted = counted or before in _SEATS or behind in ("can", "could", "to", "stay", "max") or noun == "guests"
    if not accepted or behind in ("who", "in") and before != "for" and not counted:
        return None
    return compared.of("people")


def _stars(words: Words, compared: Compared) -> Reading | None:
    return compared.of("rating", compared.amount.unit)


def _percent(words: Words, compared: Compared) -> Reading | None:
    near = words.forms[max(0, compared.first - 6) : compared.last + 6]
    return compared.of("rating", "%") if _RATED.intersection(near) else None


def _on_scale(words: Words, compared: Compared) -> Reading | None:
    return compared.of("rating", compared.amount.unit)


def _bare(words: Words, compared: Compared) -> Reading | None:
    """A number without a unit: a year, an age, a rating, a number of people or a price, by the words around it."""
    amount = compared.amount
    if _is_title_number(words, amount):
        return None
    for read in (_rating_board, _bare_age, _bare_rating, _year, _bare_people, _bare_price):
        reading = read(words, compared)
        if reading is not None:
            return reading
    return None


def _is_title_number(words: Words, amount: Amount) -> bool:
    """Whether a number belongs to a name: "Blade Runner 2049", "Apollo 13"."""
    before = amount.first - 1
    board = words.form(before) in ("pegi", "fsk", "pg", "age", "ages", "imdb", "max", "under", "over")
    name = words.is_capital(before) and not words.begins_sentence(before) and words.form(before) not in ("i",)
    first = (
        words.begins_sentence(before)
        and words.is_capital(before)
        and before >= 0
        and words.form(before) not in lexicon().persons
    )
    preposition = words.form(before) in (
        "from",
        "in",
        "for",
        "after",
        "before",
        "since",
        "published",
        "released",
        "until",
        "around",
        "about",
    )
    return not board and not preposition and (name or (first and not compared_word(words, before)))


def compared_word(words: Words, number: int) -> bool:
    """Whether a word can be part of a comparison: "Under 40", "Between 3 and 5"."""
    return bool(lexicon().left.match_before(words, number + 1)) or words.form(number) in _RATED | {
        "ages",
        "aged",
        "age",
        "turning",
    }


def _rating_board(words: Words, compared: Compared) -> Reading | None:
    """ "PEGI 12 max", "PG-13 or lower", "FSK 12"."""
    amount = compared.amount
    at = amount.first - (2 if words.form(amount.first - 1) == "-" else 1)
    board = words.form(at)
    if board not in ("pegi", "fsk", "pg", "usk", "nc", "tv", "bbfc") or (board == "tv" and at == amount.first - 1):
        return None
    left = lexicon().left.match_before(words, at)
    rated = words.form(at - 1) in ("rated", "rating")
    operator = compared.operator or (left.kind if left else "=")
    value = words.text[words.starts[at] : words.ends[amount.last - 1]].lower()
    operator = operator if operator in ("<=", ">=", "<", ">", "=") else "="
    first = left.first if left else at - rated
    return Reading("age_rating", operator, value, None, first, compared.last)  # type: ignore[arg-type]


def _bare_age(words: Words, compared: Compared) -> Reading | None:
    amount, lists = compared.amount, lexicon()
    if not 0 < amount.low <= _OLDEST or amount.low != int(amount.low):
        return None
    before, behind = words.form(amount.first - 1), words.form(amount.last)
    closed = behind in BREAKS or behind in _FUNCTION
    at = compared.first
    ages = {"age", "ages", "aged", "turning", "turns", "turned"}
    if before in ages and words.form(amount.first - 2) in ("from", "starting") and not compared.operator:
        return _with_first(compared.of("age", None, ">="), amount.first - 2)
    if (
        before in ages
        or words.form(at - 1) in ages
        or (before in ("of", "from", "between", ":") and words.form(amount.first - 2) in ages)
    ):
        return _with_first(compared.of("age"), at - (words.form(at - 1) in ages))
    if words.form(at - 1) in lists.persons - {"i", "he", "she", "we", "they"} and compared.operator and closed:
        return compared.of("age")
    if not closed:
        return None
    person = words.form(amount.first - 2) in lists.persons or words.form(amount.first - 3) in (
        "my",
        "our",
        "her",
        "his",
        "whose",
        "their",
    )
    if words.form(at - 1) in ("is", "'s", "am", "are") and words.form(at - 2) in lists.persons and at < amount.first:
        return compared.of("age")
    if before in ("is", "'s", "am", "are", "be") and person and words.form(amount.first - 2) != "it":
        return _with_first(compared.of("age"), amount.first - 1)
    if before in (",", "(") and words.form(amount.first - 2) in lists.persons and behind in (",", ")", ".", "–"):
        return compared.of("age")
    if (
        before == "of"
        and words.form(amount.first - 2) in lists.persons | {"one"} - {"we"}
        and amount.low <= 18
        and words.form(amount.first - 2) != "us"
    ):
        return compared.of("age")
    if (
        before == "at"
        and behind in BREAKS
        and 13 <= amount.low <= _OLDEST
        and words.form(amount.first - 2)
        in ("alone", "travelling", "traveling", "solo", "reading", "starting", "me", "retired", "single")
    ):
        return _with_first(compared.of("age"), amount.first - 1)
    return None


def _bare_rating(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    if not 0 < amount.low <= 100 or amount.low >= 10 and amount.low != int(amount.low):
        return None
    near = words.forms[max(0, compared.first - 4) : compared.last + 4]
    if not _RATED.intersection(near) or (
        not compared.operator and words.form(amount.first - 1) not in ("rated", "of", "rating", "imdb")
    ):
        return None
    behind = words.form(amount.last)
    if not (
        behind in BREAKS or behind in _FUNCTION or behind in _RATED or behind == "+" or compared.last > amount.last
    ):
        return None
    return compared.of("rating", None, ">=" if words.form(amount.last) == "+" else "=")


def _year(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    low = amount.low
    if words.form(amount.first - 1) == "'" and len(words.forms[amount.first]) == 2:
        return None
    if (
        not _EARLIEST <= low <= _LATEST
        or low != int(low)
        or len(words.forms[amount.first]) != 4
        or not words.forms[amount.first].isdecimal()
    ):
        return None
    before = words.form(amount.first - 1)
    clause = _clause_before(words, amount.first, 6)
    behind = words.forms[amount.last : amount.last + 1]
    told = words.form(amount.first - 1) == "in" and {"i", "we", "he", "she", "my", "they"}.intersection(
        _clause_before(words, amount.first, 12)
    )
    released = bool(_RELEASED.intersection(clause))
    if not released and (told or _PAST.intersection(clause) or behind in (["i"], ["we"], ["my"])):
        return None
    bare = (
        words.form(amount.last).isalpha()
        and words.form(amount.last) not in _FUNCTION
        and not words.is_capital(amount.last)
    )
    accepted = (
        before in ("from", "in", "of", "a", "the", "circa", "'s")
        or (before in BREAKS and bare)
        or amount.high is not None
    )
    if not (compared.operator or released or accepted):
        return None
    first = compared.first
    if words.form(first - 1) in ("from", "in", "of", "released", "published", "made"):
        first -= 1
    if words.form(first - 1) in (
        "released",
        "published",
        "made",
        "recorded",
        "written",
        "filmed",
        "printed",
        "produced",
    ):
        first -= 1
    default = "="
    return _with_first(compared.of("year", None, default), first)


def _clause_before(words: Words, number: int, most: int) -> list[str]:
    """Up to `most` words in front of a word, of its clause only."""
    first = number
    while first > max(0, number - most) and words.forms[first - 1] not in BREAKS:
        first -= 1
    return words.forms[first:number]


def _bare_people(words: Words, compared: Compared) -> Reading | None:
    amount, lists = compared.amount, lexicon()
    if not 0 < amount.low <= _MOST_PEOPLE or amount.low != int(amount.low):
        return None
    behind = words.form(amount.last)
    before = words.form(compared.first - 1)
    if behind == "of" and words.form(amount.last + 1) in ("us", "them"):
        return compared.of("people") if words.form(amount.first - 1) in ("the", "for") else None
    if behind in lists.relatives:
        shared = words.forms[amount.last + 1 : amount.last + 2]
        if (
            before in _SEATS - {"of"}
            and (before != "for" or words.form(amount.last - 1) != "one")
            or shared in (["can"], ["could"])
        ):
            return Reading(**{**compared.of("people").__dict__, "last": amount.last + 1})
        return None
    if not (behind in BREAKS or behind in _FUNCTION or behind == "-") or words.form(amount.last - 1) in (
        "couple",
        "hundred",
    ):
        return None
    two = words.form(compared.first - 2)
    seated = before in ("serves", "feeds", "seats", "sleeps", "fits", "serve", "feed", "seat", "sleep")
    group = before == "of" and two in ("family", "group", "party", "team", "bunch", "table", "us")
    if before == "for" and two not in ("asked", "waited", "good", "known") or seated or group:
        return _with_first(compared.of("people"), compared.first - (1 if before != "of" else 3))
    return None


def _bare_price(words: Words, compared: Compared) -> Reading | None:
    """A limit without a currency, where nothing is counted: "max 100"."""
    amount = compared.amount
    behind = words.form(amount.last)
    clause = words.forms[max(0, compared.first - 4) : compared.last + 3]
    about_money = {"budget", "spend", "pay", "cost", "costs", "costing", "price", "priced"}.intersection(clause)
    limit = {"max", "maximum"}.intersection(words.forms[compared.first : compared.last])
    if (
        (about_money or limit)
        and (behind in BREAKS or behind in _FUNCTION or compared.last > amount.last)
        and compared.operator
    ):
        return compared.of("price")
    return None


def _with_first(reading: Reading, first: int) -> Reading:
    return Reading(reading.field, reading.operator, reading.value, reading.unit, first, reading.last, reading.soft)
