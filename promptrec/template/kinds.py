"""Kinds of template: one record each, with what a prompt shows and how the model's answer is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class AnswerWords:
    """Answer words of a kind, whose probabilities are read; the header lists them under `answers`."""

    least: int
    most: int
    order: str
    """The order in which a header lists them, in words, for messages."""
    best_first: bool
    default: tuple[str, ...] = ()

    def best_and_worst(self, words: Sequence[str]) -> tuple[str, str]:
        """Of a header's words, the one for an item that suits and the one for an item that does not."""
        return (words[0], words[-1]) if self.best_first else (words[-1], words[0])


@dataclass(frozen=True)
class TemplateKind:
    """Properties of all templates of a kind. A new kind is one record in `KINDS` and its templates."""

    name: str
    """Its name in headers; also the name of its file in a pack, and of its ranker."""
    shows: Literal["item", "candidates", "no item"] = "item"
    """One item a prompt (`item`), all candidates with labels (`candidates`), or only the person."""
    stable: Literal["query", "item"] | None = "query"
    """The part that is the same in the prompts of a batch, and so comes first: its prefix is computed once."""
    scores: tuple[str, str] | None = None
    """The text in the reply block whose likelihood is the score, as ("query", "preferences"); None: no text is."""
    words: AnswerWords | None = None
    """The answer words whose probabilities are read; None: there are none."""
    writes_answer: bool = False
    """Whether the model writes its answer as text, in the form that `instruction` describes."""
    most_candidates: int = 1
    """The most candidates that one prompt shows."""
    question: Mapping[str, str] = field(default_factory=dict)
    """A question that such a template could end with, by language; {answers} stands for the answer words."""

    @property
    def lists_candidates(self) -> bool:
        """Whether a prompt shows all candidates at once."""
        return self.shows == "candidates"

    @property
    def ranks(self) -> bool:
        """Whether its prompts serve to rank items."""
        return self.shows != "no item"

    @property
    def reads_label(self) -> bool:
        """Whether the answer is the label of a candidate, read at the next token."""
        return self.lists_candidates and not self.writes_answer

    @property
    def reads_next_token(self) -> bool:
        """Whether the answer is read from the probabilities of the next token: a label, or one of the answer words."""
        return self.reads_label or self.words is not None


_ALL = (
    TemplateKind("query-likelihood", stable="item", scores=("query", "preferences")),
    TemplateKind("item-pmi", scores=("item", "title")),
    TemplateKind(
        "yes-no",
        words=AnswerWords(2, 2, "the yes word and the no word", best_first=True, default=("Yes", "No")),
        question={"en": "Would this suit them? Answer {answers}.", "zh": "适合TA吗？请只回答{answers}。"},
    ),
    TemplateKind(
        "graded",
        words=AnswerWords(2, 9, "worst first", best_first=False),
        question={"en": "How well would this suit them? Answer {answers}.", "zh": "有多适合TA？请只回答{answers}。"},
    ),
    TemplateKind(
        "listwise-labels",
        shows="candidates",
        most_candidates=50,
        question={
            "en": "Which suits them best? Answer with its label in brackets.",
            "zh": "哪一个最适合TA？请用标签回答。",
        },
    ),
    TemplateKind("listwise-text", shows="candidates", writes_answer=True, most_candidates=20),
    TemplateKind("profile", shows="no item", stable=None),
)
KINDS: dict[str, TemplateKind] = {kind.name: kind for kind in _ALL}
"""All kinds, in the order they are listed."""
