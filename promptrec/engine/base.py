"""`Engine`: three ways to read a model. Knows nothing of items, templates or what labels mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import ConfigDict, FiniteFloat
from pydantic.dataclasses import dataclass as validated

from promptrec.errors import EngineError
from promptrec.prompt import Tokenizer

T = TypeVar("T")
Tokens = tuple[int, ...]


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
    """What came back for one prompt: a value, or the reason there is none. An error is never a value."""

    value: T | None
    usage: Usage = Usage()
    error: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.error is None):
            raise ValueError("a reading has either a value or an error")

    def get(self) -> T:
        """The value.

        Raises:
            EngineError: there is none; the message is the reason.
        """
        if self.value is None:
            raise EngineError(self.error or "nothing was read")
        return self.value


@dataclass(frozen=True)
class Sampling:
    """How to write text. Temperature 0 takes the likeliest token each time and needs no seed."""

    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True)
class Constraint:
    """What the written text must match: exactly one of a list of choices, a regular expression or an EBNF grammar."""

    choice: tuple[str, ...] | None = None
    regex: str | None = None
    grammar: str | None = None

    def __post_init__(self) -> None:
        if sum(part is not None for part in (self.choice, self.regex, self.grammar)) != 1:
            raise ValueError("a constraint is exactly one of choice, regex or grammar")


class Engine(Protocol):
    """A model that can be read in three ways. Results come back in the order of the prompts, one for each.

    A prompt that fails (too long, refused, given up after several tries) gives a Reading with an error and leaves the
    others alone; an engine raises EngineError only where a call reads nothing, because it cannot answer at all.
    `adapter` is the folder of a PEFT LoRA adapter.
    """

    name: str
    model_id: str
    context_length: int

    @property
    def tokenizer(self) -> Tokenizer:
        """Text to token ids, as the model knows them."""

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """Exact natural-log probabilities of each label token at the position after each prompt.

        They are taken over the whole vocabulary: the exponentials of the labels' values sum to at most 1.
        """

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """One natural-log probability for each token of each continuation, given its prompt."""

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Output[str]]:
        """What the model writes after each prompt, held to `constraint` where there is one."""

    def close(self) -> None:
        """Free the model. Calling it twice is harmless."""
