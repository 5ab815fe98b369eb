"""A stand-in for a vLLM server on 127.0.0.1, with real HTTP, that misbehaves on demand; and a model folder for it."""

import hashlib
import http.server
import json
import socket
import struct
import threading
from contextlib import suppress

from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

MODEL = "tiny"
CONTROL = ("<|start|>", "<|end|>")


def byte_tokenizer(folder):
    """One token for each byte and two control tokens."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(BPE({letter: n for n, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(CONTROL))
    tokenizer.save(str(folder / "tokenizer.json"))
    named = {"bos_token": CONTROL[0], "eos_token": CONTROL[1], "tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "tokenizer_config.json").write_text(json.dumps(named))


def model_folder(folder):
    """A model folder with a tokenizer of bytes, and weights that nobody can read a prompt with."""
    folder.mkdir()
    byte_tokenizer(folder)
    (folder / "config.json").write_text(json.dumps({"max_position_embeddings": 4096}))
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")
    return folder


def logprob(*what):
    return -1 - int(hashlib.sha256(repr(what).encode()).hexdigest()[:4], 16) / 6000


def completion(body, value=logprob):
    """What vLLM answers to a request for a completion."""
    prompt = tuple(body["prompt"])
    choice = {"text": " x", "finish_reason": "length"}
    if "prompt_logprobs" in body:
        rows = [{str(token): {"logprob": value(prompt[: i + 1])}} for i, token in enumerate(prompt)]
        choice["prompt_logprobs"] = [None, *rows[1:]]
    if "logprob_token_ids" in body:
        labels = {f"token_id:{token}": value(prompt, token) for token in body["logprob_token_ids"]}
        choice["logprobs"] = {"top_logprobs": [labels]}
    usage = {"prompt_tokens": len(prompt), "completion_tokens": 1}
    return {"model": body["model"], "choices": [choice], "usage": usage}


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass


def _handler(stand_in):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self):
            super().setup()
            stand_in.connections.add(self.connection)

        def do_GET(self):
            stand_in.requests.append((self.path, dict(self.headers)))
            there = self.path.partition("?")[0] == f"{stand_in.path}/models"
            self.reply(*(stand_in.models if there else (404, {"detail": "Not Found"})))

        def do_POST(self):
            stand_in.requests.append((self.path, dict(self.headers)))
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            path = self.path.partition("?")[0]
            if path == "/tokenize":
                return self.reply(*stand_in.tokens)
            if path != f"{stand_in.path}/completions":
                return self.reply(404, {"detail": "Not Found"})
            with stand_in.lock:
                stand_in.bodies.append(body)
                n = len(stand_in.bodies)
            answer = stand_in.misbehave(n, body)
            if isinstance(answer, bytes):
                self.wfile.write(answer)
                return self.cut()
            return self.reply(*(answer or (200, completion(body))))

        def cut(self):
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        def reply(self, status, body, headers=()):
            data = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for name, value in {"Content-Length": len(data), **dict(headers)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    return Handler


class StandIn:
    """`misbehave(n, body)` answers the n-th completion (from 1): None (as a server should), a status and a body with
    perhaps headers, or bytes behind which the connection ends. It may also sleep. `models` and `tokens` are what it
    says of its models and tokenizer.
    """

    def __init__(self, misbehave=lambda n, body: None, models=None, tokens=(404, {"detail": "Not Found"}), path="/v1"):
        self.misbehave = misbehave
        self.models = models or (200, {"data": [{"id": MODEL, "max_model_len": 4096}]})
        self.tokens = tokens
        self.bodies, self.requests = [], []
        self.path = path
        self.lock = threading.Lock()
        self.connections = set()
        self.port = 0
        self.start()

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    @property
    def url(self):
        return f"http://{self.host}{self.path}"

    def start(self):
        """Listen, where it listened before if it did."""
        self._server = _Server(("127.0.0.1", self.port), _handler(self))
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self):
        """As if it were killed: nobody listens, and open connections end."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
                connection.close()
        self.connections.clear()


def planted_values(prompts, continuations):
    """What a stand-in that behaves says of continuations."""
    return [
        tuple(logprob((*p, *c[: i + 1])) for i in range(len(c))) for p, c in zip(prompts, continuations, strict=True)
    ]
