"""Engine that reads a model on servers that give exact log-probabilities, such as `vllm serve`.

Prompts are sent as token IDs to /v1/completions, so that the trust boundary of our tokenizer holds.
"""

import math
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from pydantic import SecretStr

from promptrec.engine.base import (
    LABELS_PER_REQUEST,
    BaseEngine,
    BatchRefused,
    Logprobs,
    Output,
    OutputConstraint,
    Sampling,
    Tokens,
    Usage,
)
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.progress import report_progress
from promptrec.engine.server.address import server_addresses
from promptrec.engine.server.client import CONCURRENCY, RETRY, Client, RequestFailed, Retry
from promptrec.engine.server.verification import Served, open_server
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.errors import EngineError
from promptrec.messages import Message, Reason, message, reason

P = TypeVar("P")
T = TypeVar("T")
Ask = Callable[..., dict[str, Any]]
"""Sends a prompt and settings of /completions to one server, and returns its answer."""
# After so many failed requests in a row a server counts as gone.
FAILURES_IN_A_ROW = 2 * CONCURRENCY
# A log-probability of 0 may be rounded up by so much.
ROUNDING = 1e-3


class ServerEngine(BaseEngine):
    """Sends prompts to one or several OpenAI-compatible servers. An error of a server is never taken for an answer.

    With several servers of one model, each gets an equal part of every batch, neighbours together because they share
    prefixes; a prompt that one cannot read goes to another. A request that fails for good fails its prompt alone. A
    call in which nothing can be read, because the servers are gone or fail every request, raises EngineError.

    Args:
        info: the model, whose tokenizer is used.
        options: `base_url` may hold several addresses with commas between.
        retry: when a failed request is tried again.

    Raises:
        InputError: a malformed address, or an option that is not for this engine.
        EngineError: no server answers, or not as one of this model.
    """

    name = "server"
    accepts = frozenset({"max_model_len", "base_url", "api_key"})
    refusal_hint = message("give-to-server")
    labels_per_request = LABELS_PER_REQUEST
    least_decoded = 1

    def __init__(self, info: ModelInfo, options: EngineOptions = DEFAULTS, retry: Retry = RETRY) -> None:
        self.check_options(options)
        self.tokenizer = ModelTokenizer.from_folder(info.folder)
        self.vocabulary_size = self.tokenizer.vocabulary_size
        key = options.api_key or SecretStr(os.environ.get("PROMPTREC_API_KEY", "").strip())
        self._clients = [Client(address, key, retry) for address in server_addresses(options)]
        try:
            self._replicas = [_Replica(open_server(client, info, self.tokenizer)) for client in self._clients]
            self.model_id, *others = sorted({replica.served.model_id for replica in self._replicas})
            if others:
                raise EngineError("servers-of-different-models", ids=(self.model_id, *others))
        except EngineError:
            self.close()
            raise
        longest = min(replica.served.max_model_len or options.max_model_len or 2048 for replica in self._replicas)
        self.context_length = min(longest, options.max_model_len or longest) - self.least_decoded

    def _next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[Logprobs]]:
        wanted = {"logprobs": len(label_ids), "logprob_token_ids": [*label_ids], "return_tokens_as_token_ids": True}

        def read(prompt: Tokens, ask: Ask) -> Output[Logprobs]:
            answer = ask(prompt, max_tokens=1, **wanted)
            found = _label_logprobs(answer["choices"][0])
            if not set(label_ids) <= set(found):
                raise RequestFailed("server-without-token-logprobs", permanent=True)
            return _logprobs([found[label] for label in label_ids], _usage(answer, prompt))

        return self._each(read, prompts, adapter)

    def _loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        def read(pair: tuple[int, Tokens], ask: Ask) -> Output[Logprobs]:
            start, sequence = pair
            answer = ask(sequence, max_tokens=1, prompt_logprobs=0)
            try:
                scored = zip(answer["choices"][0]["prompt_logprobs"], sequence, strict=True)
                values = [row[str(token)]["logprob"] for row, token in [*scored][start:]]
            except (KeyError, TypeError, ValueError):
                values = None
            if values is None:
                raise RequestFailed("server-without-prompt-logprobs", permanent=True)
            return _logprobs(values, _usage(answer, sequence))

        return self._each(read, [(len(p), (*p, *c)) for p, c in zip(prompts, continuations, strict=True)], adapter)

    def _generate(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: OutputConstraint | None, adapter: str | None
    ) -> list[Output[str]]:
        settings: dict[str, Any] = {"skip_special_tokens": False}
        if sampling.stop:
            settings["stop"] = list(sampling.stop)
        if constraint is not None:
            named = {"choice": constraint.choice, "regex": constraint.regex, "grammar": constraint.grammar}
            settings["structured_outputs"] = {name: value for name, value in named.items() if value is not None}
        settings |= {"temperature": sampling.temperature, "seed": sampling.seed}

        def read(prompt: Tokens, ask: Ask) -> Output[str]:
            answer = ask(prompt, max_tokens=sampling.max_tokens, **settings)
            choice = answer["choices"][0]
            usage = _usage(answer, prompt) + Usage(decoded_tokens=self._decoded(answer))
            if choice.get("finish_reason", "stop") not in ("stop", "length"):
                return Output(None, usage, reason("server-gave-up", finish=choice["finish_reason"]))
            return Output(str(choice["text"]), usage)

        return self._each(read, prompts, adapter)

    def close(self) -> None:
        """Close the connections. Calling it twice is harmless."""
        self.is_closed = True
        for client in self._clients:
            client.close()

    def _decoded(self, answer: dict[str, Any]) -> int:
        """Number of generated tokens, counted by the server or else here."""
        count = _object(answer.get("usage")).get("completion_tokens")
        if isinstance(count, int):
            return count
        return len(self.tokenizer.encode(answer["choices"][0]["text"], trusted=True))

    def _each(self, read: Callable[[P, Ask], Output[T]], prompts: Sequence[P], adapter: str | None) -> list[Output[T]]:
        """Outputs of `read` for each prompt, many at a time; the reason for those that fail."""
        outputs: dict[int, Output[T]] = {}
        for replica in self._replicas:
            replica.begin()
        stop = threading.Event()
        finished: SimpleQueue[tuple[int, Output[T] | BaseException]] = SimpleQueue()
        bounds = [round(len(prompts) * k / len(self._replicas)) for k in range(len(self._replicas) + 1)]
        for home, (start, end) in zip(self._replicas, pairwise(bounds), strict=True):
            order = [home, *(other for other in self._replicas if other is not home)]
            todo: SimpleQueue[int] = SimpleQueue()
            for i in range(start, end):
                todo.put(i)

            def work(order: list[_Replica] = order, todo: SimpleQueue[int] = todo) -> None:
                while not stop.is_set():
                    try:
                        i = todo.get_nowait()
                    except Empty:
                        return
                    try:
                        finished.put((i, _read_one(read, prompts[i], order, adapter, stop)))
                    except BaseException as error:
                        finished.put((i, error))

            for _ in range(min(CONCURRENCY, end - start)):
                # An interrupt must not wait for what is under way, and the interpreter does not wait for daemons.
                threading.Thread(target=work, daemon=True).start()
        try:
            for _ in prompts:
                i, found = finished.get()
                if isinstance(found, BaseException):
                    raise found
                outputs[i] = found
                report_progress(len(outputs), len(prompts))
        finally:
            stop.set()
        self._check_gone(outputs.values())
        return [outputs[i] for i in range(len(prompts))]

    def _check_gone(self, outputs: Iterable[Output[T]]) -> None:
        """Raise EngineError if no prompt was read and no server answers any more."""
        problems = [problem for replica in self._replicas if (problem := replica.gone)]
        if len(problems) == len(self._replicas) and all(output.value is None for output in outputs):
            raise EngineError(problems[0])


class _Replica:
    """One of the servers, and whether it still answers."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self._read_any = False
        self._failures = 0
        self._problem: Message | None = None

    @property
    def patient(self) -> bool:
        """Whether failures may be waited out; the first request to a server that was gone may not."""
        return self._failures < FAILURES_IN_A_ROW - 1

    @property
    def gone(self) -> Message | None:
        """Why it gets no more requests; None while it does."""
        return self._problem if self._failures >= FAILURES_IN_A_ROW else None

    def begin(self) -> None:
        """Start a call: a server that was gone gets one try to show that it is back."""
        self._failures = min(self._failures, FAILURES_IN_A_ROW - 1)

    def note(self, failure: RequestFailed | None) -> None:
        """Count a failed request, or None for an answered one."""
        if failure is None:
            self._read_any, self._failures = True, 0
            return
        self._problem = failure.message
        hopeless = failure.unreachable or (failure.permanent and not self._read_any)
        self._failures = FAILURES_IN_A_ROW if hopeless else self._failures + 1


def _read_one(
    read: Callable[[P, Ask], Output[T]],
    prompt: P,
    order: Sequence[_Replica],
    adapter: str | None,
    stop: threading.Event,
) -> Output[T]:
    """The output of `read` with the first replica that can read the prompt."""
    failed: Reason | None = None
    while there := [replica for replica in order if not replica.gone]:
        replica = there[0]
        # No server is waited for while another one can read the prompt.
        wait = stop.wait if len(there) == 1 and replica.patient else None

        def ask(tokens: Tokens, replica: _Replica = replica, wait: Any = wait, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
            return replica.served.complete(tokens, adapter, wait, settings)

        try:
            output = read(prompt, ask)
        except BatchRefused as refused:
            return Output(None, error=refused.reason)
        except RequestFailed as failure:
            replica.note(failure)
            failed = failure.reason
            order = [other for other in order if other is not replica]
            continue
        replica.note(None)
        return output
    return Output(None, error=failed or reason("server-not-asked", why=order[0].gone))


def _usage(answer: dict[str, Any], prompt: Tokens) -> Usage:
    """Token counts of the server; of what was sent if it does not count."""
    usage = _object(answer.get("usage"))
    read = usage.get("prompt_tokens")
    cached = _object(usage.get("prompt_tokens_details")).get("cached_tokens")
    return Usage(read if isinstance(read, int) else len(prompt), cached if isinstance(cached, int) else 0)


def _label_logprobs(choice: dict[str, Any]) -> dict[int, Any]:
    """Log-probability of each token ID at the first position of a completion."""
    places = _object(choice.get("logprobs")).get("top_logprobs")
    named = _object(places[0] if isinstance(places, list) and places else None)
    numbers = {name.removeprefix("token_id:"): value for name, value in named.items()}
    return {int(number): value for number, value in numbers.items() if number.isdecimal()}


def _object(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A JSON object; an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def _logprobs(values: Sequence[Any], usage: Usage) -> Output[Logprobs]:
    """An output of log-probabilities; an error if a value is not one."""
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float) or not -math.inf < value <= ROUNDING:
            return Output(None, usage, reason("server-logprob-invalid", value=str(value)[:40]))
    return Output(tuple(map(float, values)), usage)
