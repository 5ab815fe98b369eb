"""`DryRunEngine`: counts what another engine would read, with a model's own tokenizer and without its weights."""

import hashlib
import math
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from promptrec.engine.base import Constraint, Output, Sampling, Tokens, Usage
from promptrec.engine.dry_run.cache_simulation import Blocks, Cache, PackedRows, Prefixes
from promptrec.engine.gpu import nvidia_gpus
from promptrec.engine.models.architecture import keeps_state
from promptrec.engine.models.registry import resolve
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.registry import choose_engine
from promptrec.engine.tokenizer import Tokenizer
from promptrec.engine.transformers.packing import sees_everything
from promptrec.engine.validation import longest_sequence, prompt_error, read_config
from promptrec.engine.vllm.engine import CPU_BLOCK, CPU_CONTEXT
from promptrec.errors import InputError
from promptrec.prompt import Tokenizer as AnyTokenizer

T = TypeVar("T")
# More tokens than any model knows.
VOCABULARY = 2**20
# What the engines take for a model that does not say how long its prompts may be.
USUAL_CONTEXT = 2048
GPU_BLOCK = 16


class DryRunEngine:
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

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.next_logprobs`."""
        return self._read(
            prompts,
            self.context_length,
            lambda good: self._cache.labels([prompts[i] for i in good]),
            lambda i: tuple(logprobs(prompts[i], (label,))[0] for label in label_ids),
        )

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.loglikelihood`."""
        pairs = list(zip(prompts, continuations, strict=True))
        return self._read(
            [(*p, *c) if p and c else () for p, c in pairs],
            self.context_length,
            lambda good: self._cache.likelihoods([prompts[i] for i in good], [continuations[i] for i in good]),
            lambda i: logprobs(*pairs[i]),
        )

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Output[str]]:
        """See `Engine.generate`."""
        choices = (constraint.choice if constraint else None) or ("",)
        return self._read(
            prompts,
            self.context_length - sampling.max_tokens,
            lambda good: self._cache.replies([prompts[i] for i in good]),
            lambda i: max(choices, key=lambda c: logprobs(prompts[i], tuple(c.encode()) or (0,))),
            sampling.max_tokens,
        )

    def forget(self) -> None:
        """Begin again with an empty cache, and with no prompts."""
        self._cache = self._new_cache()
        self.prompts: list[Tokens] = []

    def close(self) -> None:
        """Nothing to free."""

    def _read(
        self,
        sequences: Sequence[Tokens],
        room: int,
        cached: Callable[[list[int]], list[int]],
        value: Callable[[int], T],
        written: int = 0,
    ) -> list[Output[T]]:
        """Readings of the sequences that can be read, given by their places; the others say why they cannot."""
        errors = [prompt_error(sequence, room, VOCABULARY) for sequence in sequences]
        self.prompts += sequences
        good = [i for i, error in enumerate(errors) if error is None]
        usage = {i: Usage(len(sequences[i]), n, written) for i, n in zip(good, cached(good), strict=True)}
        return [
            Output(value(i), usage[i]) if error is None else Output(None, error=error) for i, error in enumerate(errors)
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
