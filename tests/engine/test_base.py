"""What the base class does for every engine: errors of prompts, labels over several requests, refusals, options."""

import math

import pytest

from promptrec.engine.base import BaseEngine, BatchRefused, Output, OutputConstraint, Sampling, Usage
from promptrec.engine.options import EngineOptions
from promptrec.errors import EngineError, InputError
from promptrec.testing.bytes_tokenizer import BytesTokenizer


class Recorder(BaseEngine):
    """The log-probability of a token is minus its ID; prompts with the token 9 are refused, 8 gives a NaN."""

    name = "recorder"
    accepts = frozenset({"max_model_len"})
    labels_per_request = 3
    least_decoded = 1

    def __init__(self):
        self.model_id, self.tokenizer = "none", BytesTokenizer()
        self.context_length, self.vocabulary_size = 6, 10
        self.calls = []

    def _next_logprobs(self, prompts, label_ids, adapter):
        self._record(prompts, tuple(label_ids), adapter)
        return [Output(tuple(-float(i) for i in label_ids), Usage(len(prompt))) for prompt in prompts]

    def _loglikelihood(self, prompts, continuations, adapter):
        self._record(prompts, tuple(continuations), adapter)
        return [Output(tuple(math.nan if i == 8 else -float(i) for i in ids), Usage(1)) for ids in continuations]

    def _generate(self, prompts, sampling, constraint, adapter):
        self._record(prompts, constraint, adapter)
        return [Output("text") for _ in prompts]

    def _record(self, prompts, asked, adapter):
        self.calls.append((tuple(prompts), asked, adapter))
        if any(9 in prompt for prompt in prompts):
            raise BatchRefused("nine")


@pytest.fixture
def engine():
    return Recorder()


def test_labels_are_split_over_requests_and_put_in_their_order(engine):
    outputs = engine.next_logprobs([(1,), (2, 3)], [5, 4, 3, 5, 2, 1], adapter="a")
    assert [output.value for output in outputs] == [(-5.0, -4.0, -3.0, -5.0, -2.0, -1.0)] * 2
    assert [output.usage.prompt_tokens for output in outputs] == [2, 4]
    assert engine.calls == [(((1,), (2, 3)), (5, 4, 3), "a"), (((1,), (2, 3)), (2, 1), "a")]


def test_only_valid_prompts_are_read(engine):
    prompts = [(), (1,), (1,) * 7, (10,), (-1,), (2,)]
    errors = [
        "the prompt is empty",
        None,
        "the prompt has 7 tokens; the model has room for 6",
        "the prompt has a token ID outside the model's 10",
        "the prompt has a token ID outside the model's 10",
        None,
    ]
    assert [output.error for output in engine.next_logprobs(prompts, [1])] == errors
    assert engine.calls == [(((1,), (2,)), (1,), None)]


def test_of_a_continuation_the_sequence_counts(engine):
    outputs = engine.loglikelihood([(1,), (), (1,), (1, 2, 3, 4)], [(2,), (2,), (), (5, 6, 7)])
    assert outputs[0].value == (-2.0,)
    assert [output.error for output in outputs[1:]] == [
        "the prompt is empty",
        "the continuation is empty: there is nothing to score",
        "the prompt has 7 tokens; the model has room for 6",
    ]


def test_a_generated_text_needs_its_room_less_the_token_that_every_request_generates(engine):
    outputs = engine.generate([(1, 2, 3), (1, 2, 3, 4)], Sampling(max_tokens=4), OutputConstraint(choice=("text",)))
    assert [output.error for output in outputs] == [None, "the prompt has 4 tokens; the model has room for 3"]


def test_a_refused_batch_is_bisected(engine):
    outputs = engine.next_logprobs([(1,), (9,), (2,), (3,)], [1])
    assert [output.error for output in outputs] == [None, "nine", None, None]
    assert [len(prompts) for prompts, _, _ in engine.calls] == [4, 2, 1, 1, 2]


def test_a_value_that_is_not_finite_is_an_error(engine):
    good, bad = engine.loglikelihood([(1,), (1,)], [(2,), (3, 8)])
    assert good.value == (-2.0,) and bad.value is None and "dtype=float32" in bad.error and bad.usage == Usage(1)


def test_labels_outside_the_vocabulary_and_none_at_all(engine):
    for label in (-1, 10):
        with pytest.raises(InputError, match="label's token ID is outside the model's 10"):
            engine.next_logprobs([(1,)], [label])
    assert [output.value for output in engine.next_logprobs([(1,)], [])] == [()]
    assert engine.calls == []


def test_nothing_is_read_where_no_prompt_is_valid(engine):
    assert engine.generate([()], Sampling())[0].error and engine.loglikelihood([], []) == [] and engine.calls == []


def test_only_declared_options_are_accepted():
    Recorder.check_options(EngineOptions(max_model_len=16))
    with pytest.raises(InputError, match="the engine recorder does not take dtype: leave it out, or use another"):
        Recorder.check_options(EngineOptions(dtype="float32"))


def test_a_closed_engine_says_so(engine):
    engine.is_closed = True
    for read in (
        lambda: engine.next_logprobs([(1,)], [1]),
        lambda: engine.loglikelihood([(1,)], [(1,)]),
        lambda: engine.generate([()], Sampling()),
    ):
        with pytest.raises(EngineError, match="closed: open it again"):
            read()
