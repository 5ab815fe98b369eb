"""Two ways to request log-probabilities of a continuation from vLLM, and choosing one.

`prompt_logprobs` scores the full prompt against the full vocabulary. vLLM 0.32's second model runner, which needs a
GPU, also takes `prompt_logprob_token_ids` from `prompt_logprob_start`: the same numbers for the continuation alone.
It is used if the engine has it and both agree on a first prompt.
"""

from collections.abc import Callable, Sequence
from typing import Any

from promptrec.engine.base import Logprobs, Tokens

# Greatest difference (nats) between two ways of computing the same number in half precision.
TOLERANCE = 0.05
Rows = list[float | None]


class FullPromptScoring:
    """Scores the full prompt. vLLM gives no value at a cached position, nor at the one right after."""

    def __init__(self, sampling_params: Callable[..., Any]) -> None:
        self._params = sampling_params

    def params(self, prompt: Tokens, continuation: Tokens, *, from_cache: bool) -> Any:  # noqa: ANN401
        """The settings for one sequence."""
        # Flat: a few lists for each sequence; an object for each token takes three times the memory.
        params = self._params(temperature=0.0, max_tokens=1, prompt_logprobs=0, flat_logprobs=True, detokenize=False)
        params.skip_reading_prefix_cache = not from_cache
        return params

    def read(self, done: Any, start: int) -> Rows:  # noqa: ANN401 - a vLLM RequestOutput
        """The log-probabilities from position `start` on; None where vLLM has none."""
        first = done.num_cached_tokens + 1 if done.num_cached_tokens else 0
        rows = zip(done.prompt_token_ids[start:], done.prompt_logprobs[start:], strict=True)
        return [row[token].logprob if at >= first else None for at, (token, row) in enumerate(rows, start)]


class ContinuationScoring:
    """Scores the continuation alone. vLLM gives no value at all if the cache reaches into it."""

    def __init__(self, sampling_params: Callable[..., Any]) -> None:
        self._params = sampling_params

    def params(self, prompt: Tokens, continuation: Tokens, *, from_cache: bool) -> Any:  # noqa: ANN401
        """The settings for one sequence: row i is of the token after position `len(prompt) - 1 + i`."""
        wanted = {"prompt_logprob_token_ids": [[token] for token in continuation]}
        start = len(prompt) - 1
        params = self._params(temperature=0.0, max_tokens=1, prompt_logprob_start=start, detokenize=False, **wanted)
        params.skip_reading_prefix_cache = not from_cache
        return params

    def read(self, done: Any, start: int) -> Rows:  # noqa: ANN401 - a vLLM RequestOutput
        """The log-probabilities from position `start` on; all None if vLLM has none."""
        scores = getattr(done, "prompt_token_id_logprobs", None)
        if scores is None:
            return [None] * (len(done.prompt_token_ids) - start)
        return [float(row[0]) for row in scores]


def choose_scoring(vllm: Any, llm: Any) -> FullPromptScoring | ContinuationScoring:  # noqa: ANN401
    """Continuation scoring if this engine has it and it agrees with full-prompt scoring, else the latter."""
    full, partial = FullPromptScoring(vllm.SamplingParams), ContinuationScoring(vllm.SamplingParams)
    config = llm.llm_engine.vllm_config
    available = "prompt_logprob_token_ids" in vllm.SamplingParams.__struct_fields__
    if not (available and getattr(config, "use_v2_model_runner", False)) or config.cache_config.kv_sharing_fast_prefill:
        return full
    try:
        agrees = _agree(llm, full, partial)
    except Exception:  # however the newer way fails, the older one is used
        return full
    return partial if agrees else full


def _agree(llm: Any, full: FullPromptScoring, partial: ContinuationScoring) -> bool:  # noqa: ANN401
    prompt, continuation = (1, 2, 3, 4), (5, 6, 7)

    def read(way: FullPromptScoring | ContinuationScoring) -> Sequence[float | None]:
        params = way.params(prompt, continuation, from_cache=False)
        (done,) = llm.generate([{"prompt_token_ids": [*prompt, *continuation]}], params, use_tqdm=False)
        return way.read(done, len(prompt))

    pairs = list(zip(read(full), read(partial), strict=True))
    return all(a is not None and b is not None and abs(a - b) <= TOLERANCE for a, b in pairs)


Gap = tuple[Tokens, int]
"""A token whose log-probability is missing: all that comes before it, and the token."""


def fill_gaps(
    prompts: Sequence[Tokens],
    continuations: Sequence[Tokens],
    read: Sequence[Sequence[float | None]],
    score: Callable[[list[Gap]], list[float]],
) -> list[Logprobs]:
    """The log-probability (nats) of each token of each continuation.

    Args:
        prompts: what comes before each continuation.
        continuations: the tokens that are scored.
        read: the log-probability of each token of each continuation; None where vLLM omits it.
        score: log-probabilities of tokens that no sequence has. Each is requested once, all in one call.
    """
    incomplete = {prompt for prompt, row in zip(prompts, read, strict=True) if None in row}
    paths = _paths(prompts, continuations, incomplete)
    known: dict[int, float] = {}
    for path, row in zip(paths, read, strict=True):
        known |= {node: value for node, value in zip(path, row, strict=False) if value is not None}
    missing: dict[int, Gap] = {}
    for prompt, continuation, path in zip(prompts, continuations, paths, strict=True):
        for n, node in enumerate(path):
            if node not in known and node not in missing:
                missing[node] = ((*prompt, *continuation[:n]), continuation[n])
    if missing:
        known |= zip(missing, score(list(missing.values())), strict=True)
    return [
        tuple(value if value is not None else known[path[n]] for n, value in enumerate(row))
        for path, row in zip(paths, read, strict=True)
    ]


def _paths(prompts: Sequence[Tokens], continuations: Sequence[Tokens], roots: set[Tokens]) -> list[list[int]]:
    """The path of each continuation through a trie with a root for each of these prompts; empty for other prompts."""
    numbers = {prompt: -n for n, prompt in enumerate(roots, start=1)}
    edges: dict[tuple[int, int], int] = {}
    paths = []
    for prompt, continuation in zip(prompts, continuations, strict=True):
        path: list[int] = []
        if prompt in numbers:
            node = numbers[prompt]
            for token in continuation:
                node = edges.setdefault((node, token), len(edges))
                path.append(node)
        paths.append(path)
    return paths
