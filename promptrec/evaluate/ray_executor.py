"""Ranking on Ray: actors that each hold an engine, on this machine or on a cluster that is there already."""

from collections.abc import Iterator, Sequence
from typing import Any

import ray

from promptrec.evaluate.execute import Asked, Open, rank_batch
from promptrec.rank.ranking import Ranking


class RayExecutor:
    """See `promptrec.evaluate.execute.Executor`. Each worker is an actor with a GPU of its own where there are GPUs.

    A Ray that runs already (RAY_ADDRESS, or one this process has joined) is used; else one is started here.

    Args:
        workers: how many actors.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def __call__(self, open_recommender: Open, batches: Sequence[Sequence[Asked]]) -> Iterator[list[Ranking]]:
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
            yield [Ranking.model_validate_json(line) for line in row["rankings"]]


class _Worker:
    """Holds a recommender; Ray makes one for each actor."""

    def __init__(self, open_recommender: Open) -> None:
        self._recommender = open_recommender()

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        """Rank the batches of some rows."""
        batches = rows["batch"]
        return {"rankings": [[r.model_dump_json() for r in rank_batch(self._recommender, b)] for b in batches]}
