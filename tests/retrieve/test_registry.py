import pytest

from promptrec.retrieve.registry import RETRIEVERS
from promptrec.testing.retriever_contract import RetrieverContract


class TestRetrievers(RetrieverContract):
    @pytest.fixture(params=RETRIEVERS)
    def build(self, request):
        return RETRIEVERS[request.param]
