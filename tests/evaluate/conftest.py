from dataclasses import replace

import pytest

from promptrec.evaluate.dataset import Dataset
from promptrec.testing.planted import planted


@pytest.fixture
def planted_dataset():
    """Builds a dataset of planted tastes, all in memory."""

    def build(users=10, candidates=6, right=2, name="planted", seed=0):
        made = planted(users=users, items=64, candidates=candidates, right=right, seed=seed)
        relevance = {query: dict.fromkeys(sorted(items), 1) for query, items in made.relevant.items()}
        return Dataset(
            name=name,
            language="en",
            catalog=made.catalog,
            requests=made.requests,
            relevance=relevance,
            queries=tuple(request.query for request in made.requests),
        )

    return build


@pytest.fixture
def open_planted(planted_dataset):
    """The same without candidates: the whole catalogue is to be ranked."""
    return replace(planted_dataset(), requests=(), candidates_given=False)
