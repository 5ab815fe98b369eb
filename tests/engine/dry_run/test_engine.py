import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.engine.base import OutputConstraint, Sampling, Usage
from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.engine.gpu import Gpu
from promptrec.engine.options import EngineOptions
from promptrec.errors import InputError, UnknownName
from promptrec.testing.bytes_tokenizer import BytesTokenizer

TOKENS = st.lists(st.integers(0, 2**20 - 1), min_size=1, max_size=8).map(tuple)


@pytest.fixture
def counter():
    return DryRunEngine("bytes", BytesTokenizer(), 100)


@given(st.lists(TOKENS, min_size=1, max_size=6), TOKENS)
def test_the_two_verbs_that_give_probabilities_agree(prompts, end):
    counter = DryRunEngine("bytes", BytesTokenizer(), 100)
    whole = [reading.get() for reading in counter.loglikelihood(prompts, [end] * len(prompts))]
    for n, token in enumerate(end):
        after = counter.next_logprobs([prompt + end[:n] for prompt in prompts], [token])
        assert [reading.get() for reading in after] == [(values[n],) for values in whole]


def test_values_differ_by_prompt_and_token_and_are_one_distribution(counter):
    readings = counter.next_logprobs([(1, 2), (1, 3), (2, 1)], range(2000))
    values = [value for reading in readings for value in reading.get()]
    assert len(set(values)) == 6000 and all(value < 0 for value in values)
    assert all(0 < sum(map(math.exp, reading.get())) < 2000 / 2**20 for reading in readings)


@given(st.lists(TOKENS, max_size=6), st.integers(1, 20))
def test_usage_is_every_token_of_the_prompt_and_the_most_that_may_be_written(prompts, most):
    counter = DryRunEngine("bytes", BytesTokenizer(), 100)
    assert [r.usage.prompt_tokens for r in counter.next_logprobs(prompts, [1])] == [len(p) for p in prompts]
    assert [r.usage.prompt_tokens for r in counter.loglikelihood(prompts, prompts)] == [2 * len(p) for p in prompts]
    written = counter.generate(prompts, Sampling(max_tokens=most))
    assert [r.usage for r in written] == [Usage(len(p), 0, most) for p in prompts]
    assert {r.value for r in written} <= {""}
    assert counter.prompts == [*prompts, *(p + p for p in prompts), *prompts]


def test_a_prompt_that_cannot_be_read_fails_alone_and_costs_nothing(counter):
    good, long = (1, 2), (1,) * 101
    for readings in (
        counter.next_logprobs([good, long, ()], [3]),
        counter.loglikelihood([good, long, ()], [good, good, good]),
        counter.generate([good, long[:97], ()], Sampling(max_tokens=4)),
    ):
        assert [reading.error is None for reading in readings] == [True, False, False]
        assert "the model has room for" in readings[1].error and readings[1].usage == Usage()
    assert counter.loglikelihood([good], [()])[0].error


def test_a_choice_is_answered_with_one_of_the_choices_not_always_the_same(counter):
    prompts = [(n,) for n in range(50)]
    written = counter.generate(prompts, Sampling(max_tokens=4), OutputConstraint(choice=("A", "B")))
    assert {reading.get() for reading in written} == {"A", "B"}


def test_cached_tokens_are_those_of_the_cache_it_is_given_until_it_forgets(counter):
    stem = tuple(range(40))
    readings = counter.loglikelihood([stem] * 3, [(1,), (2,), (3,)])
    assert [reading.usage.cached_tokens for reading in readings] == [1, 41, 41]
    counter.reset()
    assert counter.prompts == []
    counter.close()


def test_models_and_engines_that_cannot_be_counted_for_are_said(tiny_folder):
    with pytest.raises(UnknownName, match="tiny-4l"):
        DryRunEngine.of("tiny-4l")
    with pytest.raises(UnknownName, match="gpu"):
        DryRunEngine.of(tiny_folder, "gpu")
    with pytest.raises(InputError, match="count for one of transformers, vllm"):
        DryRunEngine.of(tiny_folder, "server")


@pytest.mark.parametrize(
    ("engine", "options", "room"),
    [("transformers", {}, 256), ("transformers", {"max_model_len": 64}, 64), ("vllm", {"max_model_len": 64}, 63)],
)
def test_the_room_for_a_prompt_is_the_engine_s(tiny_folder, engine, options, room):
    counter = DryRunEngine.of(tiny_folder, engine, EngineOptions(**options))
    assert (counter.context_length, counter.name, counter.model_id) == (room, engine, tiny_folder.name)


@pytest.mark.parametrize(("gpu", "block"), [(False, 32), (True, 16)])
def test_vllm_keeps_smaller_blocks_on_a_gpu(tiny_folder, monkeypatch, gpu, block):
    monkeypatch.setattr("promptrec.engine.dry_run.engine.nvidia_gpus", lambda: [Gpu("H100", None)] * gpu)
    counter = DryRunEngine.of(tiny_folder, "vllm")
    prompt = tuple(range(block + 1))
    assert [r.usage.cached_tokens for r in counter.next_logprobs([prompt, prompt], [1])] == [0, block]
    assert counter.context_length == 255


@pytest.mark.slow
def test_no_weights_and_no_framework_are_loaded(tiny_folder):
    program = (
        "import sys; from promptrec.engine.dry_run.engine import DryRunEngine\n"
        f"engine = DryRunEngine.of({str(tiny_folder)!r}, 'vllm')\n"
        "assert engine.next_logprobs([engine.tokenizer.encode('a', trusted=True)], [1])[0].value\n"
        "assert not {'torch', 'transformers', 'vllm'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
