"""Log-probabilities that a prefix cache swallowed, taken from the sequences that were read where it did not.

vLLM gives none for a position it takes from its cache, nor for the token right behind. It takes whole blocks, so where
continuations of one prompt are alike to the end of a block, only the first of them is scored there. What the others
lack is what the first one has, as long as they are alike; the token behind that is asked for alone.
"""

from collections.abc import Callable, Sequence

from promptrec.engine.base import Tokens

Next = tuple[Tokens, int]
"""All that comes before a token, and the token."""


def filled(
    prompts: Sequence[Tokens],
    continuations: Sequence[Tokens],
    read: Sequence[Sequence[float | None]],
    ask: Callable[[list[Next]], list[float]],
) -> list[tuple[float, ...]]:
    """The log-probability (nats) of each token of each continuation.

    Args:
        prompts: what comes before each continuation.
        continuations: the tokens that are scored.
        read: the log-probability of each token of each continuation; None where the cache swallowed it.
        ask: gives the log-probabilities of tokens that no sequence has read. Each is asked for once, all in one call.
    """
    lacking = {prompt for prompt, row in zip(prompts, read, strict=True) if None in row}
    paths = _paths(prompts, continuations, lacking)
    known: dict[int, float] = {}
    for path, row in zip(paths, read, strict=True):
        known |= {place: value for place, value in zip(path, row, strict=False) if value is not None}
    unread: dict[int, Next] = {}
    for prompt, continuation, path in zip(prompts, continuations, paths, strict=True):
        for n, place in enumerate(path):
            if place not in known and place not in unread:
                unread[place] = ((*prompt, *continuation[:n]), continuation[n])
    if unread:
        known |= zip(unread, ask(list(unread.values())), strict=True)
    return [
        tuple(value if value is not None else known[path[n]] for n, value in enumerate(row))
        for path, row in zip(paths, read, strict=True)
    ]


def _paths(prompts: Sequence[Tokens], continuations: Sequence[Tokens], lacking: set[Tokens]) -> list[list[int]]:
    """A number for each token of the continuations of some prompts, the same where all up to it is the same.

    The paths through a tree that has a root for each of these prompts; other prompts' continuations have none.
    """
    roots = {prompt: -n for n, prompt in enumerate(lacking, start=1)}
    steps: dict[tuple[int, int], int] = {}
    paths = []
    for prompt, continuation in zip(prompts, continuations, strict=True):
        path: list[int] = []
        if prompt in roots:
            place = roots[prompt]
            for token in continuation:
                place = steps.setdefault((place, token), len(steps))
                path.append(place)
        paths.append(path)
    return paths
