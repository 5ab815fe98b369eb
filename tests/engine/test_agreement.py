"""The same weights give the same numbers, whoever reads them."""

import pytest

from promptrec.testing.planted_dataset import make_planted_dataset

PROMPTS = 12


@pytest.fixture(scope="module")
def sample(transformers_engine):
    tokenizer = transformers_engine.tokenizer
    requests = make_planted_dataset(users=PROMPTS).requests
    prompts = [
        tokenizer.encode(f"Film: {r.candidates[0].fields['description']}\nWho loves it says:", trusted=True)
        for r in requests
    ]
    ends = [tokenizer.encode(" " + r.query.preferences, trusted=False) for r in requests]
    labels = [tokenizer.encode(letter, trusted=True)[0] for letter in "ABCDEFGH"]
    return prompts * 2, ends + ends[1:] + ends[:1], labels


def gap(ours, theirs):
    """The greatest difference between two lists of readings, in nats."""
    return max(abs(a - b) for x, y in zip(ours, theirs, strict=True) for a, b in zip(x.value, y.value, strict=True))


@pytest.mark.vllm
def test_vllm_and_transformers_agree_to_a_hundredth_of_a_nat(sample, vllm_engine, transformers_engine):
    prompts, ends, labels = sample
    assert gap(vllm_engine.loglikelihood(prompts, ends), transformers_engine.loglikelihood(prompts, ends)) < 1e-2
    assert gap(vllm_engine.next_logprobs(prompts, labels), transformers_engine.next_logprobs(prompts, labels)) < 1e-2


@pytest.mark.server
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_vllm_server_and_transformers_agree(sample, server_engine, transformers_engine):
    prompts, ends, labels = sample
    engine = server_engine
    assert gap(engine.loglikelihood(prompts, ends), transformers_engine.loglikelihood(prompts, ends)) < 1e-2
    assert gap(engine.next_logprobs(prompts, labels), transformers_engine.next_logprobs(prompts, labels)) < 1e-2


@pytest.mark.model
def test_shared_prefixes_equal_the_plain_hugging_face_forward(sample, transformers_engine, smollm2):
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(smollm2.folder, dtype=torch.float32).eval()
    prompts, ends, _ = sample
    for prompt, end, reading in zip(prompts, ends, transformers_engine.loglikelihood(prompts, ends), strict=True):
        with torch.inference_mode():
            logits = model(torch.tensor([[*prompt, *end]])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
        assert reading.value == pytest.approx(logits[range(len(end)), list(end)].tolist(), abs=1e-3)


@pytest.mark.model
def test_what_is_shared_is_read_once(sample, transformers_engine):
    prompts, ends, _ = sample
    readings = transformers_engine.loglikelihood(prompts, ends)
    assert sum(r.usage.cached_tokens for r in readings) > sum(map(len, prompts)) / 3
