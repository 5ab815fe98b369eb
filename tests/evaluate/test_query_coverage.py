from dataclasses import replace

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.evaluate.datasets.audit import QueryCoverage
from promptrec.evaluate.datasets.dataset import Dataset

TITLES = {"a": "Heat", "b": "Solaris", "c": "Alien", "d": "Alien"}
DATA = Dataset(
    "mine",
    "en",
    Catalog([Item(item_id=i, title=title) for i, title in TITLES.items()]),
    requests=(),
    relevance={},
    queries=(
        Query(query_id="1", preferences="x", history=("a", "solaris", "Alien")),
        Query(query_id="2", history=("nowhere",), attributes={"age": "3"}),
        Query(query_id="3", preferences="y", context="z"),
        Query(query_id="4", preferences="y"),
    ),
)


def test_people_and_entries_are_counted():
    found = QueryCoverage.of(DATA)
    assert (found.people, found.preferences, found.history, found.context, found.attributes) == (4, 3, 2, 1, 1)
    assert (found.entries, found.unknown_entries) == (4, 2), "a title that two items have is no item either"


@pytest.mark.parametrize("limit", [1, 2, 4])
def test_only_those_who_are_asked_are_counted(limit):
    assert QueryCoverage.of(DATA, limit) == QueryCoverage.of(replace(DATA, queries=DATA.queries[:limit]))


def test_it_is_said_in_sentences_and_what_is_not_lost_is_not_mentioned():
    said = str(QueryCoverage.of(replace(DATA, ignored_columns=("words (did you mean preferences?)", "branch"))))
    assert said.startswith("People with words: 3 of 4; with a history: 2; with a context: 1; with attributes: 1.")
    assert "or several: 2 of 4; they are told to the model as written." in said
    assert said.endswith("passed over: words (did you mean preferences?), branch.")
    assert str(QueryCoverage.of(replace(DATA, queries=DATA.queries[2:]))).count(".") == 1
