"""Numbers without a unit in English requests: years, ages, ratings, people or prices, by the words around them."""

from promptrec.intent.english.amounts import Amount
from promptrec.intent.english.lexicon import lexicon
from promptrec.intent.english.readings import Compared, Reading
from promptrec.intent.english.words import BREAKS, Words

_EARLIEST, _LATEST = 1800, 2099
_MEASURES = frozenset(
    "size waist height weight budget number shoe foot feet limit max maximum price bmi collar inseam address floor "
    "apartment room team score level total screen".split()
)
_HELD = frozenset("is are have has been 've banned not".split())
_PER = frozenset("night person month week head piece bottle ticket pair day head adult room".split())
OLDEST, _MOST_PEOPLE = 110, 60


def read_bare_number(words: Words, compared: Compared) -> Reading | None:
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
    board = words.form(before) in ("pegi", "fsk", "usk", "bbfc", "pg", "age", "ages", "imdb", "max", "under", "over")
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
    return not board and not preposition and (name or (first and not _is_compared(words, before)))


def _is_compared(words: Words, number: int) -> bool:
    """Whether a word can be part of a comparison: "Under 40", "Between 3 and 5"."""
    return bool(lexicon().left.match_before(words, number + 1)) or words.form(number) in lexicon().context["rated"] | {
        "ages",
        "aged",
        "age",
        "turning",
    }


def _rating_board(words: Words, compared: Compared) -> Reading | None:
    """Read "PEGI 12 max", "PG-13 or lower", "FSK 12"."""
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
    if not 0 < amount.low <= OLDEST or amount.low != int(amount.low):
        return None
    before, behind = words.form(amount.first - 1), words.form(amount.last)
    closed = behind in BREAKS or behind in lexicon().context["function_words"]
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
    if before == "(" and behind in ("f", "m") and words.form(amount.last + 1) == ")":
        return _with_last(compared.of("age"), amount.last + 1)
    if not closed:
        return None
    person = words.form(amount.first - 2) in lists.persons or (
        words.form(amount.first - 3) in ("my", "our", "her", "his", "whose", "their")
        and words.form(amount.first - 2) not in _MEASURES
    )
    if words.before(amount.first, 3) == "like i am":
        return None
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
        and 13 <= amount.low <= OLDEST
        and words.form(amount.first - 2)
        in ("alone", "travelling", "traveling", "solo", "reading", "starting", "me", "retired", "single")
    ):
        return _with_first(compared.of("age"), amount.first - 1)
    return None


def _bare_rating(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    if not 0 < amount.low <= 100 or (amount.low >= 10 and amount.low != int(amount.low)):
        return None
    near = words.forms[max(0, compared.first - 4) : compared.last + 4]
    if not lexicon().context["rated"].intersection(near) or (
        not compared.operator and words.form(amount.first - 1) not in ("rated", "of", "rating", "imdb")
    ):
        return None
    behind = words.form(amount.last)
    if not (
        behind in BREAKS
        or behind in lexicon().context["function_words"]
        or behind in lexicon().context["rated"]
        or behind == "+"
        or compared.last > amount.last
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
    narrative = words.form(amount.first - 1) == "in" and {"i", "we", "he", "she", "my", "they"}.intersection(
        _clause_before(words, amount.first, 12)
    )
    released = bool(lexicon().context["released"].intersection(clause))
    if words.form(amount.first - 1) == "since" and _HELD.intersection(_clause_before(words, compared.first, 8)):
        return None
    if not released and (
        narrative
        or lexicon().context["past"].intersection(_clause_before(words, compared.first, 6))
        or behind in (["i"], ["we"], ["my"])
    ):
        return None
    bare = (
        words.form(amount.last).isalpha()
        and words.form(amount.last) not in lexicon().context["function_words"]
        and not words.is_capital(amount.last)
    )
    accepted = (
        before in ("from", "in", "of", "a", "the", "circa", "'s")
        or (before in BREAKS and bare)
        or amount.high is not None
    )
    counted = {"least", "most", "than", "to", "over", "under"}.intersection(words.forms[compared.first : amount.first])
    if counted and bare and not released:
        return None
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
            before in lexicon().context["seats"] - {"of"} and (before != "for" or words.form(amount.last - 1) != "one")
        ) or shared in (
            ["can"],
            ["could"],
            ["aged"],
        ):
            return Reading(**{**compared.of("people").__dict__, "last": amount.last + 1})
        return None
    if (
        before in ("are", "usually", "all")
        and "we" in words.before(compared.first, 4).split()
        and (behind in BREAKS or behind in lexicon().relatives or behind in lexicon().groups)
    ):
        return compared.of("people")
    if not (behind in BREAKS or behind in lexicon().context["function_words"]) or words.form(amount.last - 1) in (
        "couple",
        "hundred",
    ):
        return None
    two = words.form(compared.first - 2)
    seated = before in ("serves", "feeds", "seats", "sleeps", "fits", "serve", "feed", "seat", "sleep")
    group = before == "of" and two in (
        "family", "group", "party", "team", "bunch", "table", "us", "do", "class", "crew", "gang",
    )  # fmt: skip
    if (before == "for" and two not in ("asked", "waited", "good", "known")) or seated or group:
        return _with_first(compared.of("people"), max(0, compared.first - (1 if before != "of" else 3)))
    return None


def _bare_price(words: Words, compared: Compared) -> Reading | None:
    """A limit without a currency, where nothing is counted: "max 100"."""
    amount = compared.amount
    behind = words.form(amount.last)
    clause = words.forms[max(0, compared.first - 4) : compared.last + 3]
    about_money = {"budget", "spend", "pay", "cost", "costs", "costing", "price", "priced"}.intersection(clause)
    each = behind in ("each", "pp")
    if compared.operator and (each or (behind in ("a", "per") and words.form(amount.last + 1) in _PER)):
        return _with_last(compared.of("price"), max(compared.last, amount.last + (1 if each else 2)))
    limit = {"max", "maximum"}.intersection(words.forms[compared.first : compared.last])
    if (
        (about_money or limit)
        and (behind in BREAKS or behind in lexicon().context["function_words"] or compared.last > amount.last)
        and compared.operator
    ):
        return compared.of("price")
    return None


def _with_first(reading: Reading, first: int) -> Reading:
    return Reading(reading.field, reading.operator, reading.value, reading.unit, first, reading.last, reading.soft)


def _with_last(reading: Reading, last: int) -> Reading:
    return Reading(reading.field, reading.operator, reading.value, reading.unit, reading.first, last, reading.soft)
