"""One contract, four engines: the scripted one, real transformers, real vLLM, a real vLLM server."""

import math

import pytest

from promptrec.engine.base import Output
from promptrec.testing.engine_contract import EngineContract
from promptrec.testing.scripted_engine import ScriptedEngine


class TestScripted(EngineContract):
    @pytest.fixture
    def engine(self):
        return ScriptedEngine(context_length=512)


@pytest.mark.parametrize("value", [math.nan, -math.inf, math.inf, 0.5])
@pytest.mark.parametrize("verb", ["next_logprobs", "loglikelihood"])
def test_an_engine_whose_numbers_are_no_log_probabilities_breaks_the_contract(verb, value, monkeypatch):
    engine, law = ScriptedEngine(), EngineContract().test_log_probabilities_are_finite_and_at_most_zero
    law(engine)
    monkeypatch.setattr(engine, verb, lambda prompts, asked: [Output((-1.0, value))] * len(prompts))
    with pytest.raises(AssertionError):
        law(engine)


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
