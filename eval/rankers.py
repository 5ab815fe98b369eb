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
from promptrec.evaluate import metrics
from promptrec.evaluate.dataset import load_dataset
from promptrec.rank.table import RANKERS
from promptrec.testing.planted import planted

HERE = Path(__file__).parent
CELLS = HERE.parent / "runs" / "rankers"
SEED = 0
# Neither set has interactions to learn from.
TRAINED = ("item-knn", "implicit-mf")


@dataclass(frozen=True)
class Bench:
    name: str
    pack: str
    catalog: Catalog
    requests: tuple[RankRequest, ...]
    relevance: dict[str, dict[str, int]]


def benches(data: Path, users: int) -> Iterator[Bench]:
    generated = planted(users=users, candidates=8, right=2, seed=SEED)
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
    measured = [metrics.measure(r.tie_groups(), bench.relevance[r.query_id], ("ndcg@10", "auc")) for r in run]
    return {
        "ndcg": mean_and_interval([m["ndcg@10"] for m in measured]),
        "auc": mean_and_interval([m["auc"] for m in measured]),
        "auc_by_query": {r.query_id: m["auc"] for r, m in zip(run, measured, strict=True)},
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


def cell(bench: Bench, model: str | None, ranker: str, opened: dict[str, Engine] | None) -> dict | None:
    """What was measured of one ranker, now or earlier; None where it was not and nothing may be run (`opened` None)."""
    path = CELLS / f"{bench.name}--{len(bench.requests)}--{model or 'none'}--{ranker}.json"
    if path.exists():
        return json.loads(path.read_text())
    if opened is None:
        return None
    print(f"{bench.name} · {model or 'no model'} · {ranker}", flush=True)
    if model and model not in opened:
        opened[model] = open_engine(model)[0]
    found = measure(bench, ranker, opened[model] if model else None)
    CELLS.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found))
    return found


def row(name: str, model: str, found: dict) -> str:
    (gain, gain_half), (area, area_half) = found["ndcg"], found["auc"]
    bad = sum(n for status, n in found["statuses"].items() if status != "ok")
    written = f" + {found['decoded_tokens']:,} written" if found["decoded_tokens"] else ""
    return (
        f"| {name} | {model} | {gain:.3f} ± {gain_half:.3f} | {area:.3f} ± {area_half:.3f} "
        f"| {found['prompt_tokens']:,} ({found['cached_tokens']:,} cached){written} | {found['seconds']:,.0f} | {bad} |"
    )


def difference(a: dict, b: dict) -> str:
    """Mean of the paired differences in AUC, with its interval."""
    kept = [a["auc_by_query"][q] - b["auc_by_query"][q] for q in a["auc_by_query"]]
    mean, half = mean_and_interval(kept)
    return f"{mean:+.3f} ± {half:.3f} (n = {len([k for k in kept if not math.isnan(k)])})"


HEAD = (
    "| ranker | model | NDCG@10 | within-user AUC | prompt tokens | seconds | not ok |\n|---|---|---|---|---|---|---|"
)
ABOUT = {
    "planted": "generated tastes: nobody can have memorised them, 8 candidates of which 2 are right, English",
    "cpcd_music": "first turns of real requests for a playlist, 50 candidates each; titles, artists and releases only",
}


def section(bench: Bench, models: list[str], opened: dict[str, Engine] | None) -> str:
    asked = [(name, "") for name in RANKERS if not RANKERS[name].template_kind and name not in TRAINED]
    asked += [(name, model) for model in models for name in RANKERS if RANKERS[name].template_kind]
    cells = {key: cell(bench, key[1] or None, key[0], opened) for key in asked}
    found = {key: measured for key, measured in cells.items() if measured is not None}
    missing = [" on ".join(filter(None, key)) for key in asked if key not in found]
    ordered = sorted(found, key=lambda key: -found[key]["auc"][0])
    best = ordered[0]
    lines = [
        f"## {bench.name}: {ABOUT[bench.name]}",
        "",
        f"{len(bench.requests)} people. Best by AUC: {' on '.join(filter(None, best))}.",
    ]
    lines += ["", HEAD, *(row(name, model, found[name, model]) for name, model in ordered), ""]
    for model in models:
        both = [found.get((name, model)) for name in ("query-likelihood", "yes-no")]
        if all(both):
            lines.append(f"query-likelihood − yes-no on {model}, paired AUC: {difference(*both)}.")
    lines += [f"Not run yet: {', '.join(missing)}."] if missing else []
    first = next(iter(found.values()))
    lines += ["", f"Seed {SEED}; {first['machine']}; {first['date']}.", ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("PROMPTREC_DATA"), help="folder of dataset folders")
    parser.add_argument("--model", action="append", help="default: every packaged model that is added")
    parser.add_argument("--users", type=int, default=300, help="people of the planted set")
    parser.add_argument("--kept", action="store_true", help="run nothing: write the table of what was run before")
    asked = parser.parse_args()
    if asked.data is None:
        parser.error("give --data FOLDER or set PROMPTREC_DATA: the folder that holds cpcd_music")
    models = asked.model or [info.name for info in list_models() if info.path and info.kind == "language model"]
    opened: dict[str, Engine] | None = None if asked.kept else {}
    sections = [section(bench, models, opened) for bench in benches(Path(asked.data), asked.users)]
    text = (HERE / "RESULTS.head.md").read_text(encoding="utf-8") + "\n" + "\n".join(sections)
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
