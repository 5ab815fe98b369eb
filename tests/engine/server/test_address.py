"""Addresses as people write them, what a server says of itself, and what is said where it is not what was asked for."""

import logging
import socket

import pytest

from promptrec.engine.options import Address, EngineOptions
from promptrec.engine.server import ServerEngine
from promptrec.engine.server.address import ServerAddress, server_addresses
from promptrec.errors import EngineError, InputError
from tests.stand_in import MODEL, completion

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def card(name, **more):
    return {"id": name, "max_model_len": 512, **more}


def models(*cards):
    return 200, {"data": list(cards)}


@pytest.mark.parametrize("ending", ["/v1", "/v1/", "/v1//", " /v1 ".strip() + "\n"])
def test_an_address_may_end_as_people_end_it(stand_in, open_engine, ending):
    assert open_engine(f"  http://{stand_in().host}{ending}").model_id == MODEL


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1/completions",
        "/v1/chat/completions",
        "/v1/models",
        "/completions",
        "/v1/v1",
        "/docs",
        "/health",
        "/api",
    ],
)
def test_the_address_that_was_meant_is_found_and_proposed(stand_in, open_engine, path):
    server = stand_in()
    with pytest.raises(EngineError, match=rf"answers 404.*; did you mean http://{server.host}/v1\?$"):
        open_engine(f"http://{server.host}{path}")


def test_a_path_before_v1_is_kept(stand_in, open_engine):
    server = stand_in(path="/gateway/llm/v1")
    assert open_engine(server.url).model_id == MODEL
    for path in ("/gateway/llm", "/gateway/llm/v1/chat/completions"):
        with pytest.raises(EngineError, match=rf"did you mean http://{server.host}/gateway/llm/v1\?$"):
            open_engine(f"http://{server.host}{path}")


@pytest.mark.parametrize("address", ["localhost:8000/v1", "127.0.0.1", "api.example.org/v1", "10.0.0.7:80"])
def test_a_scheme_that_is_missing_is_asked_for(open_engine, address):
    with pytest.raises(InputError, match=f"has no scheme: write http:// in front, http://{address}$"):
        open_engine(address)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://h/v1",
        "http://[",
        "http://:x",
        "http://h:port/v1",
        "http:///v1",
        "http://a b/v1",
        "http://a..b/v1",
        f"http://{'x' * 70}.example/v1",
        "http://127.0.0.1:99999/v1",
        " , ",
    ],
)
def test_what_is_no_address_is_said_with_what_to_give(open_engine, address):
    with pytest.raises(InputError, match="--engine-option base_url=http://HOST:PORT/v1") as raised:
        open_engine(address)
    assert "\n" not in str(raised.value)


def test_a_port_where_nobody_listens_is_said_at_once(open_engine):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(EngineError, match=f"cannot reach the server at {address} .*refused.*: start it"):
            open_engine(address)


def test_https_for_http_is_seen(stand_in, open_engine):
    server = stand_in()
    with pytest.raises(EngineError, match=rf"cannot reach .*; did you mean {server.url}\?$"):
        open_engine(server.url.replace("http:", "https:"))


def test_the_environment_holds_where_nothing_else_is_said(monkeypatch):
    monkeypatch.setenv("PROMPTREC_SERVER", "http://a:1/v1/, http://bob:p,w@b:2/v1")
    found = server_addresses(EngineOptions())
    assert [each.url for each in found] == ["http://a:1/v1", "http://b:2/v1"]
    assert found[1].credentials == ("bob", "p,w")
    monkeypatch.setenv("PROMPTREC_SERVER", " ")
    assert [each.url for each in server_addresses(EngineOptions())] == ["http://127.0.0.1:8000/v1"]
    assert server_addresses(EngineOptions(base_url=Address("https://[::1]:8/v1")))[0].url == "https://[::1]:8/v1"


def test_credentials_may_be_written_with_percent():
    found = ServerAddress.parse("https://b%40b:p%2Fw%3A@h/v1?api-version=2&k=v")
    assert (found.credentials, found.query, found.url) == (("b@b", "p/w:"), "api-version=2&k=v", "https://h/v1")


@pytest.mark.parametrize("bad", [(200, {"data": []}), (200, {"data": [3, {"id": None}]}), (200, {"data": "x"})])
def test_a_server_that_lists_no_models_is_refused(stand_in, open_engine, bad):
    with pytest.raises(EngineError, match="lists no models"):
        open_engine(stand_in(models=bad).url)


@pytest.mark.parametrize("bad", [(200, "<html>hello</html>"), (200, {"ok": True}), (404, ""), (405, ""), (400, "no")])
def test_what_is_no_such_server_is_refused(stand_in, open_engine, bad):
    with pytest.raises(EngineError, match="the server at "):
        open_engine(stand_in(models=bad).url)


def test_a_server_that_is_still_starting_is_waited_for(stand_in, open_engine):
    server = stand_in(models=(503, {"detail": "loading"}))
    answers = iter([(503, "loading"), (502, "<html>"), (429, "slow down", {"Retry-After": "0"})])
    usual = models(card(MODEL))

    class Changing:
        def __iter__(self):
            return iter(next(answers, usual))

    server.models = Changing()
    assert open_engine(server.url).model_id == MODEL


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_server_that_wants_a_key_says_how_to_give_it(stand_in, open_engine, key):
    server = stand_in(models=(401, {"error": "Unauthorized"}))
    with pytest.raises(EngineError, match="answers 401: Unauthorized: .*PROMPTREC_API_KEY") as raised:
        open_engine(server.url, api_key=key)
    assert ("refuses the key" in str(raised.value)) == bool(key) and "did you mean" not in str(raised.value)


@pytest.mark.parametrize(
    ("served", "taken"),
    [
        ([card("other"), card(MODEL)], MODEL),
        ([card("org/Tiny")], "org/Tiny"),
        ([card("/models/tiny/")], "/models/tiny/"),
        ([card("default", root="FOLDER")], "default"),
        ([card("my-lora", parent="tiny"), card("tiny")], "tiny"),
    ],
)
def test_the_model_of_our_name_is_taken(stand_in, open_engine, tiny, served, taken):
    served = [entry | ({"root": str(tiny.path)} if "root" in entry else {}) for entry in served]
    engine = open_engine(stand_in(models=models(*served)).url)
    assert (engine.model_id, engine.context_length) == (taken, 511)
    assert engine.loglikelihood([(1, 2)], [(3,)])[0].value is not None


@pytest.mark.parametrize("served", [["other"], ["a", "b"], ["tiny-instruct"], ["org/tiny2"]])
def test_another_model_is_never_taken_for_ours(stand_in, open_engine, served):
    server = stand_in(models=models(*map(card, served)))
    with pytest.raises(EngineError, match=f"serves {', '.join(served)} and not tiny: name with --model"):
        open_engine(server.url)


def test_a_name_that_is_not_quite_ours_is_told(stand_in, open_engine, caplog):
    with caplog.at_level(logging.WARNING, "promptrec"):
        open_engine(stand_in(models=models(card("org/TINY"))).url)
    assert "serves org/TINY: it is taken for tiny" in caplog.text


def test_an_alias_may_answer_for_a_model(serve):
    both = models(card("first", root="/w"), card(MODEL, root="/w"))

    def misbehave(n, body):
        return 200, completion(body | {"model": "first"})

    engine, _ = serve(misbehave, models=both)
    assert engine.loglikelihood([(1, 2)], [(3,)])[0].value is not None
    (other,) = engine.loglikelihood([(1, 2)], [(3,)], adapter="my-lora")
    assert other.value is None and "answers with the model first, not my-lora" in other.error


@pytest.mark.parametrize("longest", [None, "512", 0, -1, 1.5])
def test_a_length_that_is_none_is_not_believed(stand_in, open_engine, longest):
    server = stand_in(models=models({"id": MODEL, "max_model_len": longest}))
    assert open_engine(server.url, max_model_len=100).context_length == 99


@pytest.mark.parametrize(
    "tokens",
    [
        (404, ""),
        (500, "x"),
        (503, "x"),
        (200, "<html>"),
        (200, "null"),
        (200, {"error": "no"}),
        (200, {"tokens": "x"}),
        (200, {"tokens": None}),
    ],
)
def test_a_tokenizer_that_is_not_shown_is_not_compared(stand_in, open_engine, tokens):
    assert open_engine(stand_in(tokens=tokens).url).model_id == MODEL


def test_a_server_with_another_tokenizer_is_refused_before_it_is_believed(stand_in, open_engine):
    with pytest.raises(EngineError, match="another tokenizer than tiny"):
        open_engine(stand_in(tokens=(200, {"tokens": [1, 2, 3]})).url)


def test_an_engine_that_does_not_open_leaves_no_connection(stand_in, tiny):
    good, bad = stand_in(), stand_in(models=models(card("other")))
    with pytest.raises(EngineError, match="serves other"):
        ServerEngine(tiny, EngineOptions(base_url=f"{good.url},{bad.url}"))
