"""Simulated prefix caches: how many tokens of each prompt an engine will take from its cache, from token IDs alone."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from promptrec.engine.base import Tokens
from promptrec.engine.batching import shared_prefix_groups, sharing_chunks
from promptrec.engine.transformers.packing import new_tokens


class Cache(Protocol):
    """Number of cached tokens of each prompt of a call, in the order of the calls."""

    def next_logprobs(self, prompts: Sequence[Tokens]) -> list[int]:
        """Cached tokens of a call of `Engine.next_logprobs`."""

    def loglikelihood(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """Cached tokens of a call of `Engine.loglikelihood`."""

    def generate(self, prompts: Sequence[Tokens]) -> list[int]:
        """Cached tokens of a call of `Engine.generate`."""


class PackedRowCache:
    """The engine transformers: each distinct prefix of the prompts of one call is read once, and dropped after it.

    The last token of a continuation is never read, since nothing follows it.
    """

    def next_logprobs(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.next_logprobs`."""
        return [len(prompt) - new for prompt, new in zip(prompts, new_tokens(prompts), strict=True)]

    def loglikelihood(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """See `Cache.loglikelihood`."""
        return [n + 1 for n in self.next_logprobs(_without_last(prompts, continuations))]

    def generate(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.generate`. The engine shares no prefixes when it generates."""
        return [0] * len(prompts)


def _without_last(prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[Tokens]:
    return [(*p, *c[:-1]) for p, c in zip(prompts, continuations, strict=True)]


class PrefixCache:
    """The engine transformers with a model whose rows cannot be packed: the prefix of a group is read once.

    Args:
        shares: False for a model with recurrent state, which reads each prompt alone.
    """

    def __init__(self, shares: bool = True) -> None:
        self._shares = shares

    def next_logprobs(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.next_logprobs`."""
        return self._shared(prompts, prompts)

    def loglikelihood(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """See `Cache.loglikelihood`."""
        return [n + 1 for n in self._shared(_without_last(prompts, continuations), prompts)]

    def generate(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.generate`. The engine shares no prefixes when it generates."""
        return [0] * len(prompts)

    def _shared(self, sequences: Sequence[Tokens], prompts: Sequence[Tokens]) -> list[int]:
        """The length of the prefix of each group, except for its first member, which reads it."""
        cached = [0] * len(sequences)
        if not self._shares:
            return cached
        for group in shared_prefix_groups(sequences, [len(p) - 1 for p in prompts]):
            for member in group.members[1:]:
                cached[member] = group.prefix
        return cached


class BlockCache:
    """The engine vLLM: full blocks of tokens are cached from call to call, here with unlimited memory.

    At least the last token of a prompt is read again. `loglikelihood` uses the cache for equal prompts of one call
    only, with entries of its own: see `VllmEngine`. What is read for several sequences at once, such as those prompts,
    counts for none of them.

    Args:
        block: tokens in a block.
    """

    def __init__(self, block: int) -> None:
        self._block = block
        self._blocks: set[int] = set()

    def next_logprobs(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.next_logprobs`."""
        return [self._cached(prompt, self._blocks) for prompt in prompts]

    def loglikelihood(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """See `Cache.loglikelihood`."""
        repeated = [prompt for prompt, times in Counter(prompts).items() if times > 1]
        cached = [0] * len(prompts)
        if not repeated:
            return cached
        blocks: set[int] = set()
        for prompt in repeated:
            self._cached(prompt, blocks)
        for chunk in sharing_chunks(dict(enumerate(prompts)), sys.maxsize):
            for i in chunk:
                cached[i] = self._cached((*prompts[i], *continuations[i]), blocks)
        return cached

    def generate(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.generate`."""
        return self.next_logprobs(prompts)

    def _cached(self, ids: Tokens, blocks: set[int]) -> int:
        """Number of tokens in leading full blocks that are in the cache, to which all blocks of `ids` are added."""
        cached, key, missed = 0, 0, False
        for end in range(self._block, len(ids) + 1, self._block):
            key = hash((key, ids[end - self._block : end]))
            missed = missed or key not in blocks or end == len(ids)
            cached = cached if missed else end
            blocks.add(key)
        return cached
