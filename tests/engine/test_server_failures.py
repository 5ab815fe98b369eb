"""A server that fails in every way servers do: its words are never an answer."""

import http.server
import json
import threading

import pytest

from promptrec import Catalog, Query, Recommender
from promptrec.engine.base import Constraint, Sampling
from promptrec.engine.models import ModelInfo
from promptrec.engine.options import EngineOptions
from promptrec.engine.server import ServerEngine
from promptrec.errors import EngineError, InputError

pytestmark = [pytest.mark.model, pytest.mark.allow_hosts(["127.0.0.1"])]
SAID = "Error code: 429 - rate limit reached, retry after 7 s; limit is 12 requests"
USAGE = {"prompt_tokens": 3, "completion_tokens": 1}


class Fake:
    """A small real server whose answers a test writes.

    `answer(body)` is a status and a text, or None to break the connection; `tokens` is what it says of a tokenizer.
    """

    def __init__(self, answer, tokens=(404, "")):
        self.asked = []
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.reply(200, json.dumps({"data": [{"id": "tiny", "max_model_len": 4096}]}))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == "/tokenize":
                    said = tokens
                else:
                    fake.asked.append(body)
                    said = answer(body)
                if said is None:
                    self.close_connection = True
                else:
                    self.reply(*said)

            def reply(self, status, text):
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve(smollm2):
    opened = []

    def start(answer, tokens=(404, "")):
        fake = Fake(answer, tokens)
        opened.append(fake.stop)
        engine = ServerEngine(ModelInfo("tiny", smollm2.folder, "", ""), EngineOptions(base_url=fake.url))
        opened.insert(0, engine.close)
        return engine, fake

    yield start
    for close in opened:
        close()


@pytest.mark.parametrize("status", [429, 503, 500, 401, 404])
def test_an_error_is_raised_never_read(serve, status):
    engine, _ = serve(lambda body: (status, SAID))
    for ask in (
        lambda: engine.generate([(1, 2)], Sampling(max_tokens=8), Constraint(choice=("7", "12"))),
        lambda: engine.loglikelihood([(1, 2)], [(3,)]),
        lambda: engine.next_logprobs([(1, 2)], [3]),
    ):
        with pytest.raises(EngineError, match=f"answers {status}"):
            ask()


def test_a_busy_server_is_asked_again(serve):
    answers = iter([(429, SAID), (503, SAID)])
    done = json.dumps({"choices": [{"text": "7"}], "usage": USAGE})
    engine, fake = serve(lambda body: next(answers, (200, done)))
    assert engine.generate([(1, 2)], Sampling(max_tokens=8))[0].value == "7"
    assert len(fake.asked) == 3


def test_a_prompt_that_is_refused_fails_alone(serve):
    done = json.dumps({"choices": [{"text": "ok"}], "usage": USAGE})
    engine, _ = serve(lambda body: (400, "this prompt is bad 1 2 3") if body["prompt"] == [9] else (200, done))
    good, bad = engine.generate([(1,), (9,)], Sampling(max_tokens=8))
    assert good.value == "ok"
    assert bad.value is None and "400" in bad.error and "this prompt is bad" in bad.error


def test_a_request_the_server_gave_up_is_not_an_answer(serve):
    done = json.dumps({"choices": [{"text": "3 > 1", "finish_reason": "error"}], "usage": USAGE})
    engine, _ = serve(lambda body: (200, done))
    (given_up,) = engine.generate([(1, 2)], Sampling(max_tokens=8))
    assert given_up.value is None and "gave up" in given_up.error


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<html>hello</html>", "JSON"),
        ("[1, 2]", "JSON"),
        (json.dumps({"message": "3 > 1"}), "something else than completions"),
        (json.dumps({"choices": [], "usage": USAGE}), "something else"),
        (json.dumps({"choices": [{"text": "x"}], "usage": None}), "something else"),
        (json.dumps({"choices": [{"message": {"content": "3 > 1"}}], "usage": USAGE}), "something else"),
        (json.dumps({"choices": [{"text": "x"}], "usage": USAGE}), "prompt_logprobs"),
    ],
)
def test_an_answer_of_another_kind_is_an_error(serve, answer, said):
    engine, _ = serve(lambda body: (200, answer))
    with pytest.raises(EngineError, match=said):
        engine.loglikelihood([(1, 2)], [(3,)])


def test_a_server_without_chosen_logprobs_says_so(serve):
    top = {"top_logprobs": [{"token_id:5": -0.1}]}
    done = json.dumps({"choices": [{"text": "x", "logprobs": top}], "usage": USAGE})
    engine, _ = serve(lambda body: (200, done))
    with pytest.raises(EngineError, match="logprob_token_ids"):
        engine.next_logprobs([(1, 2)], [3, 5])


def test_a_server_that_dies_half_way_is_one_line_and_no_ranking(serve):
    engine, fake = serve(lambda body: (500, SAID))
    fake.stop()
    catalog = Catalog.bundled("films")
    recommender = Recommender.load("films/en", catalog=catalog, engine=engine, pool=5)
    with pytest.raises(EngineError, match="cannot reach the server at .*start it") as raised:
        recommender.recommend(Query(preferences="a ship"))
    assert "\n" not in str(raised.value)
    request = recommender.request(Query(preferences="a ship"), [item.item_id for item in list(catalog)[:3]])
    (failed,) = recommender.run([request])
    assert failed.status == "failed" and failed.items == ()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/v1", "ftp://127.0.0.1/v1", "127.0.0.1", "http://[", "http://:x"]
)
def test_nobody_listens_there(smollm2, address):
    with pytest.raises(EngineError, match="cannot reach the server at .*start it") as raised:
        ServerEngine(smollm2, EngineOptions(base_url=address))
    assert address in str(raised.value) and "\n" not in str(raised.value)


def test_a_connection_that_breaks_is_tried_again(serve):
    answers = iter([None, None])
    done = json.dumps({"choices": [{"text": "7"}], "usage": USAGE})
    engine, fake = serve(lambda body: next(answers, (200, done)))
    assert engine.generate([(1, 2)], Sampling(max_tokens=8))[0].value == "7"
    assert len(fake.asked) == 3


def test_a_connection_that_always_breaks_is_a_server_that_cannot_be_reached(serve):
    engine, fake = serve(lambda body: None)
    with pytest.raises(EngineError, match="cannot reach"):
        engine.generate([(1, 2)], Sampling(max_tokens=8))
    assert len(fake.asked) == 4


def test_a_server_with_another_tokenizer_is_refused_before_it_is_believed(serve):
    with pytest.raises(EngineError, match="another tokenizer than tiny"):
        serve(lambda body: (500, SAID), (200, json.dumps({"tokens": [1, 2, 3]})))


@pytest.mark.parametrize("rows", [[None, {"3": {"logprob": -1.0}}], [None, None, {"4": {"logprob": -1.0}}]])
def test_likelihoods_of_other_tokens_than_were_asked_are_an_error(serve, rows):
    done = json.dumps({"choices": [{"text": "x", "prompt_logprobs": rows}], "usage": USAGE})
    engine, _ = serve(lambda body: (200, done))
    with pytest.raises(EngineError, match="prompt_logprobs"):
        engine.loglikelihood([(1, 2)], [(3,)])


@pytest.mark.parametrize(("option", "value"), [("dtype", "float32"), ("max_lora_rank", 8), ("quantization", "fp8")])
def test_options_of_other_engines_are_refused(smollm2, option, value):
    with pytest.raises(InputError, match=option):
        ServerEngine(smollm2, EngineOptions(**{option: value}))
