"""Ranking on Ray: actors that each hold an engine, on this machine or on a cluster that is there already."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import ray

from promptrec import errors
from promptrec.errors import PromptrecError
from promptrec.evaluate.runs.execution import OpenRecommender, RankInput, rank_batch
from promptrec.rank.ranking import Ranking
from promptrec.recommender import Recommender


class RayExecutor:
    """Executor on Ray actors, each with an engine and, where there are any, a GPU of its own.

    Connects to a running Ray (RAY_ADDRESS, or the one this process has joined), else starts one.

    Args:
        workers: how many actors.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def __call__(
        self, open_recommender: OpenRecommender, batches: Sequence[Sequence[RankInput]]
    ) -> Iterator[list[Ranking]]:
        """See `Executor`."""
        if not ray.is_initialized():
            ray.init(include_dashboard=False, log_to_driver=False, configure_logging=False)
        gpus = 1 if ray.cluster_resources().get("GPU") else 0
        context = ray.data.DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        rows = ray.data.from_items([{"batch": list(batch)} for batch in batches], override_num_blocks=len(batches))
        ranked = rows.map_batches(
            _Worker,
            fn_constructor_args=(open_recommender,),
            batch_size=1,
            num_gpus=gpus,
            num_cpus=0 if gpus else 1,
            compute=ray.data.ActorPoolStrategy(size=min(self._workers, len(batches))),
        )
        for row in ranked.iter_rows():
            if row["error"]:
                raise _rebuild_error(row["error"], row["reason"])
            yield [Ranking.model_validate_json(line) for line in row["rankings"]]


def _rebuild_error(name: str, reason: str) -> PromptrecError:
    """An error of ours that a worker met. They come as text: Ray does not bring every exception across whole."""
    kind = getattr(errors, name, errors.EngineError)
    error: PromptrecError = kind.__new__(kind)
    PromptrecError.__init__(error, reason)
    return error


class _Worker:
    def __init__(self, open_recommender: OpenRecommender) -> None:
        self._open = open_recommender

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        """Rank one batch."""
        (batch,) = rows["batch"]
        try:
            ranked = rank_batch(self._recommender, batch)
        except PromptrecError as error:
            return {"rankings": [[""]], "error": [type(error).__name__], "reason": [str(error)]}
        return {"rankings": [[ranking.model_dump_json() for ranking in ranked]], "error": [""], "reason": [""]}

    @cached_property
    def _recommender(self) -> Recommender:
        return self._open()
