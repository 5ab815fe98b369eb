import pytest

from promptrec.engine.base import Sampling
from promptrec.engine.options import EngineOptions
from promptrec.engine.replicas import Replicas, open_servers
from promptrec.errors import EngineError
from promptrec.testing.contract import EngineContract
from promptrec.testing.scripted import ScriptedEngine


class TestReplicasOfTheScriptedEngine(EngineContract):
    @pytest.fixture
    def engine(self):
        return Replicas([ScriptedEngine(), ScriptedEngine(), ScriptedEngine()])


def prompts(n):
    return [tuple(f"prompt {i} says".encode()) for i in range(n)]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 11])
def test_every_prompt_is_read_once_by_one_of_them_and_comes_back_in_order(n):
    engines = [ScriptedEngine(), ScriptedEngine()]
    readings = Replicas(engines).generate(prompts(n), Sampling(max_tokens=4))
    alone = ScriptedEngine().generate(prompts(n), Sampling(max_tokens=4))
    assert readings == alone
    assert abs(len(engines[0].prompts) - len(engines[1].prompts)) <= 1
    assert engines[0].prompts + engines[1].prompts == [f"prompt {i} says" for i in range(n)]


def test_the_shortest_context_is_the_one_that_holds():
    assert Replicas([ScriptedEngine(context_length=50), ScriptedEngine(context_length=20)]).context_length == 20


def test_one_that_is_gone_raises():
    class Gone(ScriptedEngine):
        def generate(self, prompts, sampling, constraint=None, *, adapter=None):
            raise EngineError("cannot reach the server")

    with pytest.raises(EngineError, match="cannot reach"):
        Replicas([ScriptedEngine(), Gone()]).generate(prompts(4), Sampling())


def test_servers_of_different_models_are_refused():
    other = ScriptedEngine()
    other.model_id = "another"
    with pytest.raises(EngineError, match="different models: another, scripted"):
        Replicas([ScriptedEngine(), other])


@pytest.mark.vllm
@pytest.mark.server
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_real_server_named_twice_reads_as_one(vllm_server, server_engine, smollm2):
    both = open_servers(smollm2, EngineOptions(base_url=f"{vllm_server}, {vllm_server}"))
    ids = [both.tokenizer.encode(text, trusted=False) for text in ("A film about", "A song of", "A book on")]
    label = both.tokenizer.encode(" love", trusted=False)[:1]
    together, alone = both.next_logprobs(ids, label), server_engine.next_logprobs(ids, label)
    assert [r.get()[0] for r in together] == pytest.approx([r.get()[0] for r in alone], abs=1e-3)
    both.close()
