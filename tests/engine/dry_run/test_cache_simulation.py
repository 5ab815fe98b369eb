"""What is foretold of a cache: the transformers engine's own counts, and a plain account of vLLM's blocks."""

import random
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.engine.dry_run.cache_simulation import BlockCache, PackedRowCache, PrefixCache

# Few tokens and few lengths, so that many prompts share a beginning.
PROMPTS = st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=12).map(tuple), max_size=12)


def families(seed, count=40):
    """Prompts of which many share a beginning, some share all, and continuations."""
    draw = random.Random(seed)
    stems = [tuple(draw.randrange(256) for _ in range(draw.choice([1, 15, 16, 17, 40, 90]))) for _ in range(6)]
    prompts = [
        draw.choice(stems) + tuple(draw.randrange(256) for _ in range(draw.choice([0, 0, 1, 20]))) for _ in range(count)
    ]
    return prompts, [tuple(draw.randrange(4) for _ in range(draw.choice([1, 2, 30]))) for _ in range(count)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("packs", "kind"), [(True, PackedRowCache), (False, PrefixCache)])
def test_what_the_transformers_engine_counts_is_foretold(tiny_engine, monkeypatch, seed, packs, kind):
    monkeypatch.setattr(tiny_engine, "_packs", packs)
    prompts, ends = families(seed)
    cached = [reading.usage.cached_tokens for reading in tiny_engine.loglikelihood(prompts, ends)]
    assert kind().loglikelihood(prompts, ends) == cached and any(cached)
    assert kind().next_logprobs(prompts) == [r.usage.cached_tokens for r in tiny_engine.next_logprobs(prompts, [3])]
    assert set(kind().generate(prompts)) == {0}


def longest_known(prompt, earlier, block):
    """By comparing with every earlier prompt: whole blocks that one of them began with, never the last token."""
    shared = [sum(1 for _ in takewhile(lambda ab: ab[0] == ab[1], zip(prompt, e, strict=False))) for e in earlier]
    return max((min(n, len(prompt) - 1) // block * block for n in shared), default=0)


@pytest.mark.slow
@given(PROMPTS, PROMPTS, st.integers(1, 4))
def test_blocks_are_kept_from_call_to_call(first, second, block):
    cache = BlockCache(block)
    found = cache.next_logprobs(first) + cache.generate(second)
    asked = first + second
    assert found == [longest_known(prompt, asked[:n], block) for n, prompt in enumerate(asked)]


@given(PROMPTS, st.integers(1, 4))
def test_likelihoods_find_the_equal_prompts_of_their_call_only(prompts, block):
    ends = [(2 + n, 0) for n in range(len(prompts))]
    cache = BlockCache(block)
    found = cache.loglikelihood(prompts, ends)
    assert cache.loglikelihood(prompts, ends) == found
    if len(set(prompts)) == len(prompts):
        assert set(found) <= {0}
    for n, prompt in zip(found, prompts, strict=True):
        if prompts.count(prompt) > 1:
            assert n == len(prompt) // block * block
        else:
            assert n % block == 0 and n <= len(prompt)


def test_continuations_that_begin_alike_share_the_block_they_begin_in():
    assert BlockCache(2).loglikelihood([(0, 0, 0)] * 2, [(2, 5), (2, 6)]) == [2, 4]


def test_vllm_counts_one_block_of_prompts_that_are_read_three_times():
    # As its own test does, where the engine counts 32 for each: tests/engine/vllm/test_engine.py.
    ids = tuple(range(200))
    prompts = [(1000 + n, *ids[:49]) for n in range(4)] * 3
    ends = [ids[n // 4 : n // 4 + 3] for n in range(12)]
    assert BlockCache(32).loglikelihood(prompts, ends) == [32] * 12
