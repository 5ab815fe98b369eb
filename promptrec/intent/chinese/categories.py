"""Conditions in words in Chinese requests: language, place, format, diet, allergens, opening hours, facilities."""

import re
from collections.abc import Iterator
from functools import cache

from promptrec.intent.chinese.conditions import Condition, compiled, headings, words_of
from promptrec.intent.chinese.cues import BREAKS

X = f"[^{BREAKS}]"
BORROWED = ("language", "country", "place", "season", "format")
"""Fields whose heading is a lexicon, with headings "FIELD no before" and "FIELD no after" for what is no condition."""

NOT_BEFORE = {"country": "place no before", "diet": None}
NOT_AFTER = {"country": "place no after", "diet": None}
HOUR = (
    r"(?:早上|上午|中午|下午|晚上|夜里|半夜|凌晨|深夜|清晨|傍晚|晚)?(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
    r"(?:点(?:半|钟|\d{1,2}分?|[一二三四五]?十分?)?|:\d\d)"
)
ALLERGY = re.compile(
    rf"对(?P<to>{X}{{1,10}}(?:、{X}{{1,6}}){{0,3}}?)(?:严重|重度|轻度|特别|都|有点|很)?(?:会)?过敏(?!性|季|原)"
    rf"|(?<!不)(?P<of>(?!对)[^\W对]{{1,5}}?)(?:严重|重度)?(?:不耐受|不耐(?=$|[,。!;的])|过敏(?!性|季|源|原|体质))"
    rf"|过敏[源原]:?(?:是|有|为)?(?P<source>[\u4e00-\u9fff]{{1,6}})"
)
NO_ALLERGEN = re.compile(
    r".*(?:不|会|易|防|抗|换季|春季|季节|皮肤|鼻子|容易|药物|文|文学|片|剧|梗|情节|歌|话|套路|鸡汤|煽情|营销|广告|没|肌|体质|轻微|严重|起来|的)$"
)
ANY = re.compile(
    rf"{X}{{0,5}}?(?:不限|都行|都可以|均可|皆可|无所谓|没关系|都没问题|都没关系|也行|也可以|也没问题|也没关系|也无妨|都成|都好)"
)
"""Behind words that are as good as any others."""
PARTICLES = re.compile("(?:的|了|哦|呢|啊|(?<!酒)吧)+$")
WHO = re.compile(
    r"^(?:有人|有个?(?:朋友|同事|孩子|客人)|[我他她你](?:妹|弟|哥|姐|爸|妈|姨|婶|舅|奶|爷|嫂|娃|对象|家)|我|他|她|我们|孩子|儿子|女儿|闺女|老公|老婆|宝宝|娃|爸|妈|我妈|我爸|朋友|同事|室友|客人|天生|从小|一直|本人|有|但|因为|家里人?|有人|的人|是|患有)+"
)
FACILITY = re.compile(
    rf"(?<![不没])(?:提供|配备|配有|设有|附带|附设)(?:有)?(?P<offer>{X}{{1,20}})|(?<![没])(?:要有|得有|必须有|需要有|有)(?P<service>{X}{{1,6}}服务)|(?:是|要|住)?(?P<type>{{hotel}})"
)


def read_categories(folded: str) -> list[Condition]:
    """Every condition in words; they may overlap. The text is folded, and titles in it are hidden."""
    found = [_free(folded), _areas(folded), *(_lexicon(folded, field) for field in (*BORROWED, "diet"))]
    return [
        condition
        for conditions in (*found, _allergens(folded), _opening(folded), _facilities(folded), _persons(folded))
        for condition in conditions
    ]


def _free(folded: str) -> list[Condition]:
    paid = re.compile(rf"(?:的)?{words_of('free no')}")
    found = []
    for match in compiled("free").finditer(folded):
        if not paid.match(folded, match.end()):
            topic = re.search(
                rf"{words_of('price context')}(?:是|要)?$", folded[max(0, match.start() - 10) : match.start()]
            )
            start = match.start() - (len(topic[0]) if topic else 0)
            found.append(Condition(start, match.end(), "price", "=", 0.0))
    return found


@cache
def _excluded(field: str) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """What stands in front of a word of a lexicon, and behind it, where the word is no condition."""
    before = NOT_BEFORE.get(field, f"{field} no before")
    after = NOT_AFTER.get(field, f"{field} no after")
    return (
        re.compile(rf"{words_of(before)}$") if before in headings() else None,
        re.compile(words_of(after)) if after in headings() else None,
    )


def _lexicon(folded: str, field: str) -> list[Condition]:
    before, after = _excluded(field)
    found = []
    for match in compiled(field).finditer(folded):
        start, end = match.span()
        if (before and before.search(folded[max(0, start - 6) : start])) or (after and after.match(folded, end)):
            continue
        if ANY.match(folded, end):
            continue
        if match[0].isascii() and (
            (folded[start - 1 : start].isascii() and folded[start - 1 : start].isalnum())
            or (folded[end : end + 1].isascii() and folded[end : end + 1].isalnum())
        ):
            continue
        near = compiled("near").match(folded, end) if field in ("place", "country") else None
        tail = compiled("language tail").match(folded, end) if field == "language" else None
        if field in ("format", "season") and folded[end : end + 1] in ("版", "份"):
            tail = re.compile("[版份]").match(folded, end)
        stop = near.end() if near else tail.end() if tail else end
        found.append(Condition(start, stop, field, "about" if near else "=", value_span=(start, end)))
    return found


@cache
def _area() -> re.Pattern[str]:
    city, ends = words_of("place"), rf"(?:附近|周边|一带|那边|$|[{BREAKS}])"
    return re.compile(
        rf"(?P<place>{city}(?:市|的)?(?:(?:{words_of('district')}|{words_of('quarter')})(?!{words_of('building')})"
        rf"|{words_of('district suffix')})|{words_of('quarter')}(?={ends})"
        rf"|(?<![^{BREAKS}在到去])(?!{city})(?:(?!{words_of('nearby no')})[\u4e00-\u9fff]){{2,4}}(?=附近))"
        rf"(?:附近|周边|一带)?"
    )


def _areas(folded: str) -> list[Condition]:
    """Quarters and streets, with their city where it stands in front: 深圳福田, 愚园路附近."""
    before, after = _excluded("place")
    return [
        Condition(*match.span(), "place", "=", value_span=match.span("place"))
        for match in _area().finditer(folded)
        if not (before and before.search(folded[max(0, match.start() - 6) : match.start()]))
        and not (after and after.match(folded, match.end()))
    ]


def _around_each(words: str, expression: re.Pattern[str], folded: str) -> Iterator[re.Match[str]]:
    """The matches that hold one of some words, found from those words, which is faster than trying every place."""
    end = 0
    for word in re.finditer(words, folded):
        window = max(end, word.start() - 24)
        if match := expression.search(folded, window, word.end() + 10):
            yield match
            end = match.end()


def _allergens(folded: str) -> list[Condition]:
    found = []
    for match in _around_each("过敏|不耐", ALLERGY, folded):
        group = match.lastgroup or "to"
        start = match.start(group)
        for item in re.finditer(r"(?:(?!和|、|跟|与|以及|或)[^、])+", match[group]):
            words = item[0].rstrip("我他她咱")
            who = WHO.match(words) if group == "of" else None
            skip = len(who[0]) if who else 0
            if words[skip:] and not NO_ALLERGEN.match(words[skip:]):
                span = (start + item.start() + skip, start + item.start() + len(words))
                found.append(
                    Condition(
                        match.start() + (skip if group == "of" else 0),
                        match.end(),
                        "allergen",
                        "without",
                        value_span=span,
                    )
                )
    return found


@cache
def _hours() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<time>(?:{words_of('day')})?{HOUR}(?:[到至-]{HOUR})?|{words_of('day')}(?:{words_of('day')})?)"
        rf"(?:之间)?(?:以后|之后|之?前|后)?{words_of('open')}"
        r"|(?P<always>(?:24|二十四)小时|通宵|全天)(?=的?(?:便利店|书店|健身房|药店|自习室|餐厅|饭店|影院|超市|咖啡|店|浴场|茶馆))"
    )


def _opening(folded: str) -> list[Condition]:
    until = re.finditer(rf"(?:营业|开|开放|开门)到(?P<time>{HOUR})", folded)
    later = [Condition(*match.span(), "opening", ">=", value_span=match.span("time")) for match in until]
    hours = _hours().finditer(folded)
    return [
        *later,
        *(Condition(*match.span(), "opening", "=", value_span=match.span(match.lastgroup or 0)) for match in hours),
    ]


def _persons(folded: str) -> list[Condition]:
    """Numbers of people that are words: 双人, 一家三口, 两口子."""
    found = []
    for line in headings()["persons"]:
        count, expression = line.split(" ", 1)
        found += [Condition(*match.span(), "people", "=", float(count)) for match in re.finditer(expression, folded)]
    return found


def _facilities(folded: str) -> list[Condition]:
    pattern = re.compile(FACILITY.pattern.replace("{hotel}", words_of("hotel type")))
    found = []
    for match in pattern.finditer(folded):
        group = match.lastgroup or "offer"
        start, end = match.span(group)
        end -= len(match[group]) - len(PARTICLES.sub("", match[group]))
        found.append(Condition(match.start(), end, "facility", "=", value_span=(start, end)))
    return found


@cache
def _rated() -> re.Pattern[str]:
    after = f"{words_of('after <=')}|{words_of('after >=')}"
    return re.compile(rf"(?:分级:?)?(?P<value>{words_of('age rating')})(?![a-z\d])(?:的?(?P<after>{after}))?")


def read_age_ratings(folded: str) -> list[Condition]:
    """Age ratings: PG-13以下, 12+, 限制级."""
    found = []
    for match in _rated().finditer(folded):
        before = folded[match.start() - 1 : match.start()]
        if (
            (before.isascii() and before.isalnum())
            or match["value"] == "三级"
            or re.match("[分岁个]", folded[match.end() :][:1])
        ):
            continue
        if re.fullmatch(r"\d{1,2}\+", match["value"]) and not re.search(
            "分级|年龄|适龄|的(?:游戏|片|剧|动画|番|影|漫画|策略|手游)",
            folded[max(0, match.start() - 6) : match.end() + 3],
        ):
            continue
        after = match["after"]
        operator = "=" if not after else "<=" if compiled("after <=").fullmatch(after) else ">="
        found.append(Condition(*match.span(), "age_rating", operator, value_span=match.span("value")))  # type: ignore[arg-type]
    return found
