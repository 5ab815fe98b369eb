"""The prompts a ranker would write for a request, without a model to read them."""

from collections.abc import Sequence
from typing import TypeVar

from promptrec.data.query import RankRequest
from promptrec.engine.base import Constraint, Reading, Sampling, Tokens
from promptrec.engine.models import resolve
from promptrec.engine.tokenizer import Tokenizer
from promptrec.prompt import Tokenizer as AnyTokenizer
from promptrec.recommender import Recommender

T = TypeVar("T")
UNREAD = "this engine only writes prompts down"


class RecordingEngine:
    """Keeps the text of every prompt, and reads none: each reading is an error."""

    name = "recording"

    def __init__(self, model_id: str, tokenizer: AnyTokenizer, context_length: int) -> None:
        self.model_id = model_id
        self.tokenizer = tokenizer
        self.context_length = context_length
        self.prompts: list[str] = []

    @classmethod
    def of(cls, model: str, context_length: int = 4096) -> "RecordingEngine":
        """With the tokenizer of an added model.

        Raises:
            UnknownName, ModelError: a model that is not here.
        """
        info = resolve(model, "language model")
        return cls(info.name, Tokenizer.from_folder(info.folder), context_length)

    def next_logprobs(
        self, prompts: Sequence[Tokens], label_ids: Sequence[int], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.next_logprobs`."""
        return [self._keep(prompt) for prompt in prompts]

    def loglikelihood(
        self, prompts: Sequence[Tokens], continuations: Sequence[Tokens], *, adapter: str | None = None
    ) -> list[Reading[tuple[float, ...]]]:
        """See `Engine.loglikelihood`."""
        return [self._keep((*prompt, *more)) for prompt, more in zip(prompts, continuations, strict=True)]

    def generate(
        self,
        prompts: Sequence[Tokens],
        sampling: Sampling,
        constraint: Constraint | None = None,
        *,
        adapter: str | None = None,
    ) -> list[Reading[str]]:
        """See `Engine.generate`."""
        return [self._keep(prompt) for prompt in prompts]

    def close(self) -> None:
        """Nothing to free."""

    def _keep(self, prompt: Tokens) -> Reading[T]:
        self.prompts.append(self.tokenizer.decode(prompt))
        return Reading(None, error=UNREAD)


def first_prompt(recommender: Recommender, engine: RecordingEngine, request: RankRequest) -> str:
    """What the model reads first for a request: of its first candidate, or of all of them at once.

    `recommender` reads with `engine`. Empty where the ranker writes no prompt for it.
    """
    engine.prompts.clear()
    recommender.rank_many([request])
    return engine.prompts[0] if engine.prompts else ""
