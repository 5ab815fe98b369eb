"""The embedded engine on small random models: exact numbers however prompts are grouped, and honest failures."""

import math
import random
import warnings
from types import SimpleNamespace

import pytest

from promptrec.engine.base import Sampling, Usage
from promptrec.engine.models.model_type import cache_name
from promptrec.engine.models.registry import resolve
from promptrec.engine.options import EngineOptions
from promptrec.engine.transformers import engine as module
from promptrec.engine.transformers.engine import TransformersEngine
from promptrec.errors import EngineError, InputError

VOCABULARY = 258


def plain(model, prompt, continuation):
    """Log-probabilities as Hugging Face computes them for one sequence alone."""
    import torch

    with torch.inference_mode():
        rows = model(torch.tensor([[*prompt, *continuation]])).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
    return [rows[n, token].item() for n, token in enumerate(continuation)]


def families(seed, count=40):
    """Prompts and continuations of which many share a beginning, some share all, some share nothing."""
    draw = random.Random(seed)
    stems = [tuple(draw.randrange(256) for _ in range(draw.choice([1, 15, 16, 17, 40, 90]))) for _ in range(6)]
    prompts = [
        draw.choice(stems) + tuple(draw.randrange(256) for _ in range(draw.choice([0, 0, 1, 20]))) for _ in range(count)
    ]
    return prompts, [tuple(draw.randrange(4) for _ in range(draw.choice([1, 2, 30]))) for _ in range(count)]


def test_likelihoods_equal_the_plain_forward_whatever_is_shared(any_engine):
    engine, model = any_engine
    prompts, ends = families(seed=1)
    for prompt, end, reading in zip(prompts, ends, engine.loglikelihood(prompts, ends), strict=True):
        assert reading.get() == pytest.approx(plain(model, prompt, end), abs=1e-3)


def test_next_tokens_equal_the_plain_forward_whatever_is_shared(any_engine):
    engine, model = any_engine
    prompts, _ = families(seed=2)
    for prompt, reading in zip(prompts, engine.next_logprobs(prompts, range(VOCABULARY)), strict=True):
        labels = (0, 1, 99, 257)
        assert [reading.get()[n] for n in labels] == pytest.approx(
            [plain(model, prompt, (n,))[0] for n in labels], abs=1e-3
        )
        assert math.fsum(map(math.exp, reading.get())) == pytest.approx(1, abs=1e-4)


def test_rows_are_packed_for_models_that_attend_to_everything(any_engine):
    engine, model = any_engine
    assert engine._packs is (model.config.model_type != "gemma3_text")


def test_every_token_that_the_model_is_given_is_in_the_usage(any_engine):
    engine, _ = any_engine
    given = []
    hook = engine._model.register_forward_pre_hook(
        lambda model, args, more: given.append(more["input_ids"].numel()), with_kwargs=True
    )
    prompts, ends = families(seed=5)
    for read in (lambda: engine.loglikelihood(prompts, ends), lambda: engine.next_logprobs(prompts, [1, 2])):
        given.clear()
        assert sum(r.usage.prompt_tokens - r.usage.cached_tokens for r in read()) == sum(given) > 0
    hook.remove()


@pytest.mark.slow
@pytest.mark.parametrize("tokens", [1, 100, 300])
@pytest.mark.parametrize("packs", [True, False])
def test_small_batches_change_nothing(tiny_engine, monkeypatch, tokens, packs):
    prompts, ends = families(seed=3)
    monkeypatch.setattr(tiny_engine, "_packs", packs)
    whole = tiny_engine.loglikelihood(prompts, ends)
    monkeypatch.setattr(module, "CACHE_TOKENS", tokens)
    monkeypatch.setattr(module, "LOGITS_BYTES", 4 * VOCABULARY * tokens)
    for one, other in zip(whole, tiny_engine.loglikelihood(prompts, ends), strict=True):
        assert one.get() == pytest.approx(other.get(), abs=1e-3) and one.usage == other.usage


def test_the_first_of_a_group_pays_for_what_it_shares(tiny_engine):
    stem = tuple(range(50))
    readings = tiny_engine.loglikelihood([stem] * 3 + [(9,)], [(1, 2), (3, 4), (5,), (6,)])
    assert [r.usage.prompt_tokens for r in readings] == [52, 52, 51, 2]
    # The last token of what is scored is never read.
    assert [r.usage.cached_tokens for r in readings] == [51, 51, 1, 1]
    assert [r.usage for r in tiny_engine.next_logprobs([(9, 8)] * 2, [1])] == [
        Usage(prompt_tokens=2),
        Usage(2, cached_tokens=2),
    ]


def test_asking_for_no_labels_gives_no_numbers(tiny_engine):
    assert tiny_engine.next_logprobs([(1, 2)], [])[0].get() == ()


@pytest.mark.parametrize("bad", [-1, VOCABULARY, 10**9])
def test_a_token_the_model_does_not_know_fails_alone(tiny_engine, bad):
    good, wrong = tiny_engine.loglikelihood([(1, 2), (1, 2)], [(3,), (3, bad)])
    assert good.value and "outside the model's 258" in wrong.error
    good, wrong = tiny_engine.generate([(1, 2), (bad,)], Sampling(max_tokens=2))
    assert good.value is not None and "outside the model's 258" in wrong.error
    with pytest.raises(InputError, match="label's token ID is outside the model's 258"):
        tiny_engine.next_logprobs([(1, 2)], [3, bad])


def test_the_context_is_full_at_its_last_token_and_no_sooner(tiny_engine):
    prompt = (1,) * 255
    fits, too_long = tiny_engine.loglikelihood([prompt, prompt], [(2,), (2, 3)])
    assert fits.value and too_long.error == "the prompt has 257 tokens; the model has room for 256"
    fits, too_long = tiny_engine.next_logprobs([(1,) * 256, (1,) * 257], [0])
    assert fits.value and "has 257 tokens" in too_long.error
    fits, too_long = tiny_engine.generate([(1,) * 250, (1,) * 251], Sampling(max_tokens=6))
    assert fits.value is not None and too_long.error == "the prompt has 251 tokens; the model has room for 250"


def test_options_shorten_the_context_but_never_stretch_it(tiny_folder):
    info = resolve(tiny_folder)
    assert TransformersEngine(info, EngineOptions(max_model_len=32)).context_length == 32
    assert TransformersEngine(info, EngineOptions(max_model_len=9999)).context_length == 256


def test_the_dtype_is_the_one_asked_for(tiny_folder, tiny_engine):
    half = TransformersEngine(resolve(tiny_folder), EngineOptions(dtype="bfloat16"))
    ours, exact = half.loglikelihood([(1, 2, 3)], [(4,)])[0].get(), tiny_engine.loglikelihood([(1, 2, 3)], [(4,)])
    assert ours != exact[0].get() and ours == pytest.approx(exact[0].get(), abs=0.3)


def test_a_closed_engine_says_so_and_closing_twice_is_harmless(tiny_folder):
    engine = TransformersEngine(resolve(tiny_folder))
    engine.close()
    engine.close()
    for read in (
        lambda: engine.next_logprobs([(1,)], [0]),
        lambda: engine.loglikelihood([(1,)], [(2,)]),
        lambda: engine.generate([(1,)], Sampling()),
    ):
        with pytest.raises(EngineError, match="the engine is closed"):
            read()


@pytest.mark.parametrize("name", ["past_key_values", "cache"])
def test_a_prefix_is_passed_by_the_name_that_the_model_takes_it_by(tiny_folder, tiny_engine, monkeypatch, name):
    from transformers import LlamaForCausalLM

    here, plain_forward = cache_name(LlamaForCausalLM.forward), LlamaForCausalLM.forward

    def read(self, prefix, other, **more):
        # As transformers does when the other of the two names is used.
        if set(other) & {"past_key_values", "cache"}:
            warnings.warn("this name is deprecated", FutureWarning, stacklevel=2)
        out = plain_forward(self, **more, **{here: prefix})
        return SimpleNamespace(logits=out.logits, **{name: getattr(out, here)})

    def older(self, past_key_values=None, **more):
        return read(self, past_key_values, more, **more)

    def newer(self, cache=None, **more):
        return read(self, cache, more, **more)

    monkeypatch.setattr(LlamaForCausalLM, "forward", newer if name == "cache" else older)
    prompts, ends = families(seed=4)
    found = TransformersEngine(resolve(tiny_folder)).loglikelihood(prompts, ends)
    monkeypatch.undo()
    # Threads may add up a sum in another order: the same to the last bit or so, and of the very same cost.
    for one, other in zip(found, tiny_engine.loglikelihood(prompts, ends), strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-5) and one.usage == other.usage
    assert any(reading.usage.cached_tokens for reading in found)


def test_a_log_probability_that_is_no_number_is_an_error_of_its_prompt(tiny_folder):
    import torch

    engine = TransformersEngine(resolve(tiny_folder), EngineOptions())
    assert engine._packs
    with torch.no_grad():
        engine._model.get_input_embeddings().weight[7] = float("nan")
    labels = engine.next_logprobs([(1, 2, 3), (1, 7, 3)], [5, 6])
    scored = engine.loglikelihood([(1, 2, 3), (1, 7, 3)], [(4,), (4,)])
    for good, bad in (labels, scored):
        assert good.error is None and "not finite: read it with dtype=float32" in bad.error
    engine.close()


@pytest.mark.parametrize("raised", [RuntimeError("CUDA out of memory\nTried to allocate"), MemoryError()])
def test_memory_that_gives_out_is_an_error_of_the_engine(tiny_folder, monkeypatch, raised):
    engine = TransformersEngine(resolve(tiny_folder), EngineOptions())

    def full(*args, **more):
        raise raised

    monkeypatch.setattr(engine._model, "generate", full)
    with pytest.raises(EngineError, match=r"transformers stopped: (CUDA out of memory|MemoryError)$"):
        engine.generate([(1, 2)], Sampling(max_tokens=2))
    monkeypatch.setattr(type(engine._model), "forward", full)
    with pytest.raises(EngineError, match="transformers stopped"):
        engine.loglikelihood([(1, 2)], [(3,)])
    engine.close()
