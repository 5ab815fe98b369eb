"""Retriever contract: tests that every retriever must pass. Subclass `RetrieverContract` with a fixture named `build`.

Example:
    class TestMyRetriever(RetrieverContract):
        @pytest.fixture
        def build(self):  # called with a catalogue
            return MyRetriever
"""

from collections.abc import Callable

import pytest

from promptrec.data.catalog import Catalog
from promptrec.retrieve.registry import Retriever
from promptrec.testing.ranker_contract import STORIES, RankerContract

Build = Callable[[Catalog], Retriever]
QUERIES = ("the space story", "love and war", "", "zzz", *STORIES.values())


class RetrieverContract:
    """Items of the catalogue, each once, best first, at most as many as requested, the same every time."""

    catalog = RankerContract.catalog

    @pytest.mark.parametrize("query", QUERIES)
    def test_hits_are_items_of_the_catalogue_each_once_and_best_first(self, build: Build, query: str) -> None:
        hits = build(self.catalog).search(query, len(self.catalog))
        ids, scores = [item_id for item_id, _ in hits], [score for _, score in hits]
        assert len(set(ids)) == len(ids) and all(item_id in self.catalog for item_id in ids)
        assert scores == sorted(scores, reverse=True)

    @pytest.mark.parametrize("k", [0, 1, 3, 100])
    def test_the_first_k_hits_are_those_of_a_longer_list(self, build: Build, k: int) -> None:
        retriever = build(self.catalog)
        for query in QUERIES:
            assert [*retriever.search(query, k)] == [*retriever.search(query, 100)][:k]

    def test_the_words_of_an_item_find_something(self, build: Build) -> None:
        assert build(self.catalog).search("The Space Story: " + STORIES["space"], 3)

    def test_the_same_query_finds_the_same_items(self, build: Build) -> None:
        for query in QUERIES:
            assert [*build(self.catalog).search(query, 5)] == [*build(self.catalog).search(query, 5)]
