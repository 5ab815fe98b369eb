"""What promptrec adds to vLLM, and what it saves: `python -m eval.bench.bare [--users 200] [--candidates 20]`.

With `--naive` vLLM also reads them without its cache, which is what sharing saves; `--wishes 8` makes people say more.

Each ranker ranks generated people with a real model. Then bare `vllm.LLM.generate` reads the identical token ids in one
call, in the same process. "against bare" is wall-clock time over that of the bare call: below 1 where promptrec shares
what vLLM by itself reads again. "read" is the share of prompt tokens that were computed rather than taken from the
cache; "times as fast as naive" is the time without the cache over promptrec's. The lines are appended to
eval/bench/bare.jsonl with machine, versions and seed.
"""

import argparse
import datetime
import json
import os
import platform
import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from promptrec.engine.registry import open_engine
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.template.loader import load_template
from promptrec.testing.planted_dataset import make_planted_dataset

KEPT = Path(__file__).parent / "bare.jsonl"
RANKERS = ("yes-no", "item-pmi", "query-likelihood", "listwise-labels", "listwise-text")


class Recorded:
    """An engine that passes everything on, and remembers what it was asked."""

    def __init__(self, engine) -> None:
        self._engine = engine
        self.asked = []
        self.name, self.model_id, self.context_length = engine.name, engine.model_id, engine.context_length
        self.tokenizer = engine.tokenizer

    def next_logprobs(self, prompts, label_ids, *, adapter=None):
        self.asked.append(("next_logprobs", prompts, label_ids))
        return self._engine.next_logprobs(prompts, label_ids, adapter=adapter)

    def loglikelihood(self, prompts, continuations, *, adapter=None):
        self.asked.append(("loglikelihood", [(*p, *c) for p, c in zip(prompts, continuations, strict=True)], None))
        return self._engine.loglikelihood(prompts, continuations, adapter=adapter)

    def generate(self, prompts, sampling, constraint=None, *, adapter=None):
        self.asked.append(("generate", prompts, (sampling, constraint)))
        return self._engine.generate(prompts, sampling, constraint, adapter=adapter)


def bare(engine, asked, cached: bool = True) -> float:
    """Seconds that vLLM alone takes for the same token ids, with its cache or without."""
    from vllm import SamplingParams
    from vllm.sampling_params import StructuredOutputsParams

    llm, seconds = engine._llm, 0.0
    llm.reset_prefix_cache()
    for verb, prompts, more in asked:
        if verb == "next_logprobs":
            params = SamplingParams(temperature=0, max_tokens=1, logprob_token_ids=list(more), detokenize=False)
        elif verb == "loglikelihood":
            params = SamplingParams(temperature=0, max_tokens=1, prompt_logprobs=0, detokenize=False)
        else:
            sampling, constraint = more
            held = StructuredOutputsParams(regex=constraint.regex)
            params = SamplingParams(temperature=0, max_tokens=sampling.max_tokens, structured_outputs=held)
        if not cached:
            params.skip_reading_prefix_cache = True
        started = time.perf_counter()
        llm.generate([{"prompt_token_ids": list(p)} for p in prompts], params, use_tqdm=False)
        seconds += time.perf_counter() - started
    return seconds


def talkative(requests, wishes: int):
    """The same people, each saying what several of them said."""
    words = [request.query.preferences for request in requests]
    for n, request in enumerate(requests):
        said = " ".join(words[(n + k) % len(words)] for k in range(wishes))
        yield replace(request, query=request.query.model_copy(update={"preferences": said}))


def measure(engine, name: str, asked: argparse.Namespace) -> dict[str, object]:
    """One ranker against the bare engine on its own prompts."""
    plant = make_planted_dataset(users=max(asked.users, asked.wishes), candidates=asked.candidates)
    requests = list(talkative(plant.requests, asked.wishes))[: asked.users]
    templates = {kind: load_template("films/en", kind=kind) for kind in template_kinds(name)}
    setup, recorded = Setup(plant.catalog, templates), Recorded(engine)
    build_ranker(name, setup).rank(requests[:1], engine)  # what is slow the first time is nobody's
    ranker = build_ranker(name, setup)
    engine._llm.reset_prefix_cache()
    started = time.perf_counter()
    rankings = ranker.rank(requests, recorded)
    seconds = time.perf_counter() - started
    prompt = sum(r.usage.prompt_tokens for r in rankings)
    cached = sum(r.usage.cached_tokens for r in rankings)
    alone = bare(engine, recorded.asked)
    naive = bare(engine, recorded.asked, cached=False) if asked.naive else None
    return {
        "ranker": name,
        "users": asked.users,
        "candidates": asked.candidates,
        "wishes": asked.wishes,
        "seconds": round(seconds, 2),
        "bare_seconds": round(alone, 2),
        "against_bare": round(seconds / alone, 3),
        "times_as_fast_as_naive": naive and round(naive / seconds, 2),
        "prompt_tokens": prompt,
        "read": round((prompt - cached) / prompt, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--candidates", type=int, default=20)
    parser.add_argument("--wishes", type=int, default=1, help="of how many people one says the words; one is 15 tokens")
    parser.add_argument("--naive", action="store_true", help="also without the prefix cache")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--ranker", action="append", help=f"default: {', '.join(RANKERS)}")
    asked = parser.parse_args()
    about = {
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} x {platform.machine()}",
        "threads": os.environ.get("OMP_NUM_THREADS", "default"),
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "model": asked.model,
        "seed": 0,
    }
    engine, _ = open_engine(asked.model, "vllm")
    for name in asked.ranker or RANKERS:
        line = measure(engine, name, asked)
        told = f"{line['seconds']:8.1f} s, bare {line['bare_seconds']:8.1f} s, against bare {line['against_bare']:.3f}"
        told += f", read {line['read']:.0%} of {line['prompt_tokens']:,} prompt tokens"
        told += f", {line['times_as_fast_as_naive']} times as fast as naive" if asked.naive else ""
        print(f"{name:18} {told}", flush=True)
        with KEPT.open("a", encoding="utf-8") as kept:
            kept.write(json.dumps(line | about) + "\n")
    engine.close()


if __name__ == "__main__":
    main()
