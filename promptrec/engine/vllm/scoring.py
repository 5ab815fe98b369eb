"""How vLLM is asked for the log-probabilities of given tokens: by `prompt_logprobs`, or only where they are wanted.

`prompt_logprobs` has the whole prompt scored against the whole vocabulary. vLLM 0.32's second model runner, which
needs a GPU, also takes `prompt_logprob_token_ids` behind `prompt_logprob_start`: the same numbers for the continuation
alone. Whether it does is asked of the engine at hand, and its numbers are used once they agree on a first prompt.
"""

from collections.abc import Callable, Sequence
from typing import Any

from promptrec.engine.base import Tokens

# What two ways of computing the same number in half precision may differ by (nats).
AGREES = 0.05
Rows = list[float | None]


class Whole:
    """The whole prompt is scored. vLLM gives nothing in the cache, nor right behind: it takes the position before."""

    def __init__(self, sampling_params: Callable[..., Any]) -> None:
        self._params = sampling_params

    def params(self, prompt: Tokens, continuation: Tokens, *, from_cache: bool) -> Any:  # noqa: ANN401
        """The settings for one sequence."""
        # Flat is a few lists for each sequence: an object for each token takes three times the room.
        params = self._params(temperature=0.0, max_tokens=1, prompt_logprobs=0, flat_logprobs=True, detokenize=False)
        params.skip_reading_prefix_cache = not from_cache
        return params

    def read(self, done: Any, start: int) -> Rows:  # noqa: ANN401 - a vLLM RequestOutput
        """The log-probabilities from position `start` on; None where what vLLM gives means nothing."""
        first = done.num_cached_tokens + 1 if done.num_cached_tokens else 0
        rows = zip(done.prompt_token_ids[start:], done.prompt_logprobs[start:], strict=True)
        return [row[token].logprob if at >= first else None for at, (token, row) in enumerate(rows, start)]


class Chosen:
    """The continuation alone is scored. vLLM gives nothing at all where the cache reaches into it."""

    def __init__(self, sampling_params: Callable[..., Any]) -> None:
        self._params = sampling_params

    def params(self, prompt: Tokens, continuation: Tokens, *, from_cache: bool) -> Any:  # noqa: ANN401
        """The settings for one sequence: row i is of the token behind position `len(prompt) - 1 + i`."""
        wanted = {"prompt_logprob_token_ids": [[token] for token in continuation]}
        params = self._params(
            temperature=0.0, max_tokens=1, prompt_logprob_start=len(prompt) - 1, detokenize=False, **wanted
        )
        params.skip_reading_prefix_cache = not from_cache
        return params

    def read(self, done: Any, start: int) -> Rows:  # noqa: ANN401 - a vLLM RequestOutput
        """The log-probabilities from position `start` on; None for all where there are none."""
        scores = getattr(done, "prompt_token_id_logprobs", None)
        if scores is None:
            return [None] * (len(done.prompt_token_ids) - start)
        return [float(row[0]) for row in scores]


def way_of_scoring(vllm: Any, llm: Any) -> Whole | Chosen:  # noqa: ANN401
    """The way that this engine has: the second only where it is there, and says what the first says."""
    whole, chosen = Whole(vllm.SamplingParams), Chosen(vllm.SamplingParams)
    config = llm.llm_engine.vllm_config
    there = "prompt_logprob_token_ids" in vllm.SamplingParams.__struct_fields__
    if not (there and getattr(config, "use_v2_model_runner", False)) or config.cache_config.kv_sharing_fast_prefill:
        return whole
    try:
        agrees = _agree(llm, whole, chosen)
    except Exception:  # a new way that fails, however it does, leaves the old one
        return whole
    return chosen if agrees else whole


def _agree(llm: Any, whole: Whole, chosen: Chosen) -> bool:  # noqa: ANN401
    """Whether both ways say the same of a few tokens."""
    prompt, continuation = (1, 2, 3, 4), (5, 6, 7)

    def read(way: Whole | Chosen) -> Sequence[float | None]:
        params = way.params(prompt, continuation, from_cache=False)
        (done,) = llm.generate([{"prompt_token_ids": [*prompt, *continuation]}], params, use_tqdm=False)
        return way.read(done, len(prompt))

    pairs = list(zip(read(whole), read(chosen), strict=True))
    return all(a is not None and b is not None and abs(a - b) <= AGREES for a, b in pairs)
