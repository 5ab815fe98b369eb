"""A model behind any OpenAI-compatible server that gives exact log-probabilities, such as `vllm serve`.

Prompts go as token IDs to /v1/completions, so the tokenizer, and with it the trust boundary, stays ours.
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from promptrec.engine.base import Constraint, Reading, Sampling, Tokens, Usage
from promptrec.engine.models import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.progress import report_progress
from promptrec.engine.tokenizer import Tokenizer
from promptrec.engine.validity import check_labels, log_probabilities, prompt_error
from promptrec.errors import EngineError, InputError, MissingExtra

try:
    import httpx
except ImportError:
    raise MissingExtra("httpx", "server") from None

T = TypeVar("T")
DEFAULT_URL = "http://127.0.0.1:8000/v1"
TOGETHER = 32
TIMEOUT_SECONDS = 300.0
# A server that is busy is asked again, a few times, each time after a longer pause; anything else is final.
BUSY = (429, 503)
# A connection that broke under a request is tried again too: nothing is changed by asking twice.
DROPPED = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
# Different tokenizers cut this differently.
PROBE = "Wer's nicht glaubt: 3 ships, 2 trains! 《海》 naïve"
PAUSES_SECONDS = (0.2, 0.5, 1.0)
MOST_LABELS = 128


class ServerEngine:
    """See `promptrec.engine.base.Engine`. What the server says when it fails is never taken for an answer."""

    name = "server"

    def __init__(self, info: ModelInfo, options: EngineOptions = DEFAULTS) -> None:
        for option in ("dtype", "tensor_parallel_size", "gpu_memory_utilization", "quantization", "max_lora_rank"):
            if getattr(options, option) is not None:
                raise InputError(f"the engine server does not take {option}: give it to the server when you start it")
        self.tokenizer = Tokenizer.from_folder(info.folder)
        self._url = (options.base_url or os.environ.get("PROMPTREC_SERVER") or DEFAULT_URL).rstrip("/")
        headers = {"Authorization": f"Bearer {options.api_key}"} if options.api_key else {}
        limits = httpx.Limits(max_connections=TOGETHER)
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, headers=headers, limits=limits, trust_env=False)
        served = self._served(info.name)
        self.model_id = str(served["id"])
        longest = int(served.get("max_model_len") or options.max_model_len or 2048)
        # Whatever is asked, a server writes at least one token after it.
        self.context_length = min(longest, options.max_model_len or longest) - 1
        self._check_tokenizer(info)

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.next_logprobs`."""
        check_labels(label_ids, self.tokenizer.vocabulary_size)

        def read(prompt: Tokens) -> Reading[tuple[float, ...]]:
            found: dict[int, float] = {}
            usage = Usage()
            labels = list(dict.fromkeys(label_ids))
            for start in range(0, len(labels), MOST_LABELS):
                some = labels[start : start + MOST_LABELS]
                asked = {"logprobs": len(some), "logprob_token_ids": some, "return_tokens_as_token_ids": True}
                done = self._complete(prompt, adapter, max_tokens=1, **asked)
                found |= _label_logprobs(done["choices"][0])
                usage += _usage(done)
            if not set(labels) <= set(found):
                raise EngineError(
                    f"the server at {self._url} does not give the log-probabilities of chosen tokens "
                    "(logprob_token_ids): use a vLLM server of version 0.32 or newer, or another --engine"
                )
            return log_probabilities(tuple(found[label] for label in label_ids), usage)

        return self._each(read, prompts, self.context_length)

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.loglikelihood`."""

        def read(pair: tuple[int, Tokens]) -> Reading[tuple[float, ...]]:
            start, sequence = pair
            if not 0 < start < len(sequence):
                what = "continuation is empty: there is nothing to score" if start else "prompt is empty"
                return Reading(None, error=f"the {what}")
            done = self._complete(sequence, adapter, max_tokens=1, prompt_logprobs=0)
            rows = done["choices"][0].get("prompt_logprobs") or ()
            try:
                scored = zip(rows, sequence, strict=True)
                values = tuple(float(row[str(token)]["logprob"]) for row, token in [*scored][start:])
            except (KeyError, TypeError, ValueError):
                raise EngineError(
                    f"the server at {self._url} does not give the log-probabilities of a prompt (prompt_logprobs): "
                    "use a vLLM server, or another --engine"
                ) from None
            return log_probabilities(values, _usage(done))

        pairs = [(len(p), (*p, *c)) for p, c in zip(prompts, continuations, strict=True)]
        return self._each(read, pairs, self.context_length, lambda pair: pair[1])

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Reading[str]]:
        """See `Engine.generate`."""
        asked: dict[str, Any] = {"skip_special_tokens": False}
        if sampling.stop:
            asked["stop"] = list(sampling.stop)
        if constraint is not None:
            named = {"choice": constraint.choice, "regex": constraint.regex, "grammar": constraint.grammar}
            asked["structured_outputs"] = {name: value for name, value in named.items() if value is not None}
        asked |= {"temperature": sampling.temperature, "seed": sampling.seed}

        def read(prompt: Tokens) -> Reading[str]:
            done = self._complete(prompt, adapter, max_tokens=sampling.max_tokens, **asked)
            usage = _usage(done) + Usage(decoded=int(done["usage"]["completion_tokens"]))
            written = done["choices"][0]
            if written.get("finish_reason", "stop") not in ("stop", "length"):
                return Reading(None, usage, f"the server gave up the request ({written['finish_reason']})")
            return Reading(str(written["text"]), usage)

        return self._each(read, prompts, self.context_length + 1 - sampling.max_tokens)

    def close(self) -> None:
        """Close the connections. Calling it twice is harmless."""
        self._client.close()

    def _each(
        self,
        read: Callable[[Any], Reading[T]],
        asked: Sequence[Any],
        room: int,
        tokens: Callable[[Any], Tokens] = lambda prompt: prompt,
    ) -> list[Reading[T]]:
        """`read` of each, many at a time; one that is refused has its reason, a server that is gone raises."""

        def one(prompt: Any) -> Reading[T]:  # noqa: ANN401
            error = prompt_error(tokens(prompt), room, self.tokenizer.vocabulary_size)
            if error:
                return Reading(None, error=error)
            try:
                return read(prompt)
            except _Refused as refused:
                return Reading(None, error=str(refused))

        with ThreadPoolExecutor(TOGETHER) as pool:
            futures = [pool.submit(one, prompt) for prompt in asked]
            try:
                out = []
                for future in futures:
                    out.append(future.result())
                    report_progress(len(out), len(futures))
                return out
            except BaseException:  # an interrupt too must not wait for all that is still to be asked
                pool.shutdown(cancel_futures=True)
                raise

    def _complete(self, prompt: Tokens, adapter: str | None, **settings: Any) -> dict[str, Any]:  # noqa: ANN401
        body = {"model": adapter or self.model_id, "prompt": list(prompt), "temperature": 0.0} | settings
        done = self._ask("POST", "/completions", body)
        try:
            _usage(done), done["usage"]["completion_tokens"], done["choices"][0]["text"]
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            raise EngineError(
                f"the server at {self._url} answers something else than completions: check the address"
            ) from None
        return done

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The server's answer as JSON; busy servers are asked again, unreachable ones raise."""
        response = self._response(method, self._url + path, body)
        if response.status_code >= 400:
            said = " ".join(response.text.split())[:200]
            problem = f"the server at {self._url} answers {response.status_code}: {said}"
            if response.status_code in (400, 413, 422):
                raise _Refused(problem)
            raise EngineError(problem)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise EngineError(f"the server at {self._url} does not answer in JSON: check the address")
        return answer

    def _response(self, method: str, address: str, body: dict[str, Any] | None) -> httpx.Response:
        problem = ""
        for pause in (*PAUSES_SECONDS, None):
            try:
                response = self._client.request(method, address, json=body)
                if response.status_code not in BUSY or pause is None:
                    return response
            except DROPPED as error:
                problem = type(error).__name__
            except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:  # RuntimeError: the client is closed
                problem = type(error).__name__
                break
            time.sleep(pause or 0)
        raise EngineError(
            f"cannot reach the server at {self._url} ({problem}): start it, give its address with "
            "--engine-option base_url=…, or choose another --engine"
        )

    def _served(self, name: str) -> dict[str, Any]:
        """The model to ask for: the one of our name if it is served, else the first."""
        models = self._ask("GET", "/models").get("data")
        if not isinstance(models, list) or not models:
            raise EngineError(f"the server at {self._url} lists no models: check the address")
        return next((model for model in models if model.get("id") == name), models[0])

    def _check_tokenizer(self, info: ModelInfo) -> None:
        """Compare tokenizers where the server shows its own (vLLM does): of another one, every ID means other words."""
        body = {"model": self.model_id, "prompt": PROBE, "add_special_tokens": False}
        response = self._response("POST", self._url.removesuffix("/v1") + "/tokenize", body)
        if response.status_code != 200:
            return
        theirs, ours = response.json().get("tokens"), self.tokenizer.encode(PROBE, trusted=False)
        if tuple(theirs or ours) != ours:
            raise EngineError(
                f"the server at {self._url} serves {self.model_id}, which has another tokenizer than {info.name}: "
                "name the model that it serves"
            )


class _Refused(Exception):
    """The server refuses this one prompt."""


def _usage(done: dict[str, Any]) -> Usage:
    told = done["usage"]
    cached = (told.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
    return Usage(prompt=int(told["prompt_tokens"]), cached=int(cached))


def _label_logprobs(choice: dict[str, Any]) -> dict[int, float]:
    """Log-probabilities by token ID of a completion's first place."""
    places = (choice.get("logprobs") or {}).get("top_logprobs") or [{}]
    named = (places[0] or {}).items()
    return {int(name.removeprefix("token_id:")): float(v) for name, v in named if name.startswith("token_id:")}
