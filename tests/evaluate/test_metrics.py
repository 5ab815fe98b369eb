import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score, roc_auc_score

from promptrec.evaluate.metrics import auc, ndcg


@given(st.lists(st.integers(0, 3), min_size=2, max_size=30), st.integers(1, 12))
def test_ndcg_agrees_with_scikit_learn(grades, k):
    order = [str(i) for i in range(len(grades))]
    ours = ndcg(order, dict(zip(order, grades, strict=True)), k)
    if not any(grades):
        assert math.isnan(ours)
        return
    gains = [[2.0**g - 1 for g in grades]]
    assert ours == pytest.approx(ndcg_score(gains, [np.arange(len(grades), 0, -1)], k=k), abs=1e-9)


@given(st.lists(st.booleans(), min_size=2, max_size=30))
def test_auc_agrees_with_scikit_learn(right):
    order = [str(i) for i in range(len(right))]
    ours = auc(order, {i: int(r) for i, r in zip(order, right, strict=True)})
    if len(set(right)) == 1:
        assert math.isnan(ours)
        return
    assert ours == pytest.approx(roc_auc_score(right, np.arange(len(right), 0, -1)), abs=1e-9)


def test_relevant_items_that_were_not_ranked_count_against_a_list():
    assert ndcg(["a"], {"a": 1, "b": 1}, 10) < 1
    assert ndcg([], {"a": 1}, 10) == 0
