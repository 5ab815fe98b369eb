"""The shipped packs: what a domain's folder holds, whoever wrote it."""

from itertools import pairwise

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.template.spans import joined
from tests import shipped

NAMES = shipped.names(*shipped.RANKING)
PACKS = sorted({name.rpartition("/")[0] for name in NAMES})
FEWEST_ITEMS = 30
FEWEST_TESTS, MOST_TESTS = 3, 6
PEOPLE = (Query(preferences="quiet things 安静"), Query(history=("Heidi",), attributes={"age": "9"}), Query())
CHILD = Query(preferences="x", attributes={"age": "9", "年龄": "9"})
# What a domain has a rule for: the field, a value that calls for it, one that does not, who it is about, its words.
RULES = {
    "films/en": ("age_rating", "18", "", CHILD, "rated above their age"),
    "films/zh": ("age_rating", "18岁以上", "", CHILD, "分级高于其年龄"),
    "video/en": ("age_rating", "18", "", CHILD, "rated above their age"),
    "video/zh": ("age_rating", "18岁以上", "", CHILD, "分级高于其年龄"),
    "music/en": ("explicit", "True", "False", CHILD, "does not suit a child"),
    "music/zh": ("explicit", "是", "否", CHILD, "不适合儿童"),
    "news/en": ("date", "2024-05-02", "", Query(context="Today is May 3, 2024."), "grown old is worth less"),
    "news/zh": ("date", "2024-05-02", "", Query(context="今天是2024年5月3日。"), "新闻越旧"),
}


def of_pack(pack):
    return [shipped.load(name) for name in NAMES if name.rpartition("/")[0] == pack]


def item_with(fields):
    return Item(item_id="1", title="Blue", fields=fields)


def shown(template, query, item):
    labels = ("A",) if template.kind.lists_candidates else ()
    blocks = template.render(query, [item], labels, instruction="Order them.")
    return joined((*blocks.system, *blocks.user, *blocks.reply))


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_has_every_kind_in_both_languages(pack):
    domain, language = pack.split("/")
    assert {f"{domain}/en", f"{domain}/zh"} <= set(PACKS)
    assert {t.header.kind for t in of_pack(pack)} == set(shipped.RANKING)
    assert {(t.header.domain, t.header.language) for t in of_pack(pack)} == {(domain, language)}


@pytest.mark.parametrize("pack", PACKS)
def test_a_packs_items_are_many_and_every_title_is_of_one_of_them(pack):
    titles = [item.title for item in of_pack(pack)[0].pack.catalog()]
    assert len(titles) >= FEWEST_ITEMS
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("pack", PACKS)
def test_a_packs_tests_name_titles_of_its_items(pack):
    template = of_pack(pack)[0]
    titles = {item.title for item in template.pack.catalog()}
    tests = template.header.tests
    assert FEWEST_TESTS <= len(tests) <= MOST_TESTS
    for test in tests:
        assert test.candidates, "a test over all items costs much"
        assert titles >= {*test.candidates, *test.include, *test.exclude}


@pytest.mark.parametrize("pack", PACKS)
def test_a_packs_tests_can_be_passed_and_failed(pack):
    for test in of_pack(pack)[0].header.tests:
        others = [title for title in test.candidates if title not in (*test.include, *test.exclude)]
        assert test.failure([*test.include, *others, *test.exclude]) is None
        assert test.failure([*test.exclude, *others, *test.include])


@pytest.mark.parametrize("pack", PACKS)
def test_every_field_has_another_name_and_no_name_is_of_two_fields(pack):
    fields = of_pack(pack)[0].header.fields
    assert all(fields.values())
    names = [*fields, *(other for others in fields.values() for other in others)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_field_under_another_name_makes_the_same_prompt(name):
    template = shipped.load(name)
    first = next(iter(template.pack.catalog()))
    for field, others in template.header.fields.items():
        rest = {key: value for key, value in first.fields.items() if key not in (field, *others)}
        said = {shown(template, PEOPLE[0], item_with({**rest, called: "2024-05-02"})) for called in (field, *others)}
        assert len(said) == 1, field


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_item_of_the_pack_can_be_shown_to_anybody(name):
    template = shipped.load(name)
    for item in template.pack.catalog():
        for query in PEOPLE:
            text = shown(template, query, item)
            assert item.title in text
            assert not any(ugly in text for ugly in ("()", "（）", "  ", "None", " ,", "..", "。。", "\n\n")), text


@pytest.mark.parametrize("pack", RULES)
@pytest.mark.parametrize("kind", ["yes-no", "graded", "listwise-labels", "listwise-text"])
def test_the_rule_of_a_domain_is_told_where_it_applies_and_nowhere_else(pack, kind):
    field, calls, calls_not, query, rule = RULES[pack]
    template = shipped.load(f"{pack}/{kind}")
    assert rule in shown(template, query, item_with({field: calls}))
    assert rule not in shown(template, query, item_with({field: calls_not} if calls_not else {}))
    if query is CHILD:
        assert rule not in shown(template, Query(preferences="x"), item_with({field: calls}))


@pytest.mark.parametrize(("pack", "date"), [("news/en", "May 2, 2024"), ("news/zh", "2024年5月2日")])
def test_the_date_of_news_is_written_in_words(pack, date):
    item = item_with({"published_at": "2024-05-02T08:30:00Z"})
    assert date in shown(shipped.load(f"{pack}/yes-no"), PEOPLE[0], item)


@pytest.mark.parametrize(("language", "dot"), [("en", "."), ("zh", "。")])
@pytest.mark.parametrize("domain", ["video", "news"])
@pytest.mark.parametrize("stop", ["", ".", "!"])
def test_a_persons_words_end_before_the_next_sentence_begins(domain, language, dot, stop):
    template = shipped.load(f"{domain}/{language}/query-likelihood")
    query = Query(preferences=f"猫 cats{stop}", context="rain", history=("Heidi",))
    said = joined(template.render(query, [item_with({})]).reply)
    order = [f"猫 cats{stop or dot}", f"rain{dot}", "Heidi"]
    assert said.startswith(order[0])
    assert all(said.index(a) < said.index(b) for a, b in pairwise(order))
