"""`Engine`: three ways to read a model. Knows nothing of items, templates or what labels mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from promptrec.errors import EngineError
from promptrec.prompt import Tokenizer

T = TypeVar("T")
Tokens = tuple[int, ...]


@dataclass(frozen=True)
class Usage:
    """Tokens of one prompt: all that were in it, those taken from a cache, those the model wrote."""

    prompt: int = 0
    cached: int = 0
    decoded: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.prompt + other.prompt, self.cached + other.cached, self.decoded + other.decoded)


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
