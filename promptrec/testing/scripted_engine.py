"""Scripted engine: an engine without weights, for tests, examples and template authors."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from promptrec.engine.base import BaseEngine, Logprobs, Output, OutputConstraint, Sampling, Tokens, Usage
from promptrec.errors import InputError
from promptrec.messages import Reason
from promptrec.testing.byte_ngram_model import BytesModel
from promptrec.testing.bytes_tokenizer import BytesTokenizer

T = TypeVar("T")


class ScriptedEngine(BaseEngine):
    """Engine with an n-gram model of bytes, or with scripted answers.

    `prompts` collects the texts it has read, continuations included.

    Args:
        reply: text that `generate` writes, from the prompt's text. It is returned unchanged, even if it violates the
            constraint. None writes the likeliest choice, the first text that a regular expression matches, or the
            likeliest bytes.
        next: log-probability of a label's text after a prompt's text, instead of the model's.
        fail: error of a prompt's text, or None.
        context_length: in tokens, i.e. bytes.
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
        self.tokenizer: BytesTokenizer = BytesTokenizer()
        self.vocabulary_size = self.tokenizer.vocabulary_size
        self.context_length = context_length
        self.prompts: list[str] = []
        self._reply, self._next, self._fail = reply, next, fail

    def _next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[Logprobs]]:
        return [self._read(p, lambda text, p=p: tuple(self._label(p, text, i) for i in label_ids)) for p in prompts]  # type: ignore[misc]

    def _label(self, prompt: Tokens, text: str, label: int) -> float:
        if self._next is not None:
            return self._next(text, self.tokenizer.decode((label,)))
        return self._model(prompt).logprobs((label,))[0]

    def _loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        return [
            self._read((*p, *c), lambda text, p=p, c=c: self._model(p).logprobs(c))  # type: ignore[misc]
            for p, c in zip(prompts, continuations, strict=True)
        ]

    def _generate(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: OutputConstraint | None, adapter: str | None
    ) -> list[Output[str]]:
        return [self._write(p, sampling, constraint) for p in prompts]

    def _write(self, prompt: Tokens, sampling: Sampling, constraint: OutputConstraint | None) -> Output[str]:
        output = self._read(prompt, lambda text: self._text(prompt, text, sampling, constraint))
        if output.value is None:
            return output
        ids = self.tokenizer.encode(output.value, trusted=True)[: sampling.max_tokens]
        usage = Usage(prompt_tokens=len(prompt), decoded_tokens=len(ids))
        return Output(sampling.truncate(self.tokenizer.decode(ids)), usage)

    def _text(self, prompt: Tokens, text: str, sampling: Sampling, constraint: OutputConstraint | None) -> str:
        if self._reply is not None:
            return self._reply(text)
        model = self._model(prompt)
        if constraint is None:
            return self.tokenizer.decode(model.greedy(min(sampling.max_tokens, 16)))
        if constraint.choice is not None:
            return max(constraint.choice, key=lambda c: sum(model.logprobs(self.tokenizer.encode(c, trusted=False))))
        if constraint.regex is not None:
            return first_match(constraint.regex)
        raise InputError("scripted-engine-grammar")

    def _read(self, ids: Tokens, value: Callable[[str], T]) -> Output[T]:
        """`value` of a prompt's text, unless the prompt is scripted to fail."""
        text = self.tokenizer.decode(ids)
        self.prompts.append(text)
        error = self._fail(text) if self._fail else None
        return Output(None, error=Reason(error)) if error else Output(value(text), Usage(prompt_tokens=len(ids)))

    def _model(self, prompt: Tokens) -> BytesModel:
        return _model_of(prompt, self.tokenizer.vocabulary_size)


@lru_cache(4096)
def _model_of(prompt: Tokens, vocabulary: int) -> BytesModel:
    return BytesModel(prompt, vocabulary)


def first_match(pattern: str) -> str:
    """Text that a regular expression matches in full: first alternatives, fewest repeats."""
    return _first(re._parser.parse(pattern))  # type: ignore[attr-defined]


def _first(parts: Any) -> str:  # noqa: ANN401 - a parse tree of the standard library
    out = ""
    for kind, value in parts:
        name = str(kind)
        if name == "LITERAL":
            out += chr(value)
        elif name == "SUBPATTERN":
            out += _first(value[-1])
        elif name == "BRANCH":
            out += _first(value[1][0])
        elif name == "MAX_REPEAT":
            out += _first(value[2]) * value[0]
        elif name == "IN":
            out += _first([value[0] if str(value[0][0]) == "LITERAL" else (re._constants.LITERAL, value[0][1][0])])  # type: ignore[attr-defined]
        else:
            raise InputError("scripted-engine-pattern", name=name)
    return out
