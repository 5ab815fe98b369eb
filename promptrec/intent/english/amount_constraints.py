"""Conditions with numbers in English requests: price, year, duration, age, number of people, rating.

Each amount is read with the comparison in front of it and behind it ("no more than", "or less"); its unit, or else the
words around it, say which field it is about.
"""

from promptrec.intent.english.amounts import Amount, read_amounts
from promptrec.intent.english.bare_numbers import OLDEST, read_bare_number
from promptrec.intent.english.lexicon import lexicon
from promptrec.intent.english.readings import Compared, Reading
from promptrec.intent.english.words import BREAKS, Words


def read_amount_constraints(words: Words) -> list[Reading]:
    """All conditions with numbers, in the order of the words."""
    found = (_read(words, _compare(words, amount)) for amount in read_amounts(words))
    return [reading for reading in found if reading is not None]


_REFUSALS = (
    "will not work", "do not work", "does not work", "will not do", "is too", "are too", "'s too", "is out", "are out",
    "'s out", "is a no", "are a no", "is not an option", "are not an option", "would be too", "is not possible",
    "no thanks",
)  # fmt: skip
_NEGATED = {">": "<=", "<": ">=", "older": "not older", "newer": "not newer"}


def _is_refused(words: Words, number: int) -> bool:
    """Whether what stands in front of a word is refused: "episodes longer than half an hour won't work"."""
    behind = words.behind(number, 4)
    return behind.startswith(_REFUSALS)


def _negation(words: Words, number: int) -> int:
    """Number of the word behind a negation in front of a comparison in its clause: "should not take more than"."""
    at = number
    while at > max(0, number - 5) and words.forms[at - 1] not in BREAKS and words.forms[at - 1] not in ("but", "and"):
        if words.forms[at - 1] in ("not", "never", "nothing", "without", "nobody"):
            return at
        at -= 1
    return 0


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
        if operator in _NEGATED and (negation := _negation(words, first)):
            operator, first = _NEGATED[operator], negation - 1
    if amount.joint == "+":
        operator = ">="
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
            or (words.forms[at] == "+" and words.starts[at] != words.ends[at - 1])
            or (at > last and words.form(at - 1) == "," and following not in BREAKS)
        ):
            last = right.last
            if not operator or operator == "about" or operator == "between":
                operator = right.kind
            break
    else:
        if behind != last and words.form(behind - 1).isalpha() and amount.kind == "money":
            last = min(behind, len(words.forms))
    if operator in _NEGATED and _is_refused(words, last):
        operator = _NEGATED[operator]
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
    }.get(amount.kind, read_bare_number)
    return read(words, compared)


def _price(words: Words, compared: Compared) -> Reading | None:
    if (
        words.form(compared.first - 1) in lexicon().context["spent"]
        or words.form(compared.amount.first - 1) in lexicon().context["spent"]
    ):
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
    if words.form(compared.first) in ("after", "since", "before") or amount.low != int(amount.low) < 3:
        return None
    if behind in lexicon().context["no_duration"] and not (behind == "of" and compared.operator):
        return None
    if not compared.operator and (before in lexicon().context["own_time"] or before in ("have", "got", "only", "the")):
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
    if not (
        person
        or behind in BREAKS
        or behind in lexicon().context["function_words"]
        or compared.last > amount.last
        or behind in ("'s", "-")
    ):
        return None
    if amount.low > OLDEST:
        return None
    return compared.of("age")


def _people(words: Words, compared: Compared) -> Reading | None:
    amount = compared.amount
    before, behind = words.form(compared.first - 1), words.form(amount.last)
    noun = words.form(amount.last - 1)
    counted = noun in ("players", "player", "person", "pax", "of", "us", "servings", "portions", "participants")
    if noun == "person" and words.form(amount.last - 2) != "-" and before in ("a", "the"):
        return None
    accepted = (
        counted
        or before in lexicon().context["seats"]
        or behind in ("can", "could", "to", "stay", "max")
        or noun == "guests"
    )
    we = "we" in words.forms[max(0, compared.first - 4) : compared.first] and before in ("are", "be", "usually", "all")
    alone = before in BREAKS and before not in ".!?" and behind in BREAKS
    if amount.low == 1 and noun == "us":
        return None
    accepted |= we or (alone and noun in ("people", "adults", "persons"))
    if not accepted or (behind in ("who", "in") and before != "for" and not counted):
        return None
    return compared.of("people")


def _stars(words: Words, compared: Compared) -> Reading | None:
    return compared.of("rating", compared.amount.unit)


def _percent(words: Words, compared: Compared) -> Reading | None:
    near = words.forms[max(0, compared.first - 6) : compared.last + 6]
    return compared.of("rating", "%") if lexicon().context["rated"].intersection(near) else None


def _on_scale(words: Words, compared: Compared) -> Reading | None:
    return compared.of("rating", compared.amount.unit)
