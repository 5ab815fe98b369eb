"""Recover prompt log-probabilities that vLLM omits at prefix-cached positions.

vLLM gives none for a position that it takes from its cache, nor for the token right after. It caches whole blocks, so
where continuations of one prompt are equal up to the end of a block, only the first of them is scored there. The
others have the same values as the first as long as they are equal; the token after that is requested alone.
"""

from collections.abc import Callable, Sequence

from promptrec.engine.base import Logprobs, Tokens

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
