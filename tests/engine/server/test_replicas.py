"""Several servers of one model read as one; what one of them cannot read another is asked for."""

import pytest

from promptrec.engine.base import Sampling
from promptrec.engine.server import Retry
from promptrec.errors import EngineError
from tests.stand_in import MODEL, planted_values

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOW = Retry(backoff=(0.01,), longest_pause=0.1, patience=0.2)


def prompts(n):
    return [(1, i // 100, i % 100) for i in range(n)]


def read(engine, n):
    return [reading.value for reading in engine.loglikelihood(prompts(n), [(9,)] * n)]


def right(n):
    return planted_values(prompts(n), [(9,)] * n)


@pytest.fixture
def pair(stand_in, open_engine):
    def start(*misbehave, retry=NOW):
        servers = [stand_in(one) for one in misbehave]
        return open_engine(", ".join(server.url for server in servers), retry), servers

    return start


def fine(n, body):
    return None


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10, 151])
def test_every_prompt_is_read_once_and_neighbours_together(pair, n):
    engine, servers = pair(fine, fine)
    assert read(engine, n) == right(n)
    halves = [sorted(tuple(body["prompt"][:3]) for body in server.bodies) for server in servers]
    assert halves[0] + halves[1] == prompts(n) and abs(len(halves[0]) - len(halves[1])) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("answer", [(500, "x"), (503, "busy"), (401, "key"), (404, "no model"), (200, "<html>"), b""])
def test_what_one_cannot_read_another_reads(pair, answer):
    engine, servers = pair(fine, lambda n, body: answer)
    assert read(engine, 200) == right(200)
    # A machine under load may break a connection, whose prompt is then sent again.
    assert {tuple(body["prompt"][:3]) for body in servers[0].bodies} == set(prompts(200))


def test_one_that_is_stopped_is_done_without_and_comes_back(pair):
    engine, servers = pair(fine, fine)
    servers[1].stop()
    assert read(engine, 50) == right(50)
    assert engine.generate(prompts(3), Sampling(max_tokens=4))[2].value == " x"
    servers[1].start()
    servers[1].bodies.clear()
    assert read(engine, 50) == right(50) and len(servers[1].bodies) == 25


def test_a_prompt_that_one_refuses_is_not_brought_to_another(pair):
    engine, servers = pair(lambda n, body: (400, "too long"), fine)
    assert [value is None for value in read(engine, 4)] == [True, True, False, False]
    assert len(servers[1].bodies) == 2


def test_all_gone_raises(pair):
    engine, servers = pair(fine, fine)
    for server in servers:
        server.stop()
    with pytest.raises(EngineError, match="cannot reach"):
        read(engine, 4)


def test_the_shortest_context_is_the_one_that_holds(stand_in, open_engine):
    servers = [stand_in(models=(200, {"data": [{"id": MODEL, "max_model_len": n}]})) for n in (50, 20)]
    assert open_engine(",".join(server.url for server in servers)).context_length == 19


def test_servers_of_different_models_are_refused(stand_in, open_engine):
    servers = [stand_in(models=(200, {"data": [{"id": name}]})) for name in (MODEL, "org/tiny")]
    with pytest.raises(EngineError, match="different models: org/tiny, tiny"):
        open_engine(",".join(server.url for server in servers))


@pytest.mark.vllm
@pytest.mark.server
def test_a_real_server_named_twice_reads_as_one(vllm_server, server_engine, smollm2):
    from promptrec.engine.options import EngineOptions
    from promptrec.engine.server import ServerEngine

    both = ServerEngine(smollm2, EngineOptions(base_url=f"{vllm_server}, {vllm_server}"))
    ids = [both.tokenizer.encode(text, trusted=False) for text in ("A film about", "A song of", "A book on")]
    label = both.tokenizer.encode(" love", trusted=False)[:1]
    together, alone = both.next_logprobs(ids, label), server_engine.next_logprobs(ids, label)
    assert [r.get()[0] for r in together] == pytest.approx([r.get()[0] for r in alone], abs=1e-3)
    both.close()
