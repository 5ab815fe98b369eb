"""Conditions with a number in Chinese requests: price, duration, rating, year, age and number of people."""

import re
from dataclasses import dataclass, replace
from functools import cache

from promptrec.data.intent import Operator
from promptrec.intent.chinese.conditions import OPERATORS, Condition, compiled, headings, operator_of, words_of
from promptrec.intent.chinese.cues import BREAKS
from promptrec.intent.chinese.numerals import NUMERAL, number, pair
from promptrec.intent.chinese.years import read_year

FIELDS = ("price", "duration", "rating", "age", "people")
SIGNS = {"¥": "CNY", "$": "USD", "€": "EUR", "£": "GBP", "rmb": "CNY", "nt$": "TWD", "hk$": "HKD"}
LARGEST_RATING = 10
HUNDRED = 100
OLDEST = 120
MOST_PEOPLE = 500
CHEAPEST = 10
"""Smallest number without a unit that is read as a price."""
WINDOW = 20
"""Characters in front of a number that may belong to it."""

START = re.compile(rf"(?<![\d.a-z零〇一二两三四五六七八九十百千万第])(?![百千][^元块以]){NUMERAL}")
LINK = (
    r"(?:(?:在|是|为|要|得|的|:|,|大概|最好|希望|有|只有|能|都|也|可以|尽量|"
    r"个|了|需要?|必须|花|出|给|就|上|里|打底|大约|差不多)\s?){0,4}"
)
ENDS = re.compile(r"$|[,。!?;、\n的]|\s")
ALONE = re.compile(
    r"(?:出行|出游|旅行|旅游|旅居|游|住|去|吃|用|玩|看|听|骑|自驾|穷游|的(?:晚餐|午餐|饭|周末|旅)|份|食|晚餐|喝|租|过|就能|就可以|能[玩吃用看])"
)
BELONGS = re.compile(r"(?:日游|天行程|天自由行|天\S{1,2}[晚夜]|天的?(?:行程|旅行|旅程|假期|自由行|自驾))")
LASTS = re.compile(r"的?(?:播客|视频|电影|片子|歌|纪录片|课|短片|动画|节目|曲子|音频|新闻|剧|游戏|菜|晚餐|运动|跟练)")
CHILDREN = re.compile("[娃宝孩](?:宝|子)?$|宝贝$")
"""Children on their own are no number of people: "俩孩子还没出过国"."""
CHILD = re.compile(r"[\d一二两三四五六七八九十]{1,2}岁")
WHEN = re.compile(rf"(?:^|[{BREAKS}]|今[晚天]|明[晚天]|周末|晚上|最近)$")
"""In front of 一个人 as a whole clause."""
MEASURED = re.compile(
    "[a-z] ?$|(?:像素|容量|内存|功率|转速|播放量|页数|字数|身高|体重|海拔|"
    "节奏|速度|心率|温度|湿度|噪音|分贝|粉丝|销量|里程|尺寸|集数|步数|热量|卡路里|心率|型号|码数).{0,2}$"
)
"""In front of numbers without a unit that are no prices."""
PASSED = re.compile(r"就(?![能可好行够成])|了|前|后|一次|没|来回|一封|一更|之后|之前|一直")
PAST_OR_HABIT = re.compile("[近了过已刚连每第前后才都睡保续]|天$|循环|出差|一直")
"""In front of a duration that tells of something, rather than asks for it."""
PLAN = re.compile("[住待呆玩游躺租]|旅")
"""In front of weeks and months that are asked for."""
DAY = 1440
HALF_DAY = 300.0
"""Minutes that people mean by half a day: a morning or an afternoon, not twelve hours."""
END = re.compile(r"$|[,。!?;、\n]")
RANGE_END = re.compile(r"$|[,。!?;、\n]|的[\u4e00-\u9fff]{2}")
STARRED = re.compile(r"级|好评|酒店|的|宾馆|民宿|餐厅|店|饭店|度假|$")


@dataclass(frozen=True)
class _Found:
    """A number with what stands around it."""

    match: re.Match[str]
    before: re.Match[str]
    behind: re.Match[str]
    topic: str | None
    """What the words in front say that it is about: "price", "rating", "duration" or None."""


def read_quantities(folded: str) -> list[Condition]:
    """Every condition with a number, in the order of the words; the text is folded."""
    found: list[Condition] = []
    cursor = 0
    for match in START.finditer(folded):
        condition = match.start() >= cursor and (read_year(folded, match) or _quantity(folded, match, cursor))
        if not condition:
            continue
        cursor = condition.end
        company = _with_company(found, condition, folded)
        if company is not condition or not CHILDREN.search(folded, condition.start, condition.end):
            found.append(company)
    return found


def _with_company(found: list[Condition], condition: Condition, folded: str) -> Condition:
    """A number of people with the one right in front of it: 两个大人一个孩子 are three."""
    previous = found[-1] if found else None
    if previous is None or not previous.field == condition.field == "people" or condition.start - previous.end > 1:
        return condition
    if (
        folded[previous.end - 1] == "口"
        or not isinstance(previous.value, float)
        or not isinstance(condition.value, float)
    ):
        return condition
    found.pop()
    return replace(condition, start=previous.start, value=previous.value + condition.value)


@cache
def _units() -> list[tuple[str, str, re.Pattern[str]]]:
    """Field, name or factor, and expression of every unit."""
    lines = ((field, *line.split(" ", 1)) for field in FIELDS for line in headings()[field])
    return [(field, name, re.compile(expression)) for field, name, expression in lines]


@cache
def _before() -> re.Pattern[str]:
    topics = "|".join(f"(?P<{field}>{words_of(f'{field} context')})" for field in ("price", "rating", "duration"))
    comparison = "|".join(words_of(f"before {operator}") for operator in OPERATORS)
    return re.compile(
        rf"(?:(?:{topics})\s?{LINK})?(?P<comparison>{comparison})?(?:在|是|为|到|:)?\s?(?P<sign>nt\$|hk\$|[¥$€£]|rmb)?\s?$"
    )


@cache
def _behind() -> re.Pattern[str]:
    unit = "|".join(expression.pattern for _, _, expression in _units())
    after = "|".join(words_of(f"after {operator}") for operator in ("<=", ">=", "about"))
    return re.compile(
        rf"(?P<more>来|多|几|余)?\s?(?P<unit>{unit})?(?P<half>半)?"
        r"(?:(?<=时)(?P<minutes>\d{1,2}|[二三四五]?十[一二三四五]?)分钟?)?"
        rf"(?:\s?(?:-|~|到|至|–|—|、|或)\s?[¥$€£]?(?P<second>{NUMERAL})\s?(?P<unit2>{unit}))?"
        rf"(?:\s?(?:-|~|到|至|–|—)\s?[¥$€£]?(?P<second2>{NUMERAL}))?(?P<among>之间|间(?!房))?(?:(?:的|能|就)?(?P<after>{after})|的|能|就)?"
    )


def _quantity(folded: str, match: re.Match[str], cursor: int) -> Condition | None:
    window = max(cursor, match.start() - WINDOW)
    before, behind = _before().search(folded[window : match.start()]), _behind().match(folded, match.end())
    if before is None or behind is None:
        return None
    topic = next((field for field in ("price", "rating", "duration") if before[field]), None)
    found = _Found(match, before, behind, topic)
    field, name = _unit_of(folded, found)
    value = _value(found, field, name)
    if field is None or value is None:
        return None
    operator, compares = _comparison(found, isinstance(value, tuple))
    if match[0] == "半" and field == "duration" and float(name or 0) == DAY and operator == "=":
        operator, value = "about", HALF_DAY
    unit = {"duration": "min", "price": name, "rating": None if name == "None" else name}.get(field)
    end = (
        behind.end("after")
        if behind["after"]
        else max(behind.end(group) for group in (0, "more") if behind[group] is not None)
    )
    condition = Condition(window + before.start(), end, field, operator, value, unit, compares)
    return condition if _asks(folded, condition, found, name) else None


def _comparison(found: _Found, is_range: bool) -> tuple[Operator, bool]:
    """The operator, and whether words compare."""
    words = found.before["comparison"]
    operator = operator_of(words, "before") if words else None
    if found.behind["after"]:
        behind = operator_of(found.behind["after"], "after")
        operator = operator if behind == "about" and operator else behind
        if found.behind["more"] and found.behind["after"].startswith(("能", "可")):
            return "about", False
    if is_range:
        return "between", bool(operator)
    if operator:
        return operator, operator != "about"
    if found.behind["more"]:
        return "about", False
    if found.topic == "price" and found.before["price"].startswith(("预算", "经费")):
        return "<=", False
    return "=", False


def _unit_of(folded: str, found: _Found) -> tuple[str | None, str | None]:
    """Field and unit of a number; without a unit, those of its topic; a bare comparison is one of price."""
    behind, sign = found.behind, found.before["sign"]
    for group in ("unit2", "unit"):
        if behind[group]:
            for field, name, expression in _units():
                unit = expression.match(folded, behind.start(group))
                if unit and unit.end() == behind.end(group):
                    if behind[group] == "分" and (found.topic == "rating" or "." in found.match[0]):
                        return "rating", "None"
                    return ("duration", name) if field == "rating" and name == "分" else (field, name)
    if sign:
        return "price", SIGNS[sign]
    if found.topic in ("price", "rating"):
        return found.topic, None if found.topic == "price" else "None"
    front = folded[found.match.start() - 1 : found.match.start()]
    is_range = (
        behind["second2"]
        and RANGE_END.match(folded, behind.end() - (folded[behind.end() - 1] == "的"))
        and re.match(f"$|[{BREAKS}]", front)
    )
    bare = (
        is_range
        or behind["after"]
        or behind["among"]
        or (found.before["comparison"] and ENDS.match(folded, behind.end()))
    )
    return ("price", None) if bare else (None, None)


def _value(found: _Found, field: str | None, name: str | None) -> float | tuple[float, float] | None:
    """The number, or two of them for a range, in the unit of the field."""
    factor = float(name or 1) if field in ("duration", "age") else 1.0
    behind = found.behind
    first = pair(found.match[0]) or number(found.match[0])
    if first is None or isinstance(first, tuple):
        return (first[0] * factor, first[1] * factor) if first else None
    second = behind["second"] or behind["second2"]
    half = 0.5 if behind["half"] or "个半" in (behind["unit"] or "") or (behind["unit"] or "").startswith("半") else 0.0
    if second:
        last = number(second)
        own = next(
            (float(n) for f, n, e in _units() if f == "duration" and behind["unit"] and e.fullmatch(behind["unit"])),
            factor,
        )
        low, high = first * own, (last or 0.0) * factor
        return (round(low, 6), round(high, 6)) if high >= low else None
    minutes = number(behind["minutes"]) or 0.0 if behind["minutes"] else 0.0
    return round((first + half) * factor + minutes, 6)


def _asks(folded: str, condition: Condition, found: _Found, name: str | None) -> bool:
    """Whether the number asks for something, rather than tells of something."""
    high = condition.value[1] if isinstance(condition.value, tuple) else float(condition.value or 0)
    limits = condition.compares or condition.operator in ("between", "about", "<=")
    rest = folded[condition.end : condition.end + 6]
    front = folded[max(0, found.match.start() - 6) : found.match.start()]
    if condition.field == "age":
        return high < OLDEST
    if condition.field == "people":
        children = CHILDREN.search(folded, condition.start, condition.end)
        alone = high == 1 and not limits and not children and not ALONE.match(rest.lstrip("的"))
        alone = alone and not CHILD.match(rest) and not (END.match(rest) and WHEN.search(folded[: found.match.start()]))
        return (
            high <= MOST_PEOPLE
            and found.topic != "price"
            and not alone
            and not front.endswith((*"每另前某别几这那", "其中"))
        )
    if condition.field == "rating":
        fits = high <= (HUNDRED if condition.unit == "%" or found.topic == "rating" else LARGEST_RATING)
        return fits and (limits or found.topic == "rating" or (condition.unit == "stars" and bool(STARRED.match(rest))))
    if condition.field == "duration":
        if re.search(
            words_of("duration no") + "[^,。]{0,2}$", folded[max(0, condition.start - 6) : found.match.start()]
        ):
            return False
        belongs = BELONGS.match(folded, found.behind.start("unit")) if found.behind["unit"] else None
        clause = re.split(rf"[{BREAKS}]", folded[max(0, condition.start - WINDOW) : found.match.start()])[-1]
        days = float(name or 0) == DAY or (float(name or 0) > DAY and PLAN.search(clause))
        days = (days or (not clause and float(name or 0) < DAY)) and END.match(rest)
        return (
            bool(days and not PAST_OR_HABIT.search(clause))
            or limits
            or bool(belongs)
            or bool(LASTS.match(rest))
            or (found.topic == "duration" and not PASSED.match(rest))
        )
    if name is None and found.topic is None:
        return high >= CHEAPEST and found.behind["after"] != "+" and not MEASURED.search(front)
    return limits or found.topic == "price" or bool(found.before["sign"]) or rest.startswith("的")


__all__ = ["compiled", "read_quantities"]
