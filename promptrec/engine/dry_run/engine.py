"""`DryRunEngine`: counts what another engine would read, with a model's own tokenizer and without its weights."""

import hashlib
import math
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Self

from promptrec.engine.base import BaseEngine, Constraint, Logprobs, Output, Sampling, Tokens, Usage
from promptrec.engine.dry_run.cache_simulation import Blocks, Cache, PackedRows, Prefixes
from promptrec.engine.gpu import nvidia_gpus
from promptrec.engine.models.architecture import keeps_state, longest_sequence, read_config
from promptrec.engine.models.registry import resolve
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.registry import choose_engine
from promptrec.engine.tokenizer import Tokenizer
from promptrec.engine.transformers.packing import sees_everything
from promptrec.engine.vllm.engine import CPU_BLOCK, CPU_CONTEXT
from promptrec.errors import InputError
from promptrec.prompt import Tokenizer as AnyTokenizer

# More tokens than any model knows.
VOCABULARY = 2**20
# What the engines take for a model that does not say how long its prompts may be.
USUAL_CONTEXT = 2048
GPU_BLOCK = 16


class DryRunEngine(BaseEngine):
    """See `promptrec.engine.base.Engine`. Its usage is that of the engine it stands for; its values mean nothing.

    They are pseudo-random log-probabilities, the same for the same token IDs and in both verbs that give them, so that
    a ranker which asks on from what it was told asks about as much as it would of a model. `generate` writes nothing
    (or one of the choices it is given), and counts as written the most that it might write.

    `prompts` holds the token IDs of all it was asked to read since it last forgot, continuation included.

    Args:
        model_id: of the model whose tokenizer it is.
        tokenizer: of that model.
        context_length: longest prompt with its answer, in tokens.
        cache: builds the cache of the engine it stands for, empty.
        name: of that engine.
    """

    def __init__(
        self,
        model_id: str,
        tokenizer: AnyTokenizer,
        context_length: int,
        cache: Callable[[], Cache] = PackedRows,
        name: str = "transformers",
    ) -> None:
        self.name = name
        self.model_id = model_id
        self.tokenizer = tokenizer
        self.context_length = context_length
        self.vocabulary_size = VOCABULARY
        self._new_cache = cache
        self.forget()

    @classmethod
    def of(cls, model: str | Path, engine: str | None = None, options: EngineOptions = DEFAULTS) -> Self:
        """With the tokenizer of an added model, in the place of the engine asked for or of the one this machine has.

        Raises:
            UnknownName, ModelError: no such model or engine, or a model that is not added.
            InputError: an engine whose cache is not known from here.
        """
        name = choose_engine(engine).name
        if name not in SIMULATED:
            raise InputError(f"what the engine {name} keeps is not known here: count for {' or '.join(SIMULATED)}")
        info = resolve(model, "language model")
        context, cache = SIMULATED[name](info.folder, options.max_model_len)
        return cls(info.name, Tokenizer.from_folder(info.folder), context, cache, name)

    def forget(self) -> None:
        """Start again with an empty cache and no prompts."""
        self._cache = self._new_cache()
        self.prompts: list[Tokens] = []

    def _next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[Logprobs]]:
        self.prompts += prompts
        return [
            Output(tuple(logprobs(prompt, (label,))[0] for label in label_ids), Usage(len(prompt), cached))
            for prompt, cached in zip(prompts, self._cache.labels(prompts), strict=True)
        ]

    def _loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        cached = self._cache.likelihoods(prompts, continuations)
        self.prompts += [(*p, *c) for p, c in zip(prompts, continuations, strict=True)]
        return [
            Output(logprobs(prompt, continuation), Usage(len(prompt) + len(continuation), n))
            for prompt, continuation, n in zip(prompts, continuations, cached, strict=True)
        ]

    def _generate(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: Constraint | None, adapter: str | None
    ) -> list[Output[str]]:
        self.prompts += prompts
        choices = (constraint.choice if constraint else None) or ("",)
        return [
            Output(
                max(choices, key=lambda c: logprobs(prompt, tuple(c.encode()) or (0,))),
                Usage(len(prompt), cached, sampling.max_tokens),
            )
            for prompt, cached in zip(prompts, self._cache.replies(prompts), strict=True)
        ]


def logprobs(prompt: Tokens, continuation: Tokens) -> tuple[float, ...]:
    """A pseudo-random log-probability for each token; over a whole vocabulary the probabilities sum to less than 1."""
    read = hashlib.blake2b(array("q", prompt).tobytes(), digest_size=8)
    out = []
    for token in continuation:
        read.update(token.to_bytes(8, "little"))
        share = (int.from_bytes(read.digest(), "little") + 1) / 2**64
        out.append(math.log(share / VOCABULARY))
    return tuple(out)


def _transformers(folder: Path, asked: int | None) -> tuple[int, Callable[[], Cache]]:
    longest = longest_sequence(folder) or USUAL_CONTEXT
    config = read_config(folder)
    cache = PackedRows if sees_everything(config) else partial(Prefixes, not keeps_state(config))
    return min(longest, asked or longest), cache


def _vllm(folder: Path, asked: int | None) -> tuple[int, Callable[[], Cache]]:
    longest = longest_sequence(folder) or USUAL_CONTEXT
    if nvidia_gpus():
        return (asked or longest) - 1, partial(Blocks, GPU_BLOCK)
    return (asked or min(longest, CPU_CONTEXT)) - 1, partial(Blocks, CPU_BLOCK)


# The room for a prompt and the cache of each engine that can be counted for, from its model's folder and its user.
SIMULATED: dict[str, Callable[[Path, int | None], tuple[int, Callable[[], Cache]]]] = {
    "transformers": _transformers,
    "vllm": _vllm,
}
