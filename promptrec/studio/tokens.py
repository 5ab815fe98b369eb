"""A prompt as its author sees it: tokens in three parts, and for each whether its text is trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from promptrec.author.sample import shown
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.prompt import Fitted, Tokenizer, encode, fit
from promptrec.template.template import Template

BROKEN = "\ufffd"


@dataclass(frozen=True)
class Chip:
    """One token, or several that only together are a character. `trusted`: the template's author typed it."""

    text: str
    ids: tuple[int, ...]
    trusted: bool

    @property
    def shown(self) -> str:
        """With a sign for each end of a line."""
        return self.text.replace("\n", "⏎\n")


@dataclass(frozen=True)
class Part:
    """`name` is same (for every candidate, so that it is read once), varies, or reply."""

    name: str
    chips: tuple[Chip, ...]
    tokens: int


@dataclass(frozen=True)
class Shown:
    """The prompt for one candidate, or for all of them where the template shows all at once."""

    parts: tuple[Part, ...]
    tokens: int
    cuts: tuple[str, ...]


class _Recorder:
    """A tokenizer that remembers what it was given: `promptrec.prompt.encode` knows where spans really meet."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.chat_template = tokenizer.chat_template
        self.special_tokens = tokenizer.special_tokens
        self.bos_id = tokenizer.bos_id
        self.trusted: list[bool] = []

    def encode(self, text: str, *, trusted: bool) -> tuple[int, ...]:
        ids = self._tokenizer.encode(text, trusted=trusted)
        self.trusted += [trusted] * len(ids)
        return ids

    def decode(self, ids: tuple[int, ...]) -> str:
        return self._tokenizer.decode(ids)


def prompt_shown(
    template: Template, query: Query, items: Sequence[Item], place: int, tokenizer: Tokenizer, budget: int
) -> Shown:
    """The prompt for the candidate at `place`, compared with those for the others.

    A listwise prompt shows all candidates; what comes before them is what other orders of them share.

    Raises:
        TemplateError, PromptTooLong: as `promptrec.prompt.fit`.
    """
    listwise = template.header.ranks.startswith("listwise")
    turns = [[*items[n:], *items[:n]] for n in range(len(items))]
    fitted = [_fitted(template, query, turn, tokenizer, budget) for turn in (turns[:2] if listwise else turns)]
    chosen = fitted[0 if listwise else place]
    beside = zip(*(f.encoded.context for f in fitted), strict=False)
    same = sum(1 for _ in takewhile(lambda tokens: len(set(tokens)) == 1, beside))
    recorder = _Recorder(tokenizer)
    encoded = encode(chosen.prompt, recorder)
    # A token that starts every sequence is the model's own.
    trusted = [True] * (len(encoded.ids) - len(recorder.trusted)) + recorder.trusted
    ends = {"same": same, "varies": len(encoded.context), "reply": len(encoded.ids)}
    parts, start = [], 0
    for name, end in ends.items():
        parts.append(Part(name, _chips(encoded.ids[start:end], trusted[start:end], tokenizer), end - start))
        start = end
    return Shown(tuple(parts), len(encoded.ids), chosen.cuts)


def _fitted(template: Template, query: Query, items: list[Item], tokenizer: Tokenizer, budget: int) -> Fitted:
    told = shown(template, query, items)
    return fit(template, told.query, told.items, told.labels, tokenizer, budget, instruction=told.instruction)


def _chips(ids: Sequence[int], trusted: Sequence[bool], tokenizer: Tokenizer) -> tuple[Chip, ...]:
    chips: list[Chip] = []
    start = 0
    for end in range(1, len(ids) + 1):
        text = tokenizer.decode(tuple(ids[start:end]))
        # A Chinese character may be several tokens, none of which is text by itself.
        whole = BROKEN not in text or end == len(ids) or trusted[end] != trusted[start] or end - start == 4
        if whole:
            chips.append(Chip(text, tuple(ids[start:end]), trusted[start]))
            start = end
    return tuple(chips)
