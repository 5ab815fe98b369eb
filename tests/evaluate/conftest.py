from dataclasses import replace

import pytest

from promptrec.evaluate.datasets import registry


@pytest.fixture
def planted_dataset():
    """Builds a dataset of planted tastes, all in memory."""

    def build(users=10, **sizes):
        return registry.planted_dataset(users, **({"items": 64, "candidates": 6} | sizes))

    return build


@pytest.fixture
def open_planted(planted_dataset):
    """The same without candidates: the whole catalogue is to be ranked."""
    return replace(planted_dataset(), requests=(), candidates_given=False)
