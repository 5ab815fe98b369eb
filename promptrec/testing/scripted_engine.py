"""`ScriptedEngine`: an engine without weights, for tests, examples and people who write templates."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from promptrec.engine.base import Constraint, Output, Sampling, Tokens, Usage
from promptrec.engine.validation import check_labels, log_probabilities, prompt_error
from promptrec.errors import InputError
from promptrec.testing.bytes_model import BytesModel
from promptrec.testing.bytes_tokenizer import BytesTokenizer

T = TypeVar("T")


class ScriptedEngine:
    """Reads prompts with a small, exact model of bytes: text that repeats phrases of its context is likelier.

    Args:
        reply: what `generate` writes, from the prompt's text. It is returned as it is, constraint or not: tests need
            replies that keep no agreement. None writes the likeliest choice, the first text that a regular expression
            matches, or the likeliest bytes.
        next: the log-probability of a label's text after a prompt's text, in place of the little model's.
        fail: the reason why a prompt fails, or None where it does not.
        context_length: in tokens, which here are bytes.

    `prompts` collects the texts it was asked to read, continuation included.
    """

    name = "scripted"
    model_id = "scripted"

    def __init__(
        self,
        *,
        reply: Callable[[str], str] | None = None,
        next: Callable[[str, str], float] | None = None,
        fail: Callable[[str], str | None] | None = None,
        context_length: int = 100_000,
    ) -> None:
        self.tokenizer = BytesTokenizer()
        self.context_length = context_length
        self.prompts: list[str] = []
        self._reply, self._next, self._fail = reply, next, fail

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.next_logprobs`."""
        check_labels(label_ids, self.tokenizer.vocabulary_size)
        return [self._labels(p, label_ids) for p in prompts]

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.loglikelihood`."""
        return [self._likelihood(p, c) for p, c in zip(prompts, continuations, strict=True)]

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Output[str]]:
        """See `Engine.generate`."""
        return [self._written(p, sampling, constraint) for p in prompts]

    def close(self) -> None:
        """Nothing to free."""

    def _labels(self, prompt: Tokens, label_ids: Sequence[int]) -> Output[tuple[float, ...]]:
        read = self._reading(prompt, lambda text: tuple(self._label(prompt, text, i) for i in label_ids))
        return read if read.value is None else log_probabilities(read.value, read.usage)

    def _label(self, prompt: Tokens, text: str, label: int) -> float:
        if self._next is not None:
            return self._next(text, self.tokenizer.decode((label,)))
        return self._model(prompt).logprobs((label,))[0]

    def _likelihood(self, prompt: Tokens, continuation: Tokens) -> Output[tuple[float, ...]]:
        if not continuation:
            return Output(None, error="the continuation is empty: there is nothing to score")
        whole = self._reading((*prompt, *continuation), lambda text: self._model(prompt).logprobs(continuation))
        return whole if prompt else Output(None, error="the prompt is empty")

    def _written(self, prompt: Tokens, sampling: Sampling, constraint: Constraint | None) -> Output[str]:
        reading = self._reading(
            prompt,
            lambda text: self._text(prompt, text, sampling, constraint),
            self.context_length - sampling.max_tokens,
        )
        if reading.value is None:
            return reading
        written = self.tokenizer.encode(reading.value, trusted=True)[: sampling.max_tokens]
        text = self.tokenizer.decode(written)
        cut = min((at for stop in sampling.stop if (at := text.find(stop)) >= 0), default=len(text))
        return Output(text[:cut], Usage(prompt_tokens=len(prompt), decoded_tokens=len(written)))

    def _text(self, prompt: Tokens, text: str, sampling: Sampling, constraint: Constraint | None) -> str:
        if self._reply is not None:
            return self._reply(text)
        model = self._model(prompt)
        if constraint is None:
            return self.tokenizer.decode(model.greedy(min(sampling.max_tokens, 16)))
        if constraint.choice is not None:
            return max(constraint.choice, key=lambda c: sum(model.logprobs(self.tokenizer.encode(c, trusted=False))))
        if constraint.regex is not None:
            return first_match(constraint.regex)
        raise InputError("the scripted engine knows no grammars: give it reply=…")

    def _reading(self, ids: Tokens, value: Callable[[str], T], room: int | None = None) -> Output[T]:
        """`value` of a prompt's text, unless it cannot be read or is scripted to fail."""
        error = prompt_error(ids, self.context_length if room is None else room, self.tokenizer.vocabulary_size)
        text = self.tokenizer.decode(ids)
        self.prompts.append(text)
        error = error or (self._fail(text) if self._fail else None)
        return Output(None, error=error) if error else Output(value(text), Usage(prompt_tokens=len(ids)))

    def _model(self, prompt: Tokens) -> BytesModel:
        return _model_of(prompt, self.tokenizer.vocabulary_size)


@lru_cache(4096)
def _model_of(prompt: Tokens, vocabulary: int) -> BytesModel:
    return BytesModel(prompt, vocabulary)


def first_match(pattern: str) -> str:
    """A text that a regular expression matches in full: first alternatives, fewest repeats."""
    return _first(re._parser.parse(pattern))  # type: ignore[attr-defined]


def _first(parts: Any) -> str:  # noqa: ANN401 - a parse tree of the standard library
    out = ""
    for kind, told in parts:
        name = str(kind)
        if name == "LITERAL":
            out += chr(told)
        elif name == "SUBPATTERN":
            out += _first(told[-1])
        elif name == "BRANCH":
            out += _first(told[1][0])
        elif name == "MAX_REPEAT":
            out += _first(told[2]) * told[0]
        elif name == "IN":
            out += _first([told[0] if str(told[0][0]) == "LITERAL" else (re._constants.LITERAL, told[0][1][0])])  # type: ignore[attr-defined]
        else:
            raise InputError(f"the scripted engine cannot write a text for {name} in a regular expression")
    return out
