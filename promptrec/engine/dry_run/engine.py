"""Engine that counts the tokens that another engine would read, with the model's tokenizer and without weights."""

import hashlib
import math
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Self

from promptrec.engine.base import BaseEngine, Logprobs, Output, OutputConstraint, Sampling, Tokens, Usage
from promptrec.engine.dry_run.cache_simulation import BlockCache, Cache, PackedRowCache, PrefixCache
from promptrec.engine.gpu import nvidia_gpus
from promptrec.engine.models.model_type import keeps_state, longest_sequence, read_config
from promptrec.engine.models.registry import resolve
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.registry import choose_engine
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.engine.transformers.packing import attends_to_all
from promptrec.engine.vllm.engine import CPU_BLOCK, CPU_CONTEXT
from promptrec.errors import InputError
from promptrec.prompt import Tokenizer

# More than any model has.
VOCABULARY = 2**20
# Context length of a model that does not state one.
USUAL_CONTEXT = 2048
GPU_BLOCK = 16


class DryRunEngine(BaseEngine):
    """Has the usage of the engine that it simulates; its values mean nothing.

    They are pseudo-random log-probabilities, the same for the same token IDs in `next_logprobs` and `loglikelihood`, so
    that a ranker whose prompts depend on earlier outputs reads about as much as with a model. `generate` gives an empty
    text, or one of the choices of the constraint, and counts as generated the most that it may be.

    `prompts` holds the token IDs of all prompts since the last `reset`, continuations included.

    Args:
        model_id: of the model whose tokenizer it is.
        tokenizer: of that model.
        context_length: longest prompt with its answer, in tokens.
        cache: builds an empty simulated cache.
        name: of the simulated engine.
    """

    def __init__(
        self,
        model_id: str,
        tokenizer: Tokenizer,
        context_length: int,
        cache: Callable[[], Cache] = PackedRowCache,
        name: str = "transformers",
    ) -> None:
        self.name = name
        self.model_id = model_id
        self.tokenizer = tokenizer
        self.context_length = context_length
        self.vocabulary_size = VOCABULARY
        self._new_cache = cache
        self.reset()

    @classmethod
    def of(cls, model: str | Path, engine: str | None = None, options: EngineOptions = DEFAULTS) -> Self:
        """An engine with the tokenizer of an added model, which simulates an engine.

        Args:
            model: name of the model, or its folder.
            engine: name of the simulated engine; None: the one that this machine has.
            options: of that engine.

        Raises:
            UnknownName, ModelError: no such model or engine, or a model that is not added.
            InputError: an engine whose cache cannot be simulated.
        """
        name = choose_engine(engine).name
        if name not in SIMULATED:
            raise InputError("cache-unknown", name=name, simulated=tuple(SIMULATED))
        info = resolve(model, "language model")
        context, cache = SIMULATED[name](info.folder, options.max_model_len)
        return cls(info.name, ModelTokenizer.from_folder(info.folder), context, cache, name)

    def reset(self) -> None:
        """Start again with an empty cache and no prompts."""
        self._cache = self._new_cache()
        self.prompts: list[Tokens] = []

    def _next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[Logprobs]]:
        self.prompts += prompts
        return [
            Output(tuple(logprobs(prompt, (label,))[0] for label in label_ids), Usage(len(prompt), cached))
            for prompt, cached in zip(prompts, self._cache.next_logprobs(prompts), strict=True)
        ]

    def _loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        cached = self._cache.loglikelihood(prompts, continuations)
        self.prompts += [(*p, *c) for p, c in zip(prompts, continuations, strict=True)]
        return [
            Output(logprobs(prompt, continuation), Usage(len(prompt) + len(continuation), n))
            for prompt, continuation, n in zip(prompts, continuations, cached, strict=True)
        ]

    def _generate(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: OutputConstraint | None, adapter: str | None
    ) -> list[Output[str]]:
        self.prompts += prompts
        choices = (constraint.choice if constraint else None) or ("",)
        return [
            Output(
                max(choices, key=lambda c: logprobs(prompt, tuple(c.encode()) or (0,))),
                Usage(len(prompt), cached, sampling.max_tokens),
            )
            for prompt, cached in zip(prompts, self._cache.generate(prompts), strict=True)
        ]


def logprobs(prompt: Tokens, continuation: Tokens) -> tuple[float, ...]:
    """A pseudo-random log-probability for each token; over the vocabulary the probabilities sum to less than 1."""
    digest = hashlib.blake2b(array("q", prompt).tobytes(), digest_size=8)
    out = []
    for token in continuation:
        digest.update(token.to_bytes(8, "little"))
        share = (int.from_bytes(digest.digest(), "little") + 1) / 2**64
        out.append(math.log(share / VOCABULARY))
    return tuple(out)


def _transformers(folder: Path, max_model_len: int | None) -> tuple[int, Callable[[], Cache]]:
    longest = longest_sequence(folder) or USUAL_CONTEXT
    config = read_config(folder)
    cache = PackedRowCache if attends_to_all(config) else partial(PrefixCache, not keeps_state(config))
    return min(longest, max_model_len or longest), cache


def _vllm(folder: Path, max_model_len: int | None) -> tuple[int, Callable[[], Cache]]:
    longest = longest_sequence(folder) or USUAL_CONTEXT
    if nvidia_gpus():
        return (max_model_len or longest) - 1, partial(BlockCache, GPU_BLOCK)
    return (max_model_len or min(longest, CPU_CONTEXT)) - 1, partial(BlockCache, CPU_BLOCK)


# Context length and cache of each engine that can be simulated, from a model's folder and the option max_model_len.
SIMULATED: dict[str, Callable[[Path, int | None], tuple[int, Callable[[], Cache]]]] = {
    "transformers": _transformers,
    "vllm": _vllm,
}
