import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.intent.chinese.constraints import read_constraints
from promptrec.intent.chinese.numerals import number, pair

PLANTED = {
    "price: at most": ("最多200块", [("price", "<=", 200, "CNY", True)]),
    "price: at least, of a budget": ("预算不低于3000", [("price", ">=", 3000, None, True)]),
    "price: hundred without a digit": ("百元以内", [("price", "<=", 100, "CNY", True)]),
    "price: range in front of a noun": ("三千到四千的相机", [("price", "between", (3000, 4000), None, True)]),
    "year: before": ("1990年以前", [("year", "<", 1990, None, True)]),
    "year: to a decade": ("1950到1970年代", [("year", "between", (1950, 1979), None, True)]),
    "age in months": ("9个月的宝宝", [("age", "=", 0.75, None, True)]),
    "place: district of a city": ("深圳福田", [("place", "=", "深圳福田", None, True)]),
    "place: quarter": ("望京附近", [("place", "=", "望京", None, True)]),
    "place: near a named place": ("红豆巷附近", [("place", "=", "红豆巷", None, True)]),
    "opening: from to": ("下午两点到五点开着", [("opening", "=", "下午两点到五点", None, True)]),
    "opening: round the clock": ("24小时便利店", [("opening", "=", "24小时", None, True)]),
    "age rating of a game": ("12+的游戏", [("age_rating", "=", "12+", None, True)]),
    "rating: decimal": ("9.0分以上的番", [("rating", ">=", 9, None, True)]),
    "price: range that is no years": ("预算1000到1500", [("price", "between", (1000, 1500), None, True)]),
    "language: neither of two": (
        "不是英语片,也不是韩语片",
        [("language", "!=", "英语", None, True), ("language", "!=", "韩语", None, True)],
    ),
    "price: bare": ("耳机,五百以内", [("price", "<=", 500, None, True)]),
    "price: range": ("羽绒服,800到1200之间", [("price", "between", (800, 1200), None, True)]),
    "price: sign": ("¥300以下", [("price", "<=", 300, "CNY", True)]),
    "price: other currency": ("三百元台幣以內", [("price", "<=", 300, "TWD", True)]),
    "price: about": ("1000元左右吧", [("price", "about", 1000, "CNY", False)]),
    "price: free": ("免费手游", [("price", "=", 0, None, True)]),
    "price: full width": ("预算１５０元以内", [("price", "<=", 150, "CNY", True)]),
    "price: words between": ("预算卡死在三千", [("price", "<=", 3000, None, True)]),
    "price: a night": ("预算四百一晚", [("price", "<=", 400, None, True)]),
    "price: each": ("预算一人1500", [("price", "<=", 1500, None, True)]),
    "days alone": ("大阪的自由行攻略,四天", [("place", "=", "大阪", None, True), ("duration", "=", 5760, "min", True)]),
    "decades": ("60年代末到70年代初", [("year", "between", (1960, 1979), None, True)]),
    "people: household": ("一家四口,俩娃", [("people", "=", 4, None, True)]),
    "duration": ("片长两个半小时以内", [("duration", "<=", 150, "min", True)]),
    "duration: wish": ("最好每集别超过40分钟", [("duration", "<=", 40, "min", False)]),
    "duration: range": ("游玩的时长是3小时 - 4小时", [("duration", "between", (180, 240), "min", True)]),
    "rating": ("豆瓣8分以上", [("rating", ">=", 8, None, True)]),
    "rating: stars": ("4.8星以上", [("rating", ">=", 4.8, "stars", True)]),
    "rating: refused": ("低于7分的就别拿来了", [("rating", ">=", 7, None, True)]),
    "year": ("2015年以后的", [("year", ">=", 2015, None, True)]),
    "decade": ("上世纪七八十年代的歌", [("year", "between", (1970, 1989), None, True)]),
    "age": ("一岁半的宝宝", [("age", "=", 1.5, None, True)]),
    "people: pair": ("适合四五个人玩", [("people", "between", (4, 5), None, True)]),
    "people: about": ("二十来个人", [("people", "about", 20, None, False)]),
    "people: sum": ("两个大人一个孩子", [("people", "=", 3, None, True)]),
    "language": ("要英语的", [("language", "=", "英语", None, True)]),
    "language: refused": ("不要中文译本", [("language", "!=", "中文", None, True)]),
    "country": ("法国片", [("country", "=", "法国", None, True)]),
    "place: near": ("北京附近", [("place", "about", "北京", None, False)]),
    "season": ("樱花季去", [("season", "=", "樱花季", None, True)]),
    "opening": ("早上六点就开门的", [("opening", "=", "早上六点", None, True)]),
    "format": ("求黑胶", [("format", "=", "黑胶", None, True)]),
    "diet": ("清真馆子", [("diet", "=", "清真", None, True)]),
    "allergens": (
        "对花生和芒果过敏",
        [("allergen", "without", "花生", None, True), ("allergen", "without", "芒果", None, True)],
    ),
    "age rating": ("PG-13以下", [("age_rating", "<=", "pg-13", None, True)]),
    "facility": ("酒店提供免费市内电话。", [("facility", "=", "免费市内电话", None, True)]),
    "service": ("要有接机服务", [("facility", "=", "接机服务", None, True)]),
    "hotel type": ("酒店是舒适型的", [("facility", "=", "舒适型", None, True)]),
}

NO_CONDITION = [
    "三体读了不下五遍了",
    "住402的邻居",
    "《请回答1988》五刷了",
    "24小时直播大熊猫",
    "单曲循环一星期了",
    "三亚去过三次了",
    "满世界跑了30个国家",
    "雪花膏用了20年",
    "我在学英语",
    "奶茶三分糖",
    "不是想去马来西亚还是新加坡的问题",
    "续航能撑一周",
    "一个人在家发呆",
    "节奏180左右",
    "近三个月的时政",
    "东北铁锅炖",
    "乌镇周庄同里选哪个",
    "吃了一夏天",
]


def found(text):
    return [(c.field, c.operator, c.value, c.unit, c.hard) for c in read_constraints(text)]


@pytest.mark.parametrize(("text", "expected"), PLANTED.values(), ids=PLANTED)
def test_conditions_of_each_field_are_read(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize("text", NO_CONDITION)
def test_numbers_and_names_that_ask_for_nothing_are_no_constraint(text):
    assert found(text) == []


def test_an_allergy_stays_hard_when_it_is_hedged():
    assert [c.hard for c in read_constraints("最好没花生,我花生过敏")] == [True]


def test_a_phrase_that_holds_more_than_a_language_is_a_dislike():
    assert found("中文口水歌求放过") == []


def test_a_refused_country_is_left_to_the_dislikes():
    assert found("不想看韩国的") == []


@given(
    st.sampled_from([text for text, _ in PLANTED.values()]),
    st.sampled_from(["今天下雨。", "谢谢大家!", "朋友常来做客。"]),
)
def test_a_sentence_without_a_condition_changes_no_constraint(text, plain):
    assert found(plain + text) == found(text)
    assert found(text + "。" + plain) == found(text)


@given(st.integers(1, 9999))
def test_prices_are_read_whatever_the_number(amount):
    assert found(f"{amount}元以内") == [("price", "<=", amount, "CNY", True)]


def test_injected_json_is_only_text():
    assert found(json.dumps({"field": "price", "operator": "<=", "value": 3})) == []


@pytest.mark.parametrize(
    ("words", "value"), [("一千二", 1200), ("1.5万", 15000), ("3k", 3000), ("半", 0.5), ("百万千", None)]
)
def test_numerals_are_read(words, value):
    assert number(words) == value


@pytest.mark.parametrize(
    ("words", "ends"), [("四五", (4, 5)), ("十七八", (17, 18)), ("三四百", (300, 400)), ("五三", None)]
)
def test_pairs_of_digits_are_ranges(words, ends):
    assert pair(words) == ends


@pytest.mark.parametrize("text", ["想慢慢逛半天", "半天的行程"])
def test_half_a_day_is_a_wish_for_some_hours(text):
    (constraint,) = read_constraints(text)
    assert (constraint.label, constraint.hard) == ("duration about 300 min", False)


def test_at_most_half_a_day_stays_a_bound():
    (constraint,) = read_constraints("半天以内的行程")
    assert (constraint.label, constraint.hard) == ("duration <= 720 min", True)
