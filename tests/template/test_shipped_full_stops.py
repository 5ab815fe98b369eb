"""Between the person's own words and what else is known of them stands one full stop, whoever wrote it."""

import pytest

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.template.spans import joined
from tests import shipped

# News is read: "I liked Jaws." would be said of somebody in it.
LIKED = {"news": {"I liked ": "I liked reading ", "我喜欢过": "我喜欢读"}}
ITEM = Item(item_id="1", title="Heidi")


@pytest.mark.parametrize("name", shipped.names("query-likelihood"))
@pytest.mark.parametrize(
    ("query", "en", "zh"),
    [
        (Query(preferences="no blood"), "no blood", "no blood"),
        (Query(preferences="no blood", history=("Jaws",)), "no blood. I liked Jaws.", "no blood。我喜欢过Jaws。"),
        (Query(preferences="no blood!", history=("Jaws",)), "no blood! I liked Jaws.", "no blood!我喜欢过Jaws。"),
        (Query(preferences="不要血腥。", history=("Jaws",)), "不要血腥。 I liked Jaws.", "不要血腥。我喜欢过Jaws。"),
        (Query(preferences="a", context="b", history=("c",)), "a. b. I liked c.", "a。b。我喜欢过c。"),
        (Query(preferences="a", attributes={"b": "c"}), "a. My b: c.", "a。我的b：c。"),
        (Query(history=("c",)), "I liked c.", "我喜欢过c。"),
        (Query(context="b"), "b", "b"),
    ],
)
def test_one_full_stop(name, query, en, zh):
    template = shipped.load(name)
    said = joined(template.render(query, [ITEM]).reply)
    expected = en if template.header.language == "en" else zh
    for liked, read in LIKED.get(template.header.domain, {}).items():
        expected = expected.replace(liked, read)
    assert said == expected
    assert ".." not in said and "。。" not in said
