"""promptrec against installed peers: `python -m eval.bench.peers [--users 20] [--candidates 20]`.

Each peer gets an environment of its own in --work and ranks the same people and candidates (planted films) with the
same model in float32 on the same threads. Only the ranking is timed, after one warm-up request. Every line is measured
against query-likelihood: its NDCG@10 over the same people, and how many times as fast it is. query-likelihood runs
again at the end, so that the last line says how far the machine's speed has drifted. A peer that cannot be installed or
does not run has a line with the reason. The lines are appended to eval/bench/peers.jsonl.

Run it under `taskset -c 0` to hold everything to one core. Where pip would bring torch's CUDA build and there is no
GPU, `--pip-args "--extra-index-url …"` names the index of CPU builds.
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
import shlex
from dataclasses import replace
from pathlib import Path

from eval.bench.peers.environments import Failed, python_of, run_script
from eval.bench.peers.older import for_transformers_4
from eval.bench.peers.result import line
from eval.bench.peers.server import vllm_server
from eval.bench.peers.systems import PEERS, PROMPTREC, System
from promptrec.engine.models.registry import resolve
from promptrec.testing.planted_dataset import PlantedDataset, make_planted_dataset

KEPT = Path(__file__).parents[1] / "peers.jsonl"
LOADING_SECONDS = 900
WARM_UP_CANDIDATES = 5


class Bench:
    """The people, the model and the folder of one run."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.work = asked, asked.work.expanduser().resolve()
        self.model = resolve(asked.model, "language model").folder
        # One person more than asked for, who is the warm-up.
        self.plant = make_planted_dataset(users=asked.users + 1, candidates=asked.candidates, seed=asked.seed)
        self.shown = {r.query.query_id: [item.item_id for item in r.candidates] for r in self.plant.requests}
        self.best: dict | None = None
        (self.work / "run").mkdir(parents=True, exist_ok=True)
        self.requests = self.work / "run" / "requests.json"
        self.requests.write_text(json.dumps(written(self.plant)), encoding="utf-8")

    def measured(self, system: System, method: str, python: Path, server: str | None) -> dict:
        """The line of one method, or why there is none."""
        named = f"{system.name}-{method}".replace(" ", "-")
        out = self.work / "run" / f"{named}.json"
        out.unlink(missing_ok=True)
        older = system.transformers == 4
        model = for_transformers_4(self.model, self.work / "run" / "model-4") if older else self.model
        options = ["--requests", str(self.requests), "--model", str(model), "--method", method, "--out", str(out)]
        options += ["--seconds", str(self.asked.seconds), *(["--server", server] if server else [])]
        limit = LOADING_SECONDS + 2 * self.asked.seconds
        try:
            run_script(python, system, options, out.with_suffix(".log"), self.asked.threads, limit)
            found = json.loads(out.read_text(encoding="utf-8"))
            got = line(found, self.shown, self.plant.relevant, self.best)
            self.best = self.best or found
        except Failed as why:
            return {"reason": str(why)}
        return got

    def lines(self, system: System):
        """A line for each method of a system, one after another."""
        yield from ((method, {"reason": why}) for method, why in system.left_out.items())
        try:
            python = python_of(system, self.work, shlex.split(self.asked.pip_args))
        except Failed as why:
            yield from ((method, {"reason": f"not installed: {why}"}) for method in system.methods)
            return
        for served in (False, True):
            methods = [method for method in system.methods if (method in system.on_server) == served]
            if not methods:
                continue
            try:
                with self.server(served) as address:
                    for method in methods:
                        yield method, self.measured(system, method, python, address)
            except Failed as why:
                yield from ((method, {"reason": str(why)}) for method in methods)

    def server(self, wanted: bool):
        """A server where one is wanted."""
        log = self.work / "run" / "server.log"
        return vllm_server(self.model, log, self.asked.threads) if wanted else contextlib.nullcontext()


def written(plant: PlantedDataset) -> list[dict]:
    """The requests as the scripts read them, the last with few candidates: it only warms up, which takes no more."""
    requests = [
        {
            "query_id": request.query.query_id,
            "query": request.query.preferences,
            "candidates": [
                {
                    "id": item.item_id,
                    "text": f"{item.title}. {item.fields['description']}",
                    "title": item.title,
                    "description": item.fields["description"],
                }
                for item in request.candidates
            ],
        }
        for request in plant.requests
    ]
    requests[-1]["candidates"] = requests[-1]["candidates"][:WARM_UP_CANDIDATES]
    return requests


def told(got: dict) -> str:
    """A line as it is printed."""
    if "reason" in got:
        return got["reason"]
    return (
        f"NDCG@10 {got['ndcg@10']:.3f} (query-likelihood {got['same_people_ndcg@10']:.3f}), "
        f"{got['users_per_second']:.3f} users/s, query-likelihood {got['promptrec_times_as_fast']:.2f} times as fast, "
        f"{got['as_shown']:.0%} as shown, {got['users']} users"
    )


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--candidates", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default="smollm2-135m", help="a name or a folder")
    parser.add_argument("--peer", action="append", help=f"default: all of {', '.join(p.name for p in PEERS)}")
    parser.add_argument("--work", type=Path, default=Path("~/.cache/promptrec-peers"), help="folder of environments")
    parser.add_argument("--pip-args", default="", help="added to every pip install")
    parser.add_argument("--seconds", type=float, default=600, help="a method starts on nobody else after this long")
    parser.add_argument("--threads", type=int, default=int(os.environ.get("OMP_NUM_THREADS") or cores))
    asked = parser.parse_args()
    unknown = set(asked.peer or ()) - {peer.name for peer in PEERS}
    if unknown:
        parser.error(f"unknown peer {', '.join(sorted(unknown))}; known: {', '.join(p.name for p in PEERS)}")
    return asked


def main() -> None:
    asked = arguments()
    bench = Bench(asked)
    about = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} x {platform.machine()}",
        "threads": asked.threads,
        "python": platform.python_version(),
        "model": asked.model,
        "candidates": asked.candidates,
        "seed": asked.seed,
    }
    peers = (peer for peer in PEERS if asked.peer is None or peer.name in asked.peer)
    again = replace(PROMPTREC, methods=PROMPTREC.methods[:1])
    for system in (PROMPTREC, *peers, again):
        for method, got in bench.lines(system):
            print(f"{system.name:28} {method:17} {told(got)}", flush=True)
            with KEPT.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps({"system": system.name, "method": method} | got | about) + "\n")
            if bench.best is None:
                raise SystemExit("promptrec itself did not run, so there is nothing to measure the peers against")


if __name__ == "__main__":
    main()
