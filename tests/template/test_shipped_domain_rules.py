"""What travel, shopping and food know of people: budgets, seasons, sizes and brands; allergies and diets."""

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.template.spans import joined
from tests import shipped

ASKING = ("yes-no", "graded", "listwise-labels", "listwise-text")
ITEM = Item(item_id="1", title="Blue")


def blocks(pack, kind, query, item=ITEM):
    """What the model reads, and the reply."""
    labels = ("A",) if kind.startswith("listwise") else ()
    rendered = shipped.load(f"{pack}/{kind}").render(query, [item], labels, instruction="Order them.")
    return joined(rendered.user), joined(rendered.reply)


ATTRIBUTES = [
    ("travel/en", "budget", "1200", "What they can spend: $1,200", "I can spend $1,200."),
    ("travel/en", "Budget", "not much", "What they can spend: not much", "I can spend not much."),
    ("travel/en", "季节", "autumn", "When they travel: autumn", "I want to go there in autumn."),
    ("travel/zh", "预算", "300", "预算：¥300", "我的预算是¥300。"),
    ("travel/zh", "season", "秋季", "出行时间：秋季", "我打算秋季去。"),
    ("shopping/en", "budget", "19.9", "What they can spend: $19.90", "I can spend $19.90."),
    ("shopping/en", "size", "M", "The size they need: M", "My size is M."),
    ("shopping/en", "brand", "Nordvik", "The brand they prefer: Nordvik", "The brand I prefer is Nordvik."),
    ("shopping/zh", "预算", "500", "预算：¥500", "我的预算是¥500。"),
    ("shopping/zh", "尺码", "42", "需要的尺码：42", "我的尺码是42。"),
    ("shopping/zh", "brand", "山行", "偏爱的品牌：山行", "我偏爱的品牌是山行。"),
    ("food/en", "diet", "vegan", "Diet (the dish must keep to it): vegan", "My diet is vegan."),
    ("food/zh", "饮食", "纯素", "饮食要求（必须符合）：纯素", "我的饮食要求是纯素。"),
    ("food/en", "age", "40", "age: 40", "My age: 40."),
    ("food/zh", "年龄", "40", "年龄：40", "我的年龄：40。"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("pack", "name", "value", "told", "said"), ATTRIBUTES)
def test_what_a_domain_knows_of_people_is_said_in_its_own_words(pack, name, value, told, said):
    query = Query(attributes={name: value})
    for kind in (*ASKING, "item-pmi"):
        assert told in blocks(pack, kind, query)[0].split("\n"), kind
    assert blocks(pack, "query-likelihood", query)[1] == said


ALLERGIC = [
    ("food/en", "allergies", "Allergies (the dish must not contain these): kiwi", "is allergic to kiwi and would be"),
    ("food/en", "Allergy", "Allergies (the dish must not contain these): kiwi", "is allergic to kiwi and would be"),
    ("food/zh", "过敏", "过敏（菜里绝不能有）：kiwi", "对kiwi过敏、会喜欢这道菜的客人"),
    ("food/zh", "allergies", "过敏（菜里绝不能有）：kiwi", "对kiwi过敏、会喜欢这道菜的客人"),
]


@pytest.mark.parametrize(("pack", "name", "told", "before"), ALLERGIC)
def test_an_allergy_stands_last_of_the_person_and_is_never_what_likelihood_scores(pack, name, told, before):
    query = Query(preferences="tea", attributes={name: "kiwi", "age": "40"})
    for kind in ASKING:
        lines = blocks(pack, kind, query)[0].split("\n")
        assert lines.count(told) == 1, kind
        assert "40" in lines[lines.index(told) - 1] and ("Blue" in "".join(lines[lines.index(told) + 1 :]))
    context, reply = blocks(pack, "query-likelihood", query)
    assert before in context and "kiwi" not in reply
    assert "kiwi" not in "".join(blocks(pack, "item-pmi", query))
    alone = blocks(pack, "query-likelihood", Query(attributes={name: "kiwi"}))
    assert alone[1] and "kiwi" not in alone[1], "there must be something to score"


@pytest.mark.parametrize("kind", [*ASKING, "query-likelihood", "item-pmi"])
@pytest.mark.parametrize(
    ("pack", "fields", "told"),
    [
        ("food/en", {"contains": ("kiwi", "milk"), "diets": ("vegan",)}, ("Allergens: kiwi, milk", "Diet: vegan")),
        ("food/zh", {"过敏原": ("花生", "奶"), "饮食": ("纯素",)}, ("过敏原：花生、奶", "饮食：纯素")),
        ("travel/en", {"best_season": "spring", "cost": 1200}, ("Best season: spring", "Price: $1,200")),
        ("travel/en", {"price": 0}, (". Free",)),
        ("travel/zh", {"季节": "春季", "门票": 60}, ("最佳季节：春季", "价格：¥60")),
        ("travel/zh", {"门票": 0}, ("免费",)),
        ("shopping/en", {"maker": "Nordvik", "sizes": ("S", "M")}, ("Blue by Nordvik", "Size: S, M")),
        ("shopping/zh", {"品牌": "山行", "尺码": ("S", "M"), "售价": "99.5"}, ("品牌：山行", "尺码：S、M", "¥99.50")),
    ],
)
def test_what_a_domain_asks_of_items_is_shown_whatever_the_catalogue_calls_it(pack, kind, fields, told):
    text = "".join(blocks(pack, kind, Query(preferences="tea"), Item(item_id="1", title="Blue", fields=fields)))
    assert all(said in text for said in told)


@pytest.mark.parametrize("pack", ["food/en", "food/zh"])
@pytest.mark.parametrize("kind", [*ASKING, "query-likelihood", "item-pmi"])
def test_what_may_not_be_eaten_is_never_shortened(pack, kind):
    assert not {"item.allergens", "item.diet"} & set(shipped.load(f"{pack}/{kind}").header.truncate)
