"""Every ranker of the table, and rankers made of them, hold the contract."""

import pytest

from promptrec.data.interactions import Interactions
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, ranker_parts, template_kinds
from promptrec.rank.registry import RANKERS
from promptrec.testing.ranker_contract import RankerContract

ALIASES = [
    "ensemble",
    "cascade",
    "query-likelihood+yes-no",
    "bm25+embedding",
    "bm25:4:query-likelihood",
    "popular:5:bm25:3:listwise-labels",
    "embedding:4:query-likelihood+bm25",
    "query-likelihood~3",
    "bm25:4:yes-no~2+2*embedding",
]
LIKES = [("ann", "space", 5), ("ann", "sea", 4), ("bob", "love", 5), ("bob", "food", 4), ("bob", "war", 1)]


class TestRankers(RankerContract):
    @pytest.fixture(params=[*sorted(RANKERS), *ALIASES])
    def build(self, request, position_bias, shared_template, monkeypatch):
        name = request.param
        needed = {"training": Interactions.from_tuples(LIKES), "position_bias": position_bias}
        if "embedding" in ranker_parts(name):
            encoder = request.getfixturevalue("opened_encoder")
            # Every ranker would open it for itself; that one does is tested in test_embedding.py.
            monkeypatch.setattr("promptrec.rank.baselines.embedding.open_encoder", lambda model: encoder)
        templates = {kind: shared_template("films/en", kind=kind) for kind in template_kinds(name)}
        return lambda seed=0: build_ranker(name, Setup(self.catalog, templates, seed, **needed))
