"""Engine contract: tests that every engine must pass. Subclass `EngineContract` with a fixture named `engine`.

Example:
    class TestMyEngine(EngineContract):
        @pytest.fixture
        def engine(self, my_engine):  # opened once, by a fixture of the session
            return my_engine
"""

import math
import re

import pytest

from promptrec.engine.base import Engine, OutputConstraint, Sampling, Tokens
from promptrec.messages import Reason

TEXTS = (
    "The capital of France is",
    "Someone who loves slow films about the sea says:",
    "A",
    "The film is about a captain who steers a leaking schooner through a typhoon. The film is about",
)
ENDS = (" Paris and", " I want a ship", " b", " a captain who")
WORDS = (" the", " Paris", " a", "x", "!")


class EngineContract:
    """The three methods agree with each other, numbers are exact, and a failure concerns its own prompt only."""

    tolerance = 1e-2

    def ids(self, engine: Engine, *texts: str) -> list[Tokens]:
        """Token IDs of texts."""
        return [engine.tokenizer.encode(text, trusted=True) for text in texts]

    def labels(self, engine: Engine) -> list[int]:
        """First tokens of some words, each once."""
        return list(dict.fromkeys(ids[0] for ids in self.ids(engine, *WORDS)))

    def test_next_logprobs_is_the_first_token_of_loglikelihood(self, engine: Engine) -> None:
        prompts, labels = self.ids(engine, *TEXTS), self.labels(engine)
        read = engine.next_logprobs(prompts, labels)
        for prompt, reading in zip(prompts, read, strict=True):
            single = engine.loglikelihood([prompt] * len(labels), [(label,) for label in labels])
            assert reading.get() == pytest.approx([r.get()[0] for r in single], abs=self.tolerance)

    def test_labels_have_the_probabilities_of_one_distribution(self, engine: Engine) -> None:
        labels = self.labels(engine)
        for reading in engine.next_logprobs(self.ids(engine, *TEXTS), labels):
            assert all(value < 0 for value in reading.get())
            assert sum(map(math.exp, reading.get())) <= 1 + 1e-4

    def test_log_probabilities_are_finite_and_at_most_zero(self, engine: Engine) -> None:
        prompts, unlikely = self.ids(engine, *TEXTS), tuple(range(100))
        readings = engine.next_logprobs(prompts, range(150))
        readings += engine.loglikelihood(prompts, [*self.ids(engine, *ENDS[1:]), unlikely])
        for reading in readings:
            assert all(math.isfinite(value) and value <= 1e-4 for value in reading.value or ())

    def test_more_labels_than_one_request_may_hold(self, engine: Engine) -> None:
        prompt = self.ids(engine, TEXTS[0])
        many = list(range(200))
        few = engine.next_logprobs(prompt, many[150:153])[0].get()
        assert engine.next_logprobs(prompt, many)[0].get()[150:153] == pytest.approx(few, abs=self.tolerance)

    def test_labels_come_back_in_the_order_given_with_repeats(self, engine: Engine) -> None:
        (prompt,), labels = self.ids(engine, TEXTS[0]), self.labels(engine)
        straight = engine.next_logprobs([prompt], labels)[0].get()
        turned = engine.next_logprobs([prompt], [*reversed(labels), labels[0]])[0].get()
        assert turned == pytest.approx([*reversed(straight), straight[0]], abs=self.tolerance)

    def test_a_likelihood_is_the_sum_of_its_parts(self, engine: Engine) -> None:
        prompts, ends = self.ids(engine, *TEXTS), self.ids(engine, *ENDS)
        readings = engine.loglikelihood(prompts, ends)
        for prompt, end, reading in zip(prompts, ends, readings, strict=True):
            assert len(reading.get()) == len(end)
            if len(end) > 1:
                first = engine.loglikelihood([prompt], [end[:1]])[0].get()
                rest = engine.loglikelihood([(*prompt, *end[:1])], [end[1:]])[0].get()
                assert reading.get() == pytest.approx((*first, *rest), abs=self.tolerance)

    def test_other_prompts_of_a_batch_change_nothing(self, engine: Engine) -> None:
        prompts, ends = self.ids(engine, *TEXTS), self.ids(engine, *ENDS)
        alone = [engine.loglikelihood([p], [e])[0].get() for p, e in zip(prompts, ends, strict=True)]
        together = engine.loglikelihood(prompts * 3, ends * 3)
        for reading, expected in zip(together, alone * 3, strict=True):
            assert reading.get() == pytest.approx(expected, abs=self.tolerance)

    @pytest.mark.parametrize("length", [16, 31, 32, 33, 63, 64, 65])
    def test_a_shared_prefix_of_any_length_is_exact(self, engine: Engine, length: int) -> None:
        (long,) = self.ids(engine, " ".join(TEXTS) * 3)
        prefix = long[:length]
        ends = [long[:3], long[2:5], long[:1] + long[7:9]]
        shared = engine.loglikelihood([prefix] * len(ends), ends)
        again = engine.loglikelihood([prefix] * len(ends), ends)
        for end, first, second in zip(ends, shared, again, strict=True):
            alone = engine.loglikelihood([prefix], [end])[0].get()
            assert first.get() == pytest.approx(alone, abs=self.tolerance)
            assert second.get() == pytest.approx(alone, abs=self.tolerance)

    def test_a_prompt_that_fails_fails_alone(self, engine: Engine) -> None:
        (good,) = self.ids(engine, TEXTS[0])
        long = good * (engine.context_length // len(good) + 2)
        for readings in (
            engine.next_logprobs([good, long, ()], self.labels(engine)),
            engine.loglikelihood([good, long, ()], [good, good, good]),
            engine.generate([good, long, ()], Sampling(max_tokens=4)),
        ):
            assert [reading.error is None for reading in readings] == [True, False, False]
            error = str(readings[1].error)
            assert str(len(long)) in error or str(len(long) + len(good)) in error
            assert readings[1].value is None
            assert isinstance(readings[1].error, Reason) and isinstance(readings[2].error, Reason)
            assert "empty" in str(readings[2].error)

    def test_a_prompt_that_fills_the_context_is_read(self, engine: Engine) -> None:
        (some,) = self.ids(engine, TEXTS[0])
        full = (some * (engine.context_length // len(some) + 1))[: engine.context_length]
        (likelihood,) = engine.loglikelihood([full[:-3]], [full[-3:]])
        (labels,) = engine.next_logprobs([full[:-1]], full[-1:])
        assert labels.get()[0] == pytest.approx(likelihood.get()[-1], abs=self.tolerance)
        assert engine.next_logprobs([full], full[-1:])[0].error is None
        over = engine.loglikelihood([full], [full[:1]])[0]
        assert str(len(full) + 1) in str(over.error)

    def test_an_empty_continuation_is_an_error_not_a_certainty(self, engine: Engine) -> None:
        (good,) = self.ids(engine, TEXTS[0])
        empty, full = engine.loglikelihood([good, good], [(), good])
        assert empty.error and empty.value is None
        assert full.value is not None

    def test_usage_counts_tokens_exactly(self, engine: Engine) -> None:
        prompts, ends = self.ids(engine, *TEXTS), self.ids(engine, *ENDS)
        for prompt, reading in zip(prompts, engine.next_logprobs(prompts, self.labels(engine)[:1]), strict=True):
            assert reading.usage.prompt_tokens == len(prompt)
        for prompt, end, reading in zip(prompts, ends, engine.loglikelihood(prompts, ends), strict=True):
            assert reading.usage.prompt_tokens == len(prompt) + len(end)
            assert 0 <= reading.usage.cached_tokens <= reading.usage.prompt_tokens
        written = engine.generate(prompts, Sampling(max_tokens=5))
        assert all(0 < reading.usage.decoded_tokens <= 5 for reading in written)

    def test_written_text_keeps_to_a_choice(self, engine: Engine) -> None:
        choice = ("a ship", "a train", "neither of them")
        for reading in engine.generate(
            self.ids(engine, *TEXTS), Sampling(max_tokens=32), OutputConstraint(choice=choice)
        ):
            assert reading.get() in choice

    def test_written_text_matches_a_regular_expression(self, engine: Engine) -> None:
        pattern = r"\[(A|B|C)\]( > \[(A|B|C)\]){2}"
        for reading in engine.generate(
            self.ids(engine, *TEXTS), Sampling(max_tokens=40), OutputConstraint(regex=pattern)
        ):
            assert re.fullmatch(pattern, reading.get())

    def test_greedy_text_is_the_same_every_time_and_in_any_company(self, engine: Engine) -> None:
        prompts = self.ids(engine, *TEXTS)
        together = engine.generate(prompts, Sampling(max_tokens=6))
        assert together == engine.generate(prompts, Sampling(max_tokens=6))
        assert engine.generate(prompts[:1], Sampling(max_tokens=6))[0].get() == together[0].get()

    def test_greedy_text_starts_with_the_likeliest_token(self, engine: Engine) -> None:
        (prompt,) = self.ids(engine, TEXTS[0])
        first = engine.tokenizer.encode(engine.generate([prompt], Sampling(max_tokens=1))[0].get(), trusted=True)[0]
        values = engine.next_logprobs([prompt], [first, *self.labels(engine)])[0].get()
        assert values[0] >= max(values) - self.tolerance

    def test_text_ends_before_a_stop_string(self, engine: Engine) -> None:
        (prompt,) = self.ids(engine, TEXTS[0])
        text = engine.generate([prompt], Sampling(max_tokens=6))[0].get()
        stop = text[2:4]
        assert engine.generate([prompt], Sampling(max_tokens=6, stop=(stop,)))[0].get() == text[: text.find(stop)]

    def test_no_prompts_no_readings(self, engine: Engine) -> None:
        assert engine.next_logprobs([], self.labels(engine)) == []
        assert engine.loglikelihood([], []) == []
        assert engine.generate([], Sampling()) == []
