"""Engines: three ways to read a language model over token IDs, and the base class that validates what is read."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar, cast

from pydantic import ConfigDict, FiniteFloat
from pydantic.dataclasses import dataclass as validated

from promptrec.engine.options import EngineOptions
from promptrec.errors import EngineError, InputError, PromptrecError
from promptrec.messages import Reason, Slot, message, reason
from promptrec.prompt import Tokenizer

T = TypeVar("T")
Tokens = tuple[int, ...]
Logprobs = tuple[float, ...]
# Most tokens whose log-probabilities one request to vLLM may ask for, in this process or behind a server.
LABELS_PER_REQUEST = 128


@validated(frozen=True, config=ConfigDict(extra="forbid"))
class Usage:
    """Cost of reading a model: of one prompt, of a ranking, or of many. Tokens are the engine's own counts."""

    prompt_tokens: int = 0
    """Tokens of the prompts, cached ones included."""
    cached_tokens: int = 0
    """Prompt tokens that a cache held, so that they were not computed again."""
    decoded_tokens: int = 0
    """Tokens the model wrote."""
    calls: int = 0
    """Prompts read."""
    failed: int = 0
    """Prompts that came back with an error instead of an answer."""
    steps: int = 0
    """Calls that had to wait for one another: 1 where all prompts are known from the start."""
    seconds: FiniteFloat = 0.0
    """Share of the batch's time."""

    def __add__(self, other: "Usage") -> "Usage":
        # Written out: this is done for every output, and dataclasses.astuple takes 20 times as long.
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.decoded_tokens + other.decoded_tokens,
            self.calls + other.calls,
            self.failed + other.failed,
            self.steps + other.steps,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True)
class Output(Generic[T]):
    """Result for one prompt: either a value or the reason why there is none. An error is never a value."""

    value: T | None
    usage: Usage = Usage()
    error: Reason | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.error is None):
            raise ValueError("an output has either a value or an error")

    def get(self) -> T:
        """The value.

        Raises:
            EngineError: there is none; the message is the reason.
        """
        if self.error is not None:
            raise EngineError(self.error.message)
        return cast(T, self.value)


@dataclass(frozen=True)
class Sampling:
    """Settings of text generation. Temperature 0 is greedy decoding, which needs no seed."""

    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()

    def truncate(self, text: str) -> str:
        """The text before its first stop string."""
        return text[: min((at for stop in self.stop if (at := text.find(stop)) >= 0), default=len(text))]


@dataclass(frozen=True)
class OutputConstraint:
    """What generated text must match: exactly one of a list of choices, a regular expression or an EBNF grammar."""

    choice: tuple[str, ...] | None = None
    regex: str | None = None
    grammar: str | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.choice, self.regex, self.grammar)) != 1:
            raise ValueError("a constraint is exactly one of choice, regex or grammar")


class Engine(Protocol):
    """A model that can be read in three ways. Outputs come back in the order of the prompts, one for each.

    A prompt that fails (too long, refused, given up after several tries) gives an Output with an error and leaves the
    others alone; an engine raises EngineError only where no prompt of a call can be read at all.
    `adapter` is the folder of a PEFT LoRA adapter.
    """

    name: str
    model_id: str
    context_length: int

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer."""

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Output[Logprobs]]:
        """Exact natural-log probabilities of each label token at the position after each prompt.

        They are taken over the whole vocabulary: the exponentials of the labels' values sum to at most 1.
        """

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Output[Logprobs]]:
        """One natural-log probability for each token of each continuation, given its prompt."""

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: OutputConstraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Output[str]]:
        """The text that the model generates after each prompt, matching `constraint` if there is one."""

    def close(self) -> None:
        """Free the model. Calling it twice is harmless."""


class BatchRefused(PromptrecError):
    """A backend refused a batch; the message says why, but not because of which prompt."""


class BaseEngine(ABC):
    """Base of engines: validates prompts and options, so that a subclass only reads prompts that can be read.

    A subclass implements `_next_logprobs`, `_loglikelihood` and `_generate`, which get at least one prompt, none that
    is empty, too long or has unknown token IDs, and no empty continuation. They return an Output for each prompt, or
    raise `BatchRefused`: then the batch is bisected until the prompts at fault are alone. Log-probabilities that are
    not finite become errors here.
    """

    name: str
    """Name of the engine, as in `--engine`."""
    model_id: str
    """Name of the model, as in rankings."""
    context_length: int
    """Longest prompt with its continuation, in tokens."""
    vocabulary_size: int
    """Number of token IDs that the model knows."""
    tokenizer: Tokenizer
    is_closed: bool = False
    """Set by `close` where the engine cannot read any more."""

    accepts: ClassVar[frozenset[str]] = frozenset()
    """Names of the `EngineOptions` that the engine takes; others are refused."""
    refusal_hint: ClassVar[Slot] = message("leave-option-out")
    """What to do about an option that the engine does not take."""
    labels_per_request: ClassVar[int | None] = None
    """Most labels that `_next_logprobs` can be given at once; more are split into several calls."""
    least_decoded: ClassVar[int] = 0
    """Tokens that every request generates at least, for which `context_length` has no room."""

    @classmethod
    def check_options(cls, options: EngineOptions) -> None:
        """Check that the engine takes the options that are set.

        Raises:
            InputError: an option that `accepts` does not list.
        """
        for option in options.given():
            if option not in cls.accepts:
                raise InputError("engine-option-not-taken", name=cls.name, option=option, todo=cls.refusal_hint)

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Output[Logprobs]]:
        """See `Engine.next_logprobs`.

        Raises:
            InputError: a label is not a token of the model.
        """
        self._check_open()
        if label_ids and (min(label_ids) < 0 or max(label_ids) >= self.vocabulary_size):
            raise InputError("label-outside-vocabulary", vocabulary_size=self.vocabulary_size)
        labels = {label: n for n, label in enumerate(dict.fromkeys(label_ids))}
        size = self.labels_per_request or max(1, len(labels))
        parts = [list(labels)[start : start + size] for start in range(0, len(labels), size)]

        def read(indices: Sequence[int]) -> list[Output[Logprobs]]:
            some = [prompts[i] for i in indices]
            if not parts:
                return [Output(()) for _ in some]
            rows = zip(*(self._next_logprobs(some, part, adapter) for part in parts), strict=True)
            return [_select(_join(row), [labels[label] for label in label_ids]) for row in rows]

        return _read_valid([self._prompt_error(prompt, self.context_length) for prompt in prompts], read)

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Output[Logprobs]]:
        """See `Engine.loglikelihood`."""
        self._check_open()

        def read(indices: Sequence[int]) -> list[Output[Logprobs]]:
            outputs = self._loglikelihood([prompts[i] for i in indices], [continuations[i] for i in indices], adapter)
            return [_finite(output) for output in outputs]

        errors = [
            self._prompt_error((*prompt, *continuation) if prompt else (), self.context_length)
            or (None if continuation else reason("continuation-empty"))
            for prompt, continuation in zip(prompts, continuations, strict=True)
        ]
        return _read_valid(errors, read)

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: OutputConstraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Output[str]]:
        """See `Engine.generate`."""
        self._check_open()
        room = self.context_length + self.least_decoded - sampling.max_tokens
        return _read_valid(
            [self._prompt_error(prompt, room) for prompt in prompts],
            lambda indices: self._generate([prompts[i] for i in indices], sampling, constraint, adapter),
        )

    def close(self) -> None:  # noqa: B027 - not every engine holds something
        """Free the model. Calling it twice is harmless."""

    @abstractmethod
    def _next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], adapter: str | None
    ) -> list[Output[Logprobs]]:
        """`Engine.next_logprobs` of valid prompts and distinct labels, at most `labels_per_request`."""

    @abstractmethod
    def _loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], adapter: str | None
    ) -> list[Output[Logprobs]]:
        """`Engine.loglikelihood` of valid prompts and continuations."""

    @abstractmethod
    def _generate(
        self, prompts: Sequence[Tokens], sampling: Sampling, constraint: OutputConstraint | None, adapter: str | None
    ) -> list[Output[str]]:
        """`Engine.generate` of valid prompts."""

    def _check_open(self) -> None:
        if self.is_closed:
            raise EngineError("engine-closed")

    def _prompt_error(self, prompt: Tokens, room: int) -> Reason | None:
        """Why a prompt cannot be read: it is empty, longer than `room` tokens, or has an unknown token ID."""
        if not prompt:
            return reason("prompt-empty")
        if len(prompt) > room:
            return reason("prompt-longer-than-model", needed=len(prompt), room=room)
        if min(prompt) < 0 or max(prompt) >= self.vocabulary_size:
            return reason("prompt-outside-vocabulary", vocabulary_size=self.vocabulary_size)
        return None


def bisect(read: Callable[[Sequence[int]], list[Output[T]]], indices: Sequence[int]) -> list[Output[T]]:
    """Outputs of `read` for each index; a refused batch is halved until the refused prompts are alone."""
    try:
        return read(indices)
    except BatchRefused as refused:
        if len(indices) == 1:
            return [Output(None, error=refused.reason)]
        half = len(indices) // 2
        return bisect(read, indices[:half]) + bisect(read, indices[half:])


def _read_valid(errors: Sequence[Reason | None], read: Callable[[Sequence[int]], list[Output[T]]]) -> list[Output[T]]:
    """Outputs of `read` for the prompts without an error, the errors for the others."""
    valid = [i for i, error in enumerate(errors) if error is None]
    outputs = iter(bisect(read, valid) if valid else ())
    return [next(outputs) if error is None else Output(None, error=error) for error in errors]


def _join(parts: Sequence[Output[Logprobs]]) -> Output[Logprobs]:
    """One output of the log-probabilities that were read in several requests."""
    usage = sum((part.usage for part in parts), Usage())
    values: Logprobs = ()
    for part in parts:
        if part.value is None:
            return Output(None, usage, part.error)
        values += part.value
    return Output(values, usage)


def _select(output: Output[Logprobs], places: Sequence[int]) -> Output[Logprobs]:
    if output.value is None:
        return output
    return _finite(Output(tuple(output.value[n] for n in places), output.usage))


def _finite(output: Output[Logprobs]) -> Output[Logprobs]:
    """The output, or an error where a value is not finite: half precision overflows, and weights may be damaged."""
    if all(map(math.isfinite, output.value or ())):
        return output
    return Output(None, output.usage, reason("logprob-not-finite"))
