"""Years and decades in Chinese requests: 2015年以后, 1995到2005年之间, 八十年代."""

import re
from functools import cache

from promptrec.data.intent import Operator
from promptrec.intent.chinese.conditions import Condition, operator_of, words_of
from promptrec.intent.chinese.numerals import NUMERAL

DIGITS = "零一二三四五六七八九"
YEAR = re.compile(r"1\d{3}|20\d\d|(?:一九|二〇|二零)[〇零一二三四五六七八九]{2}")
EARLIEST = 1900
"""First year of a range that does not say 年; smaller numbers are prices."""
CENTURY = re.compile(r"(?:上个?|20|二十)世纪$")
DECADE = r"(?:[二三四五六七八九]十?|一?十|零零|〇〇|\d0)"
DECADES = re.compile(
    rf"(?P<century>19|20|一九|二〇|二零)?(?P<first>{DECADE})(?:[、到至~-]?(?P<last>{DECADE}))?年代"
    r"(?:初期?|中后期|中期|末期?|后期|早期)?(?P<after>[及和]?(?:以前|之前|以后|之后|至今))?"
)


@cache
def _behind() -> re.Pattern[str]:
    after = "|".join(words_of(f"year after {operator}") for operator in ("<=", "<", ">="))
    return re.compile(
        rf"(?P<unit>年)?(?:\s?[-~到至—–]\s?(?P<second>{NUMERAL})年?)?(?:之间|间)?(?P<after>{after})?"
        r"(?P<made>的|出|上映|发行|版|款|产|拍|新|发表|首播|开播|生产)?"
    )


@cache
def _before() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{words_of(f'before {operator}')})" for operator in ("<=", ">=", "<", ">")) + "$")


def read_year(folded: str, match: re.Match[str]) -> Condition | None:
    """The condition on the year that a numeral of folded text begins, or None."""
    return _decades(folded, match) or _year(folded, match)


def _year(folded: str, match: re.Match[str]) -> Condition | None:
    first, behind = _number(match[0]), _behind().match(folded, match.end())
    if first is None or behind is None:
        return None
    end = behind.end("after") if behind["after"] else behind.end() - len(behind["made"] or "")
    if behind["second"]:
        if first < EARLIEST and not behind["unit"]:
            return None
        second = _number(behind["second"])
        if second and folded.startswith("代", behind.end()):
            end, second = behind.end() + 1, second + 9
        return Condition(match.start(), end, "year", "between", (first, second)) if second and second > first else None
    if behind["after"] and (operator := operator_of(behind["after"], "year after")):
        return Condition(match.start(), end, "year", operator, first, compares=True)
    window = max(0, match.start() - 6)
    before = re.search(rf"(?:{_before().pattern[:-1]})$", folded[window : match.start()])
    if before and behind["unit"] and (operator := operator_of(before[0], "before")):
        return Condition(window + before.start(), end, "year", operator, first, compares=True)
    if behind["made"] and (behind["unit"] or behind["made"] in ("款", "版")):
        return Condition(match.start(), end, "year", "=", first)
    return None


def _number(words: str) -> float | None:
    if not YEAR.fullmatch(words):
        return None
    return float(
        "".join(
            digit if digit.isdigit() and digit.isascii() else str(DIGITS.index(digit.replace("〇", "零")))
            for digit in words
        )
    )


def _decades(folded: str, match: re.Match[str]) -> Condition | None:
    decades = DECADES.match(folded, match.start())
    if decades is None:
        return None
    century = CENTURY.search(folded[max(0, match.start() - 5) : match.start()])
    start = match.start() - (len(century[0]) if century else 0)
    tens = [_tens(words) for words in (decades["first"], decades["last"]) if words]
    first, last = (_century(decades["century"], bool(century), ten) + ten for ten in (tens[0], tens[-1]))
    after = decades["after"] or ""
    until = re.compile("[到至~-]").match(folded, decades.end())
    second = _decades_alone(folded, until.end()) if until and not after else None
    if second:
        return Condition(start, second[0], "year", "between", (float(first), second[1]))
    if not after:
        return Condition(start, decades.end(), "year", "between", (float(first), float(last + 9)))
    inclusive = after[0] in "及和"
    operator: Operator = ("<=" if inclusive else "<") if after.endswith("前") else ">="
    value = float(last + 9 if operator == "<=" else first)
    return Condition(start, decades.end(), "year", operator, value, compares=True)


def _decades_alone(folded: str, start: int) -> tuple[int, float] | None:
    """Offset behind a decade and its last year."""
    decades = DECADES.match(folded, start)
    if decades is None:
        return None
    ten = _tens(decades["last"] or decades["first"])
    return decades.end(), float(_century(decades["century"], False, ten) + ten + 9)


def _century(prefix: str | None, named: bool, tens: int) -> int:
    if prefix:
        return 1900 if prefix in ("19", "一九") else 2000
    return 1900 if named or tens >= 20 else 2000


def _tens(words: str) -> int:
    if words.isascii():
        return int(words)
    return 10 * DIGITS.index(words[0]) if words[0] in DIGITS else 10 * (words[0] == "十")
