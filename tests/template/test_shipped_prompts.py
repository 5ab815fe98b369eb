"""The shipped templates, to the letter: golden renderings. `UPDATE_GOLDEN=1 pytest tests/template` writes them anew."""

import os
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.prompt import fit
from promptrec.rank.label_tokens import label_tokens
from promptrec.template.kinds import KINDS
from promptrec.template.loader import list_templates
from promptrec.testing.bytes_tokenizer import BytesTokenizer
from tests import shipped

GOLDEN = Path(__file__).parents[1] / "golden"
FULL = {
    "en": Item(
        item_id="1",
        title="The Silent Garden",
        fields={
            "year": 1987,
            "genres": ("Drama", "Family"),
            "cast": ("Ann Lee",),
            "authors": ("Ann Lee", "Bo Chan"),
            "artists": ("The Bees",),
            "release": "Green Hours",
            "description": "A widower plants a garden with the children next door.",
        },
    ),
    "zh": Item(
        item_id="1",
        title="寂静的花园",
        fields={
            "year": 1987,
            "genres": ("剧情", "家庭"),
            "cast": ("李安娜",),
            "authors": ("李安娜", "陈波"),
            "artists": ("蜜蜂乐队",),
            "release": "绿色时光",
            "description": "一位老人和邻家的孩子们一起种下花园。",
        },
    ),
}
# What only some domains know of an item; their rules speak of it.
ALSO = {
    ("films", "en"): {"age_rating": "12"},
    ("films", "zh"): {"age_rating": "12岁以上"},
    ("books", "en"): {"series": "The Gardeners", "pages": 288},
    ("books", "zh"): {"series": "园丁三部曲", "pages": 288},
    ("music", "en"): {"explicit": "yes"},
    ("music", "zh"): {"explicit": "是"},
    ("video", "en"): {"channel": "Bo Grows", "duration": "12 min", "series": "The Gardeners", "age_rating": "12"},
    ("video", "zh"): {"channel": "陈波种花", "duration": "12分钟", "series": "园丁", "age_rating": "12岁以上"},
    ("news", "en"): {"source": "The Courier", "date": "2024-05-02", "section": "Local"},
    ("news", "zh"): {"source": "晚报", "date": "2024-05-02", "section": "本地"},
    ("travel", "en"): {"place": "Wales", "type": ("garden",), "season": ("spring",), "price": 12},
    ("travel", "zh"): {"place": "海淀区", "type": ("园林",), "season": ("春季",), "price": 12},
    ("shopping", "en"): {"brand": "Greenhand", "category": "toys", "size": ("S", "M"), "colour": "red", "price": 12.5},
    ("shopping", "zh"): {"brand": "绿手", "category": "玩具", "size": ("S", "M"), "colour": "红色", "price": 12.5},
    ("food", "en"): {
        "cuisine": "French",
        "ingredients": ("peas", "mint"),
        "allergens": ("milk", "nuts"),
        "diet": ("vegetarian",),
        "price": 12,
    },
    ("food", "zh"): {
        "cuisine": "素菜",
        "ingredients": ("豌豆", "薄荷"),
        "allergens": ("奶", "坚果"),
        "diet": ("蛋奶素",),
        "price": 12,
    },
}
BARE = Item(item_id="2", title="Blue 蓝")
QUERIES = {
    "en": (
        Query(
            preferences="I like quiet stories.",
            history=("Heidi", "Totoro"),
            context="A rainy day.",
            attributes={"age": "40"},
        ),
        Query(history=("Heidi",)),
        Query(),
    ),
    "zh": (
        Query(
            preferences="我喜欢安静的故事。", history=("海蒂", "龙猫"), context="下雨天。", attributes={"年龄": "40"}
        ),
        Query(history=("海蒂",)),
        Query(),
    ),
}


def full(header):
    """An item of which everything is known that its domain asks for."""
    item = FULL[header.language]
    return item.model_copy(update={"fields": {**item.fields, **ALSO.get((header.domain, header.language), {})}})


@cache
def rendered(template):
    """The template's prompts for a full and a bare item, for someone known well, hardly and not at all."""
    language = template.header.language
    out = []
    for query in QUERIES[language]:
        if query.is_empty and template.header.kind == "query-likelihood":
            continue  # there would be nothing to score
        items = [full(template.header), BARE]
        shown = [items] if template.kind.lists_candidates else [[item] for item in items]
        for some in shown:
            labels = ("A", "B") if len(some) > 1 else ()
            fitted = fit(template, query, some, labels, BytesTokenizer(), 10_000, instruction="«instruction»")
            context = "".join(s.text for s in fitted.prompt.context)
            out.append(context + "⟦" + "".join(s.text for s in fitted.prompt.reply) + "⟧")
    return f"\n{'─' * 40}\n".join(out) + "\n"


NAMES = shipped.names(*shipped.RANKING)


@pytest.mark.slow
def test_there_is_one_for_every_domain_language_and_kind():
    templates = [t for t in list_templates() if t.kind.ranks]
    assert [t.name for t in templates] == NAMES
    domains = {t.header.domain for t in templates}
    assert domains >= {"films", "books", "music", "general", "video", "news"}
    packs = domains, ("en", "zh"), set(KINDS) - {"profile"}
    assert sorted(map("/".join, product(*packs))) == NAMES
    assert all(t.name == f"{t.header.domain}/{t.header.language}/{t.header.kind}" for t in templates)


@pytest.mark.parametrize("name", NAMES)
def test_prompts_are_as_they_were_last_read_by_a_person(name):
    template = shipped.load(name)
    path = GOLDEN / f"{template.name.replace('/', '.')}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(rendered(template), encoding="utf-8")
    assert rendered(template) == path.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_nothing_missing_leaves_a_hole(name):
    template = shipped.load(name)
    for ugly in ("()", "（）", "  ", "None", " ,", "..", "。。", "\n\n\n", "; ;"):
        assert ugly not in rendered(template), ugly


@pytest.mark.parametrize("name", NAMES)
def test_what_stays_the_same_from_item_to_item_comes_first(name):
    template = shipped.load(name)
    language = template.header.language
    query = QUERIES[language][0]
    if template.kind.lists_candidates:
        both = [fit(template, q, [BARE], ("A",), BytesTokenizer(), 10_000) for q in (query, Query(preferences="else"))]
        text = both[0].prompt.text
        assert text.index("[A]") > text.index(query.preferences)
        return
    first, second = (
        fit(template, query, [i], (), BytesTokenizer(), 10_000).prompt for i in (full(template.header), BARE)
    )
    if template.header.kind == "query-likelihood":
        assert [s.text for s in first.reply] == [s.text for s in second.reply]
    else:
        apart = next(n for n, (a, b) in enumerate(zip(first.text, second.text, strict=False)) if a != b)
        assert query.preferences in first.text[:apart]


@pytest.mark.parametrize("name", shipped.names("listwise-labels"))
def test_the_label_follows_the_cue(name):
    template = shipped.load(name)
    fitted = fit(template, QUERIES[template.header.language][0], [BARE], ("A",), BytesTokenizer(), 10_000)
    assert fitted.prompt.text.endswith(template.cue) and template.cue == "["
    assert len(label_tokens(BytesTokenizer(), template.cue, 26)) == 26
