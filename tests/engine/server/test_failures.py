"""A server that misbehaves in every way servers do: one prompt fails alone, and its words are never an answer."""

import email.utils
import json
import logging
import signal
import subprocess
import sys
import threading
import time

import pytest

from promptrec import Catalog, Item, Query, Recommender
from promptrec.engine.base import OutputConstraint, Sampling
from promptrec.engine.options import EngineOptions
from promptrec.engine.server import Retry, ServerEngine
from promptrec.engine.server.client import retry_after
from promptrec.engine.server.engine import FAILURES_IN_A_ROW
from promptrec.errors import EngineError, InputError
from tests.stand_in import completion, planted_values

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SAID = "Error code: 429 - rate limit reached, retry after 7 s; limit is 12 requests"
PAGE = "<html><head><title>502 Bad Gateway</title><style>p {x}</style></head><body><h1>nginx</h1></body></html>"
PROMPTS = [(1, 2, n) for n in range(3, 11)]
ENDS = [(20, n) for n in range(8)]
BAD = PROMPTS[4]


def likelihoods(engine, prompts=PROMPTS, ends=ENDS):
    return engine.loglikelihood(prompts, ends)


def values(readings):
    return [reading.value for reading in readings]


def answer(**changes):
    """A completion with something else in it."""
    return lambda body: (200, completion(body) | changes)


def choice(**changes):
    def say(body):
        done = completion(body)
        done["choices"][0] |= changes
        return 200, done

    return say


def last_logprob(value):
    def say(body):
        done = completion(body)
        rows = done["choices"][0]["prompt_logprobs"]
        rows[-1] = {key: {"logprob": value} for key in rows[-1]}
        return 200, done

    return say


def half(body):
    text = json.dumps(completion(body)).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text[: len(text) // 2]


def shorter(body):
    text = json.dumps(completion(body)).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(text) // 2) + text


def half_a_stream(body):
    return b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"choices": [{"t'


TRANSIENT = {
    "429": lambda body: (429, {"error": "rate limit"}),
    "500": lambda body: (500, "Internal Server Error"),
    "502 of a gateway": lambda body: (502, PAGE),
    "503": lambda body: (503, {"detail": "starting"}),
    "504": lambda body: (504, PAGE),
    "408": lambda body: (408, ""),
    "529": lambda body: (529, {"error": {"type": "overloaded_error", "message": "Overloaded"}}),
    "200 that says error": lambda body: (200, {"error": {"message": "provider overloaded", "code": 503}}),
    "200 that says error in words": lambda body: (200, {"error": "try again"}),
    "200 that says detail": lambda body: (200, {"detail": "no worker"}),
    "200 that says message": lambda body: (200, {"object": "error", "message": "engine is busy"}),
    "200 that says error beside choices": lambda body: (200, completion(body) | {"error": {"message": "failed"}}),
    "a connection that is cut": lambda body: b"",
    "half an answer": half,
    "less than was promised": lambda body: b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{}",
    "more than was promised": shorter,
    "half a stream": half_a_stream,
    "an empty answer": lambda body: (200, ""),
    "no HTTP": lambda body: b"SSH-2.0-OpenSSH_9.6\r\n",
    "compression that is none": lambda body: (200, "{}", {"Content-Encoding": "gzip"}),
}
FOR_GOOD = {
    "null": last_logprob(None),
    "NaN": last_logprob(float("nan")),
    "a text": last_logprob("NaN"),
    "a number as text": last_logprob("-1.5"),
    "minus infinity": last_logprob(-float("inf")),
    "more than certain": last_logprob(0.5),
    "true": last_logprob(True),
    "a list": last_logprob([-1.0]),
    "no rows": choice(prompt_logprobs=None),
    "rows of others": choice(prompt_logprobs=[None, {"9": {"logprob": -1}}, {}, {}, {}]),
    "rows too few": choice(prompt_logprobs=[None]),
    "no choices": answer(choices=[]),
    "choices that are none": answer(choices="none"),
    "another model": answer(model="gpt-4o"),
    "a chat": answer(choices=[{"message": {"content": "3 > 1"}}]),
    "401": lambda body: (401, {"detail": "expired"}),
    "403 of a firewall": lambda body: (403, PAGE),
    "404": lambda body: (404, {"error": {"message": "The model does not exist."}}),
    "no JSON": lambda body: (200, PAGE),
    "a list of JSON": lambda body: (200, "[1, 2]"),
    "a redirect": lambda body: (307, "", {"Location": "https://elsewhere/v1"}),
    "400": lambda body: (400, {"object": "error", "message": "this prompt is bad"}),
    "413": lambda body: (413, PAGE),
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_what_passes_is_waited_out(serve, name):
    engine, server = serve(lambda n, body: TRANSIENT[name](body) if n in (2, 5, 6) else None)
    assert values(likelihoods(engine)) == planted_values(PROMPTS, ENDS)
    assert len(server.bodies) == len(PROMPTS) + 3


@pytest.mark.parametrize("name", [*TRANSIENT, *FOR_GOOD])
def test_one_prompt_fails_alone(serve, name):
    def misbehave(n, body):
        bad = tuple(body["prompt"][:3]) == BAD
        return (TRANSIENT | FOR_GOOD)[name](body) if bad else None

    engine, _ = serve(misbehave)
    likelihoods(engine, PROMPTS[:1], ENDS[:1])  # a server that has shown what it is
    readings = likelihoods(engine)
    bad = readings.pop(4)
    assert bad.value is None and bad.error and "\n" not in bad.error
    right = planted_values(PROMPTS, ENDS)
    del right[4]
    assert values(readings) == right
    # The next call is read as if nothing had been.
    assert likelihoods(engine, PROMPTS[:1], ENDS[:1])[0].value is not None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("502 of a gateway", "answers 502: 502 Bad Gateway nginx"),
        ("529", "answers 529: Overloaded"),
        ("200 that says error", "answers 200, but with an error: provider overloaded"),
        ("200 that says detail", "no worker"),
        ("200 that says message", "engine is busy"),
        ("a text", "'NaN' where a log-probability belongs"),
        ("null", "'None' where a log-probability belongs"),
        ("another model", "with the model gpt-4o, not tiny"),
        ("403 of a firewall", "give its key (PROMPTREC_API_KEY"),
        ("a redirect", "redirects to https://elsewhere/v1"),
        ("400", "answers 400: this prompt is bad"),
        ("half an answer", "connection broke"),
    ],
)
def test_the_reason_is_told_in_the_servers_own_words(serve, name, said):
    engine, _ = serve(lambda n, body: None if n == 1 else (TRANSIENT | FOR_GOOD)[name](body))
    likelihoods(engine, PROMPTS[:1], ENDS[:1])
    (failed,) = likelihoods(engine, PROMPTS[:1], ENDS[:1])
    assert said in failed.error or pytest.fail(failed.error)


@pytest.mark.parametrize(
    ("say", "said"),
    [
        (FOR_GOOD["401"], "answers 401: expired: give its key"),
        (FOR_GOOD["403 of a firewall"], "answers 403"),
        (FOR_GOOD["404"], "answers 404: The model does not exist"),
        (FOR_GOOD["no JSON"], "does not answer in JSON .*: check the address"),
        (FOR_GOOD["a list of JSON"], "does not answer in JSON"),
        (FOR_GOOD["no choices"], "something else than completions"),
        (FOR_GOOD["a chat"], "something else than completions"),
        (FOR_GOOD["another model"], "with the model gpt-4o"),
        (FOR_GOOD["no rows"], "prompt_logprobs"),
        (FOR_GOOD["rows of others"], "prompt_logprobs"),
        (lambda body: (200, {"id": 7}), "something else than was asked for"),
    ],
)
def test_what_every_request_would_meet_ends_the_first_call(serve, say, said):
    engine, server = serve(lambda n, body: say(body))
    prompts = [(1, n // 100, n % 100) for n in range(200)]
    with pytest.raises(EngineError, match=said) as raised:
        likelihoods(engine, prompts, [(1,)] * 200)
    assert "\n" not in str(raised.value) and len(server.bodies) < 100


def test_a_server_without_chosen_logprobs_says_so(serve):
    top = {"top_logprobs": [{"token_id:5": -0.1}]}
    engine, _ = serve(lambda n, body: choice(logprobs=top)(body))
    with pytest.raises(EngineError, match="logprob_token_ids"):
        engine.next_logprobs([(1, 2)], [3, 5])


@pytest.mark.parametrize(
    "logprobs", [None, {}, {"top_logprobs": None}, {"top_logprobs": [[3]]}, [], "x", {"top_logprobs": [{"x": 1}]}]
)
def test_labels_in_another_form_are_an_error(serve, logprobs):
    engine, _ = serve(lambda n, body: choice(logprobs=logprobs)(body))
    with pytest.raises(EngineError, match="logprob_token_ids"):
        engine.next_logprobs([(1, 2)], [3])


@pytest.mark.parametrize("value", [None, "x", float("nan"), -float("inf"), 3])
def test_a_label_without_a_number_fails_its_prompt(serve, value):
    def misbehave(n, body):
        done = completion(body)
        if body["prompt"] == [9]:
            done["choices"][0]["logprobs"]["top_logprobs"][0]["token_id:3"] = value
        return 200, done

    engine, _ = serve(misbehave)
    good, bad = engine.next_logprobs([(8,), (9,)], [3, 4])
    assert good.value and bad.value is None and "log-probability belongs" in bad.error


@pytest.mark.parametrize(
    "usage", [None, {}, {"prompt_tokens": None}, "3", {"prompt_tokens": "3"}, {"prompt_tokens_details": []}]
)
def test_tokens_that_the_server_does_not_count_are_counted_here(serve, usage):
    engine, _ = serve(lambda n, body: answer(usage=usage)(body))
    (reading,) = engine.loglikelihood([(1, 2, 3)], [(4,)])
    assert reading.value and reading.usage.prompt_tokens == 4
    (written,) = engine.generate([(1, 2)], Sampling(max_tokens=8))
    assert (written.value, written.usage.decoded_tokens) == (" x", 2)


def test_a_request_the_server_gave_up_is_not_an_answer(serve):
    engine, _ = serve(lambda n, body: choice(text="3 > 1", finish_reason="error")(body))
    (given_up,) = engine.generate([(1, 2)], Sampling(max_tokens=8))
    assert given_up.value is None and "gave up" in given_up.error


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_error_is_never_read(serve, status):
    engine, _ = serve(lambda n, body: (status, SAID))
    for readings in (
        engine.generate([(1, 2)], Sampling(max_tokens=8), OutputConstraint(choice=("7", "12"))),
        engine.loglikelihood([(1, 2)], [(3,)]),
        engine.next_logprobs([(1, 2)], [3]),
    ):
        assert readings[0].value is None and f"answers {status}: {SAID}" in readings[0].error


@pytest.mark.slow
@pytest.mark.parametrize(
    "header", ["1", "0.6", email.utils.formatdate(time.time() + 3600, usegmt=True)], ids=["1", "0.6", "date"]
)
def test_retry_after_is_waited_for_with_a_cap(serve, header):
    engine, server = serve(
        lambda n, body: (429, SAID, {"Retry-After": header}) if n == 1 else None,
        Retry(backoff=(30.0, 30.0), longest_pause=1.0, patience=20.0),
    )
    started = time.monotonic()
    assert likelihoods(engine, PROMPTS[:1], ENDS[:1])[0].value is not None
    assert 0.5 < time.monotonic() - started < 5 and len(server.bodies) == 2


@pytest.mark.parametrize("header", [None, "", "soon", "-5", "1e9", "nan", "Wed, 99 Foo 2026"])
def test_a_retry_after_that_is_none_is_passed_over(header):
    assert retry_after(header) is None


def test_a_retry_after_in_the_past_is_now():
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0 and retry_after("12") == 12


@pytest.mark.slow
def test_all_waiting_together_has_an_end_and_is_told(serve, caplog):
    engine, server = serve(
        lambda n, body: (503, SAID, {"Retry-After": "1"}), Retry(backoff=(1.0,) * 50, longest_pause=1.0, patience=2.5)
    )
    started = time.monotonic()
    with caplog.at_level(logging.WARNING, "promptrec"):
        (failed,) = likelihoods(engine, PROMPTS[:1], ENDS[:1])
    assert failed.value is None and time.monotonic() - started < 6
    assert any("answers 503" in line and "trying again in 1 s" in line for line in caplog.messages)
    assert len(caplog.messages) < len(server.bodies)


@pytest.mark.slow
def test_a_restart_in_the_middle_is_waited_out(serve):
    engine, server = serve(retry=Retry(backoff=(0.1, 0.2), longest_pause=1.0, patience=20.0))
    likelihoods(engine)
    server.stop()
    threading.Timer(1.0, server.start).start()
    assert values(likelihoods(engine)) == planted_values(PROMPTS, ENDS)


@pytest.mark.slow
def test_what_was_read_before_a_server_went_is_kept_and_the_next_call_says_that_it_is_gone(serve):
    died = threading.Event()

    def misbehave(n, body):
        if n > 40:
            died.set()
        return b"" if died.is_set() else None

    engine, server = serve(misbehave)
    prompts = [(1, n // 100, n % 100) for n in range(400)]
    readings = engine.loglikelihood(prompts, [(1,)] * 400)
    assert len([reading for reading in readings if reading.value is not None]) == 40
    assert any("not asked" in (reading.error or "") for reading in readings)
    asked = len(server.bodies)
    assert asked < 40 + 4 * 2 * FAILURES_IN_A_ROW
    with pytest.raises(EngineError, match="cannot reach the server at"):
        engine.loglikelihood(prompts, [(1,)] * 400)
    assert len(server.bodies) - asked <= 40
    died.clear()
    server.bodies.clear()
    assert engine.loglikelihood(prompts[:9], [(1,)] * 9)[8].value is not None


@pytest.mark.slow
def test_few_prompts_that_fail_are_no_server_that_is_gone(serve):
    engine, _ = serve(lambda n, body: (500, SAID))
    for _ in range(5):
        assert [reading.value for reading in likelihoods(engine)] == [None] * 8


@pytest.mark.slow
def test_a_server_that_dies_is_one_line_and_no_ranking(serve):
    engine, server = serve()
    catalog = Catalog.bundled("films")
    recommender = Recommender.load(
        template="films/en", catalog=catalog, engine=engine, ranker="query-likelihood", retrieve=5
    )
    server.stop()
    with pytest.raises(EngineError, match="cannot reach the server at .*refused") as raised:
        recommender.recommend(Query(preferences="a ship"))
    assert "\n" not in str(raised.value)
    request = recommender.request(Query(preferences="a ship"), [item.item_id for item in list(catalog)[:3]])
    (failed,) = recommender.run([request])
    assert failed.status == "failed" and failed.items == ()


def test_a_candidate_that_fails_is_counted_and_comes_last(serve):
    def misbehave(n, body):
        return (500, SAID) if "Zebra" in engine.tokenizer.decode(tuple(body["prompt"])) else None

    engine, _ = serve(misbehave)
    items = [Item(item_id=name, title=name) for name in ("Yak", "Zebra", "Emu")]
    recommender = Recommender.load(
        template="general/en", engine=engine, ranker="query-likelihood", catalog=Catalog(items)
    )
    ranking = recommender.rank(Query(preferences="animals"), items)
    assert (ranking.status, ranking.usage.calls, ranking.usage.failed) == ("repaired", 3, 1)
    assert ranking.item_ids[-1] == "Zebra" and "answers 500" in ranking.reason


def test_a_closed_engine_says_so(serve):
    engine, _ = serve()
    engine.close()
    engine.close()
    with pytest.raises(EngineError, match="closed: open it again"):
        likelihoods(engine)


@pytest.mark.slow
def test_a_very_slow_server_is_given_up(serve, monkeypatch):
    monkeypatch.setattr("promptrec.engine.server.client.TIMEOUT_SECONDS", 0.5)
    engine, _ = serve(lambda n, body: time.sleep(1.5) if tuple(body["prompt"][:3]) == BAD else None)
    readings = likelihoods(engine)
    assert readings[4].value is None and "no answer" in readings[4].error
    assert sum(reading.value is not None for reading in readings) == 7


@pytest.mark.slow
def test_an_interrupt_does_not_wait_for_the_server(stand_in, tiny):
    asked = threading.Event()

    def misbehave(n, body):
        asked.set()
        time.sleep(40)

    server = stand_in(misbehave)
    program = f"""
from pathlib import Path
from promptrec.engine.base import Sampling
from promptrec.engine.models import ModelInfo
from promptrec.engine.options import EngineOptions
from promptrec.engine.server import ServerEngine
engine = ServerEngine(ModelInfo("tiny", Path({str(tiny.path)!r}), "", ""), EngineOptions(base_url={server.url!r}))
engine.generate([(1, 2)] * 100, Sampling())
"""
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.PIPE) as process:
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) and b"KeyboardInterrupt" in process.stderr.read()


@pytest.mark.parametrize(("option", "value"), [("dtype", "float32"), ("max_lora_rank", 8), ("quantization", "fp8")])
def test_options_of_other_engines_are_refused(tiny, option, value):
    with pytest.raises(InputError, match=option):
        ServerEngine(tiny, EngineOptions(**{option: value}))
