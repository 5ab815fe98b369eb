"""The second way of asking vLLM for likelihoods needs a GPU: here the real engine on a CPU answers in its form."""

from types import SimpleNamespace

import pytest

from promptrec.engine.vllm.scoring import ContinuationScoring, FullPromptScoring, choose_scoring

pytestmark = pytest.mark.vllm


class SecondRunner:
    """vLLM's LLM as it is documented to behave where the second model runner is: real numbers in the other form.

    Scores that a prefill does not compute, because the cache reaches past the first of them, are dropped.
    """

    def __init__(self, engine, off=0.0):
        self._engine, self._llm, self.off, self.served = engine, engine._llm, off, 0
        self.llm_engine = SimpleNamespace(
            vllm_config=SimpleNamespace(
                use_v2_model_runner=True, cache_config=SimpleNamespace(kv_sharing_fast_prefill=False)
            ),
            has_unfinished_requests=lambda: False,
        )

    def generate(self, asked, params, **settings):
        params = params if isinstance(params, list) else [params] * len(asked)
        whole = FullPromptScoring(self._engine._vllm.SamplingParams)
        plain = []
        for one in params:
            if one.prompt_logprob_token_ids is not None:
                one = whole.params((), (), from_cache=not one.skip_reading_prefix_cache)
            plain.append(one)
        done = self._llm.generate(asked, plain, **settings)
        return [self._told(final, one) for final, one in zip(done, params, strict=True)]

    def _told(self, final, params):
        if params.prompt_logprob_token_ids is None:
            return final
        self.served += 1
        start, ids = params.prompt_logprob_start, params.prompt_logprob_token_ids
        assert len(ids) == len(final.prompt_token_ids) - 1 - start
        scores = None
        if (final.num_cached_tokens or 0) <= start:
            # Of the position behind the cache, the plain way gives nothing; the second runner does.
            rows = [final.prompt_logprobs[start + 1 + i][token[0]].logprob + self.off for i, token in enumerate(ids)]
            scores = [[value] for value in rows]
        return SimpleNamespace(
            prompt_token_ids=final.prompt_token_ids,
            num_cached_tokens=final.num_cached_tokens,
            prompt_token_id_logprobs=scores,
        )


def read(engine, llm, way, pairs):
    """What the engine reads with this LLM in this way."""
    real = engine._llm, engine._scoring
    engine._llm, engine._scoring = llm, way
    try:
        return [reading.value for reading in engine.loglikelihood(*zip(*pairs, strict=True))]
    finally:
        engine._llm, engine._scoring = real


def test_on_a_cpu_the_whole_prompt_is_scored_because_vllm_refuses_the_other_way(vllm_engine):
    assert isinstance(vllm_engine._scoring, FullPromptScoring)
    params = ContinuationScoring(vllm_engine._vllm.SamplingParams).params((1, 2), (3,), from_cache=False)
    with pytest.raises(Exception, match="V2 model runner"):
        vllm_engine._llm.generate([{"prompt_token_ids": [1, 2, 3]}], params, use_tqdm=False)


def test_where_it_is_there_it_is_taken_once_it_says_the_same(vllm_engine):
    assert isinstance(choose_scoring(vllm_engine._vllm, SecondRunner(vllm_engine)), ContinuationScoring)
    assert isinstance(choose_scoring(vllm_engine._vllm, SecondRunner(vllm_engine, off=0.5)), FullPromptScoring)
    broken = SecondRunner(vllm_engine)
    broken.generate = None
    assert isinstance(choose_scoring(vllm_engine._vllm, broken), FullPromptScoring)


def test_both_ways_read_the_same_also_where_the_cache_takes_the_scores(vllm_engine):
    encode = vllm_engine.tokenizer.encode
    shared = tuple(
        encode("A person who likes slow, sad films about the sea, and who has seen most of them. " * 4, trusted=True)
    )
    block = shared[:64]
    long = tuple(
        encode("would gladly see the one about the captain of a leaking schooner in a typhoon again " * 3, trusted=True)
    )
    pairs = [(shared, long), (shared, long[:5]), (block, long), (block, long), (block, (*long[:40], 7)), (long, block)]
    llm = SecondRunner(vllm_engine)
    chosen = read(vllm_engine, llm, ContinuationScoring(vllm_engine._vllm.SamplingParams), pairs)
    assert llm.served == len(pairs)
    whole = read(vllm_engine, vllm_engine._llm, vllm_engine._scoring, pairs)
    for a, b, (_, continuation) in zip(chosen, whole, pairs, strict=True):
        assert len(a) == len(continuation) and a == pytest.approx(b, abs=1e-3)
