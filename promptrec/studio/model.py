"""Model of a studio: the tokenizer is loaded at once, the weights on first use."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from promptrec.engine.base import Engine, Output, OutputConstraint, Sampling, Tokens
from promptrec.engine.models.registry import resolve
from promptrec.engine.options import DEFAULTS, EngineOptions
from promptrec.engine.registry import EngineChoice, choose_engine, open_engine
from promptrec.engine.tokenizer import ModelTokenizer
from promptrec.errors import PromptrecError
from promptrec.prompt import Tokenizer
from promptrec.studio.job import Job

T = TypeVar("T")
# Prompts read between two checks for cancellation.
AT_ONCE = 16


class WordTokenizer:
    """Tokenizer for a machine without the model: words and signs, each with its own ID."""

    chat_template: str | None = None
    special_tokens: dict[str, str] = {}  # noqa: RUF012 - as the protocol has it
    bos_id: int | None = None

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._words: list[str] = []

    def encode(self, text: str, *, trusted: bool) -> tuple[int, ...]:
        """See `promptrec.prompt.Tokenizer.encode`."""
        ids = []
        for word in re.findall(r" ?[\u4e00-\u9fff]| ?[^\W\u4e00-\u9fff]+| ?[^\w\s]|\s", text):
            if word not in self._numbers:
                self._numbers[word] = len(self._words)
                self._words.append(word)
            ids.append(self._numbers[word])
        return tuple(ids)

    def decode(self, ids: tuple[int, ...]) -> str:
        """See `promptrec.prompt.Tokenizer.decode`."""
        return "".join(self._words[i] for i in ids)


class Model:
    """A model by name, and its engine, which is opened once.

    Args:
        name: of an added model, or its folder.
        engine: "vllm", "transformers", "server", an open `Engine`, or None for the default of this machine.
        options: options of the engine.

    Raises:
        UnknownName: no such engine.
    """

    def __init__(self, name: str, engine: str | Engine | None = None, options: EngineOptions = DEFAULTS) -> None:
        self.name = name
        self.missing: PromptrecError | None = None
        """Why the model's tokenizer cannot be loaded; None if it can."""
        self._options = options
        self._tokenizer: Tokenizer | None = None
        self._engine: str | None = None
        self._opened: tuple[Engine, EngineChoice | None] | None = None
        if engine is None or isinstance(engine, str):
            self._engine = engine and choose_engine(engine).name
        else:
            self._opened = engine, None
        self._lock = threading.Lock()

    @property
    def tokenizer(self) -> Tokenizer:
        """The model's tokenizer, or a `WordTokenizer`. A model that is added while the studio runs is found."""
        try:
            self._tokenizer = self._tokenizer or self._read()
        except PromptrecError as error:
            self.missing = error
            return WordTokenizer()
        self.missing = None
        return self._tokenizer

    def _read(self) -> Tokenizer:
        if self._opened is not None:
            return self._opened[0].tokenizer
        return ModelTokenizer.from_folder(resolve(self.name, "language model").folder)

    @property
    def tokenizer_if_there(self) -> Tokenizer | None:
        """The model's tokenizer or None, for checks that a `WordTokenizer` cannot make (single-token labels)."""
        found = self.tokenizer
        return None if self.missing else found

    @contextmanager
    def reading(self, job: Job) -> Iterator[tuple["ObservedEngine", EngineChoice | None]]:
        """The engine, opened on first use, for one job at a time, because engines are not thread-safe.

        Raises:
            ModelError, EngineError, MissingExtra, UnknownName: see `promptrec.engine.registry.open_engine`.
        """
        while not self._lock.acquire(timeout=0.2):
            job.note("waiting")
        try:
            if self._opened is None:
                job.note("loading")
                self._opened = open_engine(self.name, self._engine, self._options)
            job.note("ranking")
            engine, choice = self._opened
            yield ObservedEngine(engine, job), choice
        finally:
            self._lock.release()

    def close(self) -> None:
        """Free the model."""
        if self._opened is not None:
            self._opened[0].close()


class ObservedEngine:
    """Engine whose calls can be cancelled between prompts, and whose replies are recorded. See `Engine`."""

    def __init__(self, engine: Engine, job: Job) -> None:
        self._engine, self._job = engine, job
        self.name, self.model_id, self.context_length = engine.name, engine.model_id, engine.context_length
        self.replies: list[tuple[str, str]] = []
        """Pairs of a prompt and the reply to it."""
        self.watching = True
        """Whether progress is the number of prompts; A/B and tests count queries instead."""
        self._done = 0

    @property
    def tokenizer(self) -> Tokenizer:
        """See `Engine.tokenizer`."""
        return self._engine.tokenizer

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.next_logprobs`."""
        return self._read(prompts, lambda part: self._engine.next_logprobs(prompts[part], label_ids, adapter=adapter))

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Output[tuple[float, ...]]]:
        """See `Engine.loglikelihood`."""
        read = self._engine.loglikelihood
        return self._read(prompts, lambda part: read(prompts[part], continuations[part], adapter=adapter))

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: OutputConstraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Output[str]]:
        """See `Engine.generate`."""
        write = self._engine.generate
        out = self._read(prompts, lambda part: write(prompts[part], sampling, constraint, adapter=adapter))
        pairs = ((prompt, reading.value) for prompt, reading in zip(prompts, out, strict=True))
        self.replies += [(self.tokenizer.decode(prompt), reply) for prompt, reply in pairs if reply is not None]
        return out

    def close(self) -> None:
        """Do nothing: the studio closes the engine."""

    def _read(self, prompts: Sequence[Tokens], read: Callable[[slice], list[Output[T]]]) -> list[Output[T]]:
        out: list[Output[T]] = []
        for start in range(0, len(prompts), AT_ONCE):
            if self.watching:
                self._job.note("ranking", self._done, 0)
            else:
                self._job.note(self._job.stage, self._job.done, self._job.total)
            out += read(slice(start, start + AT_ONCE))
            self._done += min(AT_ONCE, len(prompts) - start)
        return out
