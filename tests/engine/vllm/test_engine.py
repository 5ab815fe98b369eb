"""What only vLLM in this process can get wrong; the contract has the rest."""

import json
import os
import signal
import threading
from pathlib import Path

import pytest

from promptrec.engine.base import Sampling
from promptrec.engine.dry_run.cache_simulation import BlockCache
from promptrec.engine.models.registry import ModelInfo
from promptrec.engine.options import EngineOptions
from promptrec.errors import EngineError, InputError

pytestmark = pytest.mark.vllm
TEXT = "The film is about a captain who steers a leaking schooner through a typhoon while the crew sings."
RANK = 8


@pytest.fixture(scope="module")
def adapter(smollm2, tmp_path_factory):
    """A LoRA adapter of random numbers for every layer's queries, and the plain model with the same added to it."""
    import torch
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM

    folder = tmp_path_factory.mktemp("adapter")
    model = AutoModelForCausalLM.from_pretrained(smollm2.folder, dtype=torch.float32).eval()
    torch.manual_seed(0)
    weights = {}
    for number, layer in enumerate(model.model.layers):
        query = layer.self_attn.q_proj.weight
        down, up = torch.randn(RANK, query.shape[1]) * 0.05, torch.randn(query.shape[0], RANK) * 0.05
        name = f"base_model.model.model.layers.{number}.self_attn.q_proj"
        weights |= {f"{name}.lora_A.weight": down, f"{name}.lora_B.weight": up}
        query.data += 2.0 * up @ down
    save_file(weights, folder / "adapter_model.safetensors")
    told = {"peft_type": "LORA", "r": RANK, "lora_alpha": 2 * RANK, "target_modules": ["q_proj"], "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(told))
    return str(folder), model


@pytest.fixture(scope="module")
def lora_engine(smollm2, small_vllm_cache):
    from promptrec.engine.vllm.engine import VllmEngine

    engine = VllmEngine(smollm2, EngineOptions(max_model_len=128, max_lora_rank=RANK))
    yield engine
    engine.close()


def test_an_adapter_gives_what_its_weights_added_to_the_model_give(lora_engine, adapter):
    import torch

    folder, merged = adapter
    ids = lora_engine.tokenizer.encode(TEXT, trusted=True)
    prompt, end = ids[:12], ids[12:]
    with torch.inference_mode():
        logits = merged(torch.tensor([ids])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
    expected = logits[range(len(end)), list(end)].tolist()
    bare, read = (lora_engine.loglikelihood([prompt], [end], adapter=name)[0].get() for name in (None, folder))
    assert read == pytest.approx(expected, abs=1e-2)
    assert max(abs(a - b) for a, b in zip(bare, read, strict=True)) > 0.1
    label = lora_engine.next_logprobs([prompt], end[:1], adapter=folder)[0].get()
    assert label == pytest.approx(read[:1], abs=1e-2)


def test_what_is_no_adapter_is_refused(lora_engine, tmp_path):
    with pytest.raises(InputError, match="adapter_config.json"):
        lora_engine.next_logprobs([(1, 2)], [3], adapter=str(tmp_path))


def test_an_adapter_needs_an_engine_opened_for_it(vllm_engine, adapter):
    with pytest.raises(InputError, match="max_lora_rank"):
        vllm_engine.next_logprobs([(1, 2)], [3], adapter=adapter[0])


def test_an_adapter_that_vllm_cannot_take_is_said_before_anything_is_read(lora_engine, adapter, tmp_path):
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        (tmp_path / name).write_bytes((Path(adapter[0]) / name).read_bytes())
    told = json.loads((tmp_path / "adapter_config.json").read_text())
    (tmp_path / "adapter_config.json").write_text(json.dumps(told | {"r": 2 * RANK}))
    for _ in range(2):
        with pytest.raises(InputError, match="do not go together: r is 16, but .* has rank 8"):
            lora_engine.next_logprobs([(1, 2)], [3], adapter=str(tmp_path))
    assert lora_engine.next_logprobs([(1, 2)], [3], adapter=adapter[0])[0].error is None


def test_a_prompt_that_vllm_itself_refuses_is_refused_alone(vllm_engine, monkeypatch):
    ids = vllm_engine.tokenizer.encode(TEXT, trusted=True)
    long, few = ids * (vllm_engine.context_length // len(ids) + 2), [ids[:5], ids[:6]]
    labels, likely = vllm_engine.next_logprobs(few, [3]), vllm_engine.loglikelihood(few, [ids[6:8]] * 2)
    written = vllm_engine.generate(few, Sampling(max_tokens=2))
    # As if vLLM had a reason of its own that we do not look for beforehand.
    monkeypatch.setattr(vllm_engine, "context_length", 10 * len(long))
    asked = [few[0], long, few[1]]
    for found, alone in (
        (vllm_engine.next_logprobs(asked, [3]), labels),
        (vllm_engine.loglikelihood(asked, [ids[6:8]] * 3), likely),
        (vllm_engine.generate(asked, Sampling(max_tokens=2)), written),
    ):
        assert found[1].value is None and found[1].error.startswith("vLLM refuses this: ")
        assert [found[0].error, found[2].error] == [None, None]
        if isinstance(alone[0].value, str):
            assert [found[0], found[2]] == alone
        else:
            assert [*found[0].value, *found[2].value] == pytest.approx([*alone[0].value, *alone[1].value], abs=1e-3)


def test_after_an_interrupt_the_next_answers_are_its_own(vllm_engine):
    ids = vllm_engine.tokenizer.encode(TEXT, trusted=True)
    before = vllm_engine.generate([ids[:5]], Sampling(max_tokens=4))
    previous = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    timer = threading.Timer(1.0, signal.raise_signal, [signal.SIGUSR1])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        vllm_engine.generate([ids] * 40, Sampling(max_tokens=400))
    signal.signal(signal.SIGUSR1, previous)
    assert vllm_engine.generate([ids[:5]], Sampling(max_tokens=4)) == before


def test_prompts_that_outnumber_the_cache_are_still_read_once(vllm_engine, monkeypatch):
    ids = vllm_engine.tokenizer.encode(TEXT * 4, trusted=True)
    prompts = [(100 + n, *ids[:49]) for n in range(4)] * 3
    ends = [ids[n // 4 : n // 4 + 3] for n in range(12)]
    plain = vllm_engine.loglikelihood(prompts, ends)
    monkeypatch.setattr(vllm_engine, "_cache_tokens", 200)
    chunked = vllm_engine.loglikelihood(prompts, ends)
    for one, other in zip(plain, chunked, strict=True):
        assert one.get() == pytest.approx(other.get(), abs=1e-3)
        assert other.usage.cached_tokens == 32


def test_continuations_that_begin_alike_are_read_from_the_cache_and_are_exact(vllm_engine, monkeypatch):
    ids = vllm_engine.tokenizer.encode(TEXT * 4, trusted=True)
    # Behind 27 tokens, five more fill a block of 32, and 37 fill the next; 32 tokens are a block of their own.
    ends = [(*ids[:5], *ids[n : n + 3]) for n in (40, 41, 42, 40)] + [ids[:40], (*ids[:37], 7, 8), ids[3:6]]
    prompts = [ids[20:47]] * len(ends) + [ids[8:40]] * len(ends)
    alone = [vllm_engine.loglikelihood([p], [e])[0].get() for p, e in zip(prompts, ends * 2, strict=True)]
    runs, run = [], vllm_engine._run
    monkeypatch.setattr(vllm_engine, "_run", lambda asked, *rest: runs.append(asked) or run(asked, *rest))
    together = vllm_engine.loglikelihood(prompts, ends * 2)
    for reading, expected in zip(together, alone, strict=True):
        assert reading.get() == pytest.approx(expected, abs=1e-3)
    cached = [reading.usage.cached_tokens for reading in together]
    assert cached == BlockCache(32).loglikelihood(prompts, ends * 2)
    assert cached == [0, 32, 32, 32, 32, 64, 0, 32, 32, 32, 32, 32, 64, 32]
    # The two prompts, every sequence once, and what comes before the tokens that no sequence could read.
    assert [len(asked) for asked in runs] == [2, len(prompts), 3]
    assert set(runs[2]) == {prompts[0] + ids[:5], prompts[0] + ids[:37], prompts[-1]}


def test_more_continuations_than_one_request_may_score(vllm_engine):
    ids = vllm_engine.tokenizer.encode(TEXT * 4, trusted=True)[:32]
    ends = [(token,) for token in range(100, 300)]
    found = vllm_engine.loglikelihood([ids] * len(ends), ends)
    assert {reading.usage.cached_tokens for reading in found} == {32}
    labels = vllm_engine.next_logprobs([ids], [token for (token,) in ends])[0].get()
    assert [reading.get()[0] for reading in found] == pytest.approx(list(labels), abs=1e-3)


def test_options_of_other_engines_are_refused(smollm2):
    from promptrec.engine.vllm.engine import VllmEngine

    with pytest.raises(InputError, match="base_url"):
        VllmEngine(smollm2, EngineOptions(base_url="http://127.0.0.1:1/v1"))


def test_a_model_that_vllm_cannot_load_is_one_line(smollm2, tmp_path):
    from promptrec.engine.vllm.engine import VllmEngine

    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).symlink_to(smollm2.folder / name)
    (tmp_path / "config.json").write_text('{"model_type": "nothing", "architectures": ["Nothing"]}')
    with pytest.raises(EngineError, match="cannot load") as raised:
        VllmEngine(ModelInfo("broken", tmp_path, "", ""))
    assert "\n" not in str(raised.value)


def test_loading_leaves_nothing_behind_for_the_programs_this_one_starts(vllm_engine):
    assert "LD_PRELOAD" not in os.environ


def copied(adapter, target, change=None, **settings):
    """The adapter in another folder, its tensors and settings changed."""
    from safetensors.torch import load_file, save_file

    target.mkdir(exist_ok=True)
    tensors = load_file(Path(adapter) / "adapter_model.safetensors")
    save_file(change(tensors) if change else tensors, target / "adapter_model.safetensors")
    told = json.loads((Path(adapter) / "adapter_config.json").read_text())
    (target / "adapter_config.json").write_text(json.dumps(told | settings))
    return str(target)


def test_an_adapter_that_is_trained_again_into_its_folder_is_read_anew(lora_engine, adapter, tmp_path):
    prompt = lora_engine.tokenizer.encode(TEXT, trusted=True)

    def read(folder):
        return lora_engine.loglikelihood([prompt] * 2, [(5, 6), (7, 8)], adapter=folder)[0].get()

    bare, first = read(None), read(copied(adapter[0], tmp_path / "mine"))
    more = copied(adapter[0], tmp_path / "other", lambda tensors: {n: 2 * t for n, t in tensors.items()})
    second = read(more)
    assert max(abs(a - b) for a, b in zip(first, second, strict=True)) > 1e-2
    copied(more, tmp_path / "mine")
    assert read(str(tmp_path / "mine")) == pytest.approx(second, abs=1e-4)
    assert read(None) == pytest.approx(bare, abs=1e-5)


@pytest.mark.parametrize(
    ("change", "settings", "why"),
    [
        (lambda tensors: {n.replace("self_attn", "attention"): t for n, t in tensors.items()}, {}, "it has no module"),
        (lambda tensors: {n: t * 0 for n, t in tensors.items()}, {}, "changes nothing"),
        (None, {"bias": "all"}, "trains biases"),
        (None, {"use_dora": True}, "DoRA's magnitudes are not read"),
        (None, {"peft_type": "IA3"}, "of the kind IA3"),
        (None, {"modules_to_save": ["lm_head"]}, "whole modules are trained"),
    ],
)
def test_an_adapter_that_would_be_read_otherwise_than_trained_is_refused(
    lora_engine, adapter, tmp_path, change, settings, why
):
    with pytest.raises(InputError, match=why):
        lora_engine.next_logprobs([(1, 2)], [3], adapter=copied(adapter[0], tmp_path / "odd", change, **settings))
    assert lora_engine.next_logprobs([(1, 2)], [3], adapter=adapter[0])[0].error is None


# The last of those that read with LoRA: it closes their engine.
def test_a_closed_engine_says_so_and_leaves_the_others_of_its_process_alone(vllm_engine, lora_engine):
    before = vllm_engine.next_logprobs([(1, 2)], [3])
    lora_engine.close()
    lora_engine.close()
    with pytest.raises(EngineError, match="closed"):
        lora_engine.next_logprobs([(1, 2)], [3])
    assert vllm_engine.next_logprobs([(1, 2)], [3])[0].get() == pytest.approx(before[0].get(), abs=1e-4)
