"""Every way of ranking on `cpcd_music` and on planted tastes: `python -m eval.rankers --data FOLDER`.

Writes eval/RESULTS.md. Each cell (data, model, ranker) is kept in runs/rankers/ with what it was computed from, so a
run that was stopped goes on where it was; delete the folder to start afresh.
"""

import argparse
import datetime
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from promptrec import Catalog, RankRequest, Recommender
from promptrec.engine.base import Engine
from promptrec.engine.load import open_engine
from promptrec.engine.models import list_models
from promptrec.engine.options import EngineOptions
from promptrec.evaluate.dataset import load_dataset
from promptrec.evaluate.metrics import auc, ndcg
from promptrec.rank.table import RANKERS
from promptrec.testing.planted import planted

HERE = Path(__file__).parent
CELLS = HERE.parent / "runs" / "rankers"
SEED = 0


@dataclass(frozen=True)
class Bench:
    name: str
    pack: str
    catalog: Catalog
    requests: tuple[RankRequest, ...]
    relevance: dict[str, dict[str, int]]


def benches(data: Path, users: int) -> Iterator[Bench]:
    generated = planted(users=users, seed=SEED)
    relevance = {query: dict.fromkeys(right, 1) for query, right in generated.relevant.items()}
    yield Bench("planted", "films/en", generated.catalog, generated.requests, relevance)
    music = load_dataset(data / "cpcd_music")
    yield Bench("cpcd_music", "music/en", music.catalog, music.requests, music.relevance)


def mean_and_interval(values: list[float]) -> tuple[float, float]:
    """Mean and half the width of a normal 95 % interval."""
    kept = [v for v in values if not math.isnan(v)]
    return statistics.mean(kept), 1.96 * statistics.stdev(kept) / math.sqrt(len(kept))


def measure(bench: Bench, ranker: str, engine: Engine | None) -> dict[str, object]:
    started = time.perf_counter()
    recommender = Recommender.load(bench.pack, catalog=bench.catalog, engine=engine, ranker=ranker, seed=SEED)
    run = recommender.run(bench.requests, progress=lambda done: print(f"  {done}/{len(bench.requests)}", flush=True))
    seconds = time.perf_counter() - started
    pairs = [(ranking.item_ids, bench.relevance[ranking.query_id]) for ranking in run]
    return {
        "ndcg": mean_and_interval([ndcg(order, right, 10) for order, right in pairs]),
        "auc": mean_and_interval([auc(order, right) for order, right in pairs]),
        "prompt_tokens": sum(r.ledger.prompt_tokens for r in run),
        "cached_tokens": sum(r.ledger.cached_tokens for r in run),
        "decoded_tokens": sum(r.ledger.decoded_tokens for r in run),
        "seconds": seconds,
        "queries": len(run),
        "statuses": run.statuses,
        "template": run[0].template and run[0].template.model_dump(),
        "engine": run[0].engine,
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} x {platform.machine()}, no GPU",
    }


def cell(bench: Bench, model: str | None, ranker: str, opened: dict[str, Engine]) -> dict[str, object]:
    path = CELLS / f"{bench.name}--{len(bench.requests)}--{model or 'none'}--{ranker}.json"
    if path.exists():
        return json.loads(path.read_text())
    print(f"{bench.name} · {model or 'no model'} · {ranker}", flush=True)
    if model and model not in opened:
        opened[model] = open_engine(model)[0]
    found = measure(bench, ranker, opened[model] if model else None)
    CELLS.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found))
    return found
