"""One contract, four engines: the scripted one, real transformers, real vLLM, a real vLLM server."""

import pytest

from promptrec.testing.contract import EngineContract
from promptrec.testing.scripted import ScriptedEngine


class TestScripted(EngineContract):
    @pytest.fixture
    def engine(self):
        return ScriptedEngine(context_length=512)


@pytest.mark.model
class TestTransformers(EngineContract):
    @pytest.fixture
    def engine(self, transformers_engine):
        return transformers_engine


@pytest.mark.vllm
class TestVllm(EngineContract):
    @pytest.fixture
    def engine(self, vllm_engine):
        return vllm_engine


@pytest.mark.server
@pytest.mark.allow_hosts(["127.0.0.1"])
class TestServer(EngineContract):
    @pytest.fixture
    def engine(self, server_engine):
        return server_engine
