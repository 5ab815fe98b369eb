"""Several servers of one model, read as one engine: each gets an equal part of every batch."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

from promptrec.engine.base import Constraint, Engine, Reading, Sampling, Tokens
from promptrec.engine.models import ModelInfo
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.server import ServerEngine
from promptrec.errors import EngineError

T = TypeVar("T")


def open_servers(info: ModelInfo, options: EngineOptions = DEFAULTS) -> Engine:
    """The engine of the server at `base_url` (or $PROMPTREC_SERVER), or of all where it names several with commas."""
    told = options.base_url or os.environ.get("PROMPTREC_SERVER") or ""
    addresses = [address.strip() for address in told.split(",") if address.strip()]
    if len(addresses) < 2:
        return ServerEngine(info, options)
    return Replicas([ServerEngine(info, options.model_copy(update={"base_url": address})) for address in addresses])


class Replicas:
    """See `promptrec.engine.base.Engine`. Neighbours in a batch go to the same replica, which knows their beginning.

    Args:
        engines: at least one, all of the same model.

    Raises:
        EngineError: they read different models. While reading: one of them is gone, so no reading is complete.
    """

    def __init__(self, engines: Sequence[Engine]) -> None:
        served = sorted({engine.model_id for engine in engines})
        if len(served) > 1:
            raise EngineError(f"the servers serve different models: {', '.join(served)}; give replicas of one")
        self._engines = tuple(engines)
        self.name = engines[0].name
        self.model_id = engines[0].model_id
        self.tokenizer = engines[0].tokenizer
        self.context_length = min(engine.context_length for engine in engines)

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.next_logprobs`."""
        return self._dealt(len(prompts), lambda e, part: e.next_logprobs(prompts[part], label_ids, adapter=adapter))

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.loglikelihood`."""
        pairs = list(zip(prompts, continuations, strict=True))

        def read(engine: Engine, part: slice) -> list[Reading[tuple[float, ...]]]:
            return engine.loglikelihood([p for p, _ in pairs[part]], [c for _, c in pairs[part]], adapter=adapter)

        return self._dealt(len(pairs), read)

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Reading[str]]:
        """See `Engine.generate`."""
        return self._dealt(
            len(prompts), lambda e, part: e.generate(prompts[part], sampling, constraint, adapter=adapter)
        )

    def close(self) -> None:
        """Close all of them."""
        for engine in self._engines:
            engine.close()

    def _dealt(self, n: int, read: Callable[[Engine, slice], list[Reading[T]]]) -> list[Reading[T]]:
        """What each engine reads of its part, put together in order."""
        cuts = [round(n * place / len(self._engines)) for place in range(len(self._engines) + 1)]
        parts = [slice(start, end) for start, end in pairwise(cuts)]
        with ThreadPoolExecutor(len(self._engines)) as pool:
            return [reading for part in pool.map(read, self._engines, parts) for reading in part]
