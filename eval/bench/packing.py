"""Packed rows against padded batches: `python -m eval.bench.packing`.

People's words are of uneven length: here 30 bundled films with 3 to 10 requests each, of 5 to 160 tokens, made of what
the people of the probe say. Query likelihood reads each request behind each film in two ways that take turns, call by
call: the embedded engine's packed rows, and what it did before, where the requests of a film are one batch that is
padded to the longest, behind the film's keys and values. Both with the same weights, threads and texts.

It prints seconds and tokens of both (those that the model was given, padding included), their ratio, the greatest
difference in nats a token, whether the usage says what the model was given, and how far above the least possible that
is: each distinct beginning once, and the last token of a request never. The line is appended to
eval/bench/packing.jsonl with date, machine, versions and seed.
"""

import argparse
import copy
import datetime
import json
import os
import platform
import random
import time
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from promptrec.data.catalog import Catalog
from promptrec.engine.base import Tokens
from promptrec.engine.batching import batches, shared_prefix_groups
from promptrec.engine.models.registry import DEFAULT_MODEL, resolve
from promptrec.engine.options import EngineOptions
from promptrec.engine.transformers.engine import CACHE_TOKENS, LOGITS_BYTES, TransformersEngine
from promptrec.rank.probe_data import probe_pairs

RECORDS = Path(__file__).parent / "packing.jsonl"
FILMS, FEWEST, MOST = 30, 3, 10
SHORTEST, LONGEST = 5, 160
Pair = tuple[Tokens, Tokens]


def pairs(engine: TransformersEngine, seed: int) -> list[list[Pair]]:
    """For each film its requests, as token IDs of prompt and request."""
    draw = random.Random(seed)
    words = [request.query.preferences for request in probe_pairs("en").requests]
    films = draw.sample(list(Catalog.bundled("films")), FILMS)
    out = []
    for film in films:
        told = "; ".join(str(value) for value in film.fields.values())
        prompt = engine.tokenizer.encode(f"Film: {film.title}; {told[:600]}\nA viewer says:", trusted=False)
        ends = []
        for _ in range(draw.randint(FEWEST, MOST)):
            said = " " + " ".join(draw.sample(words, draw.choice([1, 1, 1, 2, 4, 8])))
            ends.append(engine.tokenizer.encode(said, trusted=False)[: draw.choice([SHORTEST, 20, LONGEST, LONGEST])])
        out.append([(prompt, end) for end in ends])
    return out


def padded(engine: TransformersEngine, some: Sequence[Pair]) -> list[tuple[float, ...]]:
    """Likelihoods as the engine read them before: prefixes by group, what follows padded to the longest of a batch."""
    model = engine._model
    sequences, firsts = [(*p, *e) for p, e in some], [len(p) - 1 for p, _ in some]
    out: dict[int, tuple[float, ...]] = {}
    for group in shared_prefix_groups(sequences, firsts):
        cache = None
        if group.prefix:
            ids = torch.tensor([sequences[group.members[0]][: group.prefix]])
            cache = model(input_ids=ids, use_cache=True, logits_to_keep=1).past_key_values
        lengths = [len(sequences[i]) - group.prefix for i in group.members]
        limit = min(LOGITS_BYTES // (4 * engine.vocabulary_size), CACHE_TOKENS)
        most = max(1, CACHE_TOKENS // (group.prefix + max(lengths)))
        for batch in batches(lengths, limit):
            for start in range(0, len(batch), most):
                rows = [group.members[n] for n in batch[start : start + most]]
                out |= _padded_batch(model, rows, sequences, firsts, group.prefix, cache)
    return [out[i] for i in range(len(some))]


def _padded_batch(
    model: Any, rows: Sequence[int], sequences: Sequence[Tokens], firsts: Sequence[int], prefix: int, cache: Any
) -> dict[int, tuple[float, ...]]:
    longest = max(len(sequences[i]) for i in rows) - prefix
    ids = torch.tensor([[*sequences[i][prefix:], *[0] * (longest - len(sequences[i]) + prefix)] for i in rows])
    if cache is not None:
        cache = copy.deepcopy(cache)
        cache.batch_repeat_interleave(len(rows))
    first = min(firsts[i] for i in rows) - prefix
    logits = model(input_ids=ids, use_cache=True, past_key_values=cache, logits_to_keep=longest - first).logits
    out = {}
    for n, i in enumerate(rows):
        wanted = torch.tensor(sequences[i][firsts[i] + 1 :])
        scored = logits[n, firsts[i] - prefix - first :][: len(wanted)].float()
        out[i] = tuple((scored.gather(1, wanted[:, None])[:, 0] - scored.logsumexp(-1)).tolist())
    return out


def least(some: Sequence[Pair]) -> int:
    """Distinct beginnings of all sequences without their last tokens, counted by brute force."""
    texts = ((*prompt, *end[:-1]) for prompt, end in some)
    return len({hash(text[:n]) for text in texts for n in range(1, len(text) + 1)})


def turns(films: Sequence[Sequence[Pair]], size: int) -> Iterator[list[Pair]]:
    """The pairs of so many films at a time."""
    for start in range(0, len(films), size):
        yield [pair for film in films[start : start + size] for pair in film]


def measure(model: str, seed: int, films_a_turn: int) -> dict[str, Any]:
    """All figures of one run."""
    engine = TransformersEngine(resolve(model), EngineOptions())
    given = [0]
    engine._model.register_forward_pre_hook(
        lambda module, args, more: given.__setitem__(0, given[0] + more["input_ids"].numel()), with_kwargs=True
    )
    films = pairs(engine, seed)
    found: dict[str, Any] = {"pairs": sum(map(len, films)), "difference": 0.0, "ledger": 0, "least": 0}
    found |= {f"{way}_{what}": 0 for way in ("packed", "padded") for what in ("seconds", "tokens")}
    with torch.inference_mode():
        padded(engine, films[0][:2])  # the first call of a process is slower
        for some in turns(films, films_a_turn):
            given[0], begun = 0, time.perf_counter()
            readings = engine.loglikelihood([p for p, _ in some], [e for _, e in some])
            found["packed_seconds"] += time.perf_counter() - begun
            found["packed_tokens"] += given[0]
            given[0], begun = 0, time.perf_counter()
            with engine.threads:
                before = padded(engine, some)
            found["padded_seconds"] += time.perf_counter() - begun
            found["padded_tokens"] += given[0]
            found["ledger"] += sum(r.usage.prompt_tokens - r.usage.cached_tokens for r in readings)
            found["least"] += least(some)
            differences = (
                abs(a - b)
                for reading, values in zip(readings, before, strict=True)
                for a, b in zip(reading.get(), values, strict=True)
            )
            found["difference"] = max(found["difference"], *differences)
    return found | {"threads": engine.threads.count}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT_MODEL)
    parser.add_argument("--films", type=int, default=10, help="films that are read in one call")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    found = measure(asked.model, asked.seed, asked.films)
    ratio = found["padded_seconds"] / found["packed_seconds"]
    print(f"{found['pairs']} requests of {FILMS} films, {asked.films} films a call, {asked.model}")
    for way in ("packed", "padded"):
        seconds, tokens = found[f"{way}_seconds"], found[f"{way}_tokens"]
        print(f"{way}: {seconds:.1f} s, {tokens:,} tokens given to the model, {tokens / seconds:.0f} a second")
    print(f"packed is {ratio:.2f} times as fast; greatest difference {found['difference']:.1e} nats a token")
    over = found["packed_tokens"] / found["least"]
    print(f"the usage says {found['ledger']:,} tokens; what was given is {over:.3f} times the least possible")
    line = {
        **found,
        "ratio": ratio,
        "model": asked.model,
        "films": asked.films,
        "seed": asked.seed,
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} x {platform.machine()}",
        "versions": {name: metadata.version(name) for name in ("torch", "transformers")},
    }
    with RECORDS.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
