import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.errors import MissingExtra
from promptrec.evaluate.metrics.beyond_accuracy import ItemVectors

UNIT = st.lists(st.floats(-1, 1), min_size=3, max_size=3).filter(lambda v: np.linalg.norm(v) > 0.01)


def catalog(*titles):
    return Catalog(Item(item_id=str(n), title=title) for n, title in enumerate(titles))


def test_the_same_words_are_alike_and_others_are_not():
    vectors = ItemVectors.tfidf(catalog("red fox", "Red Fox!", "blue whale"))
    assert vectors.name == "tfidf"
    assert vectors.diversity([0, 1]) == pytest.approx(0)
    assert vectors.diversity([0, 2]) == pytest.approx(1)
    # Pairs (0,1), (0,2), (1,2) have cosines 1, 0, 0.
    assert vectors.diversity([0, 1, 2]) == pytest.approx(2 / 3)


def test_chinese_is_compared_without_spaces():
    vectors = ItemVectors.tfidf(catalog("北京烤鸭", "北京烤肉", "西湖"))
    assert 0 < vectors.diversity([0, 1]) < vectors.diversity([0, 2]) == pytest.approx(1)


def test_items_without_words_are_unlike_all_others():
    vectors = ItemVectors.tfidf(catalog("the", "of"))
    assert vectors.diversity([0, 1]) == 1


def test_without_scikit_learn_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.feature_extraction.text", None)
    with pytest.raises(MissingExtra, match=r"scikit-learn is not installed: pip install 'promptrec\[evaluate\]'"):
        ItemVectors.tfidf(catalog("red fox"))


def test_fewer_than_two_items_have_no_diversity():
    vectors = ItemVectors("dense", np.eye(2))
    assert math.isnan(vectors.diversity([])) and math.isnan(vectors.diversity([1]))


@given(st.lists(UNIT, min_size=2, max_size=6))
def test_it_is_one_minus_the_mean_cosine_over_pairs(rows):
    dense = np.array([np.array(row) / np.linalg.norm(row) for row in rows])
    pairs = [dense[i] @ dense[j] for i in range(len(rows)) for j in range(i)]
    assert ItemVectors("dense", dense).diversity(range(len(rows))) == pytest.approx(1 - np.mean(pairs))
