"""What an engine will take from its cache, foretold from token IDs alone: a class for each way of keeping a cache."""

import sys
from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from promptrec.engine.base import Tokens
from promptrec.engine.batching import shared_prefix_groups, sharing_chunks
from promptrec.engine.transformers.packing import new_tokens


class Cache(Protocol):
    """How many tokens of each prompt an engine will count as cached. It remembers what the engine would."""

    def labels(self, prompts: Sequence[Tokens]) -> list[int]:
        """Of one call of `Engine.next_logprobs`."""

    def likelihoods(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """Of one call of `Engine.loglikelihood`."""

    def replies(self, prompts: Sequence[Tokens]) -> list[int]:
        """Of one call of `Engine.generate`."""


class PackedRows:
    """The engine transformers: of the prompts of one call, each beginning is read once; nothing is kept.

    The last token of what is scored is never read: nothing comes behind it.
    """

    def labels(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.labels`."""
        return [len(prompt) - new for prompt, new in zip(prompts, new_tokens(prompts), strict=True)]

    def likelihoods(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """See `Cache.likelihoods`."""
        return [n + 1 for n in self.labels(_without_last(prompts, continuations))]

    def replies(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.replies`. Text is written without a cache of beginnings."""
        return [0] * len(prompts)


def _without_last(prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[Tokens]:
    return [(*p, *c[:-1]) for p, c in zip(prompts, continuations, strict=True)]


class Prefixes:
    """The engine transformers with a model whose rows cannot be packed: a group's common beginning is read once.

    Args:
        shares: False for a model that keeps a state: it reads each prompt alone.
    """

    def __init__(self, shares: bool = True) -> None:
        self._shares = shares

    def labels(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.labels`."""
        return self._shared(prompts, prompts)

    def likelihoods(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """See `Cache.likelihoods`."""
        return [n + 1 for n in self._shared(_without_last(prompts, continuations), prompts)]

    def replies(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.replies`. Text is written without a cache of beginnings."""
        return [0] * len(prompts)

    def _shared(self, sequences: Sequence[Tokens], prompts: Sequence[Tokens]) -> list[int]:
        """The prefix of each group, but for its first member, which reads it for all."""
        cached = [0] * len(sequences)
        if not self._shares:
            return cached
        for group in shared_prefix_groups(sequences, [len(p) - 1 for p in prompts]):
            for member in group.members[1:]:
                cached[member] = group.prefix
        return cached


class Blocks:
    """The engine vLLM: whole blocks of tokens are kept from call to call, here as if there were always room.

    At least the last token of a prompt is read again. The log-probabilities of a continuation are taken behind equal
    prompts of one call only, and what was kept for them is not used again: see `promptrec.engine.vllm`. What is read
    for several sequences at once, such as those prompts themselves, counts for none of them.

    Args:
        block: tokens in a block.
    """

    def __init__(self, block: int) -> None:
        self._block = block
        self._kept: set[int] = set()

    def labels(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.labels`."""
        return [self._found(prompt, self._kept) for prompt in prompts]

    def likelihoods(self, prompts: Sequence[Tokens], continuations: Sequence[Tokens]) -> list[int]:
        """See `Cache.likelihoods`."""
        repeated = [prompt for prompt, times in Counter(prompts).items() if times > 1]
        cached = [0] * len(prompts)
        if not repeated:
            return cached
        kept: set[int] = set()
        for prompt in repeated:
            self._found(prompt, kept)
        for chunk in sharing_chunks(dict(enumerate(prompts)), sys.maxsize):
            for i in chunk:
                cached[i] = self._found((*prompts[i], *continuations[i]), kept)
        return cached

    def replies(self, prompts: Sequence[Tokens]) -> list[int]:
        """See `Cache.replies`."""
        return self.labels(prompts)

    def _found(self, ids: Tokens, kept: set[int]) -> int:
        """How many tokens at the beginning are in whole blocks that were kept; all of its blocks are kept from now."""
        found, before, missed = 0, 0, False
        for end in range(self._block, len(ids) + 1, self._block):
            before = hash((before, ids[end - self._block : end]))
            missed = missed or before not in kept or end == len(ids)
            found = found if missed else end
            kept.add(before)
        return found
