"""The tokens of a prompt: which of them other prompts share as a prefix, and which the template's author typed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, takewhile
from typing import Literal

from promptrec.authoring.sample_request import render_args
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.engine.base import Tokens
from promptrec.messages import Reason
from promptrec.prompt import Fitted, Tokenizer, encoded_apart
from promptrec.template.template import Template

# More than prompts need, so that nothing is cut; what is longer nobody looks at token by token.
MOST_TOKENS = 2**14
OTHER_PREFERENCES = {"en": "Something quite different.", "zh": "完全不同的东西。"}
REPLACEMENT_CHARACTER = "\ufffd"
# UTF-8 has no longer character.
LONGEST_CHARACTER = 4


@dataclass(frozen=True)
class TokenSpan:
    """One token, or several that only together are a character. `trusted`: the template's author typed it."""

    text: str
    ids: Tokens
    trusted: bool


@dataclass(frozen=True)
class Part:
    """What is the same in the prompts that are read next to this one, so that it is read once; what varies; the reply.

    The reply is the text that is scored, or how the answer begins.
    """

    name: Literal["same", "varies", "reply"]
    token_spans: tuple[TokenSpan, ...]

    @property
    def ids(self) -> Tokens:
        """All tokens of it."""
        return tuple(chain.from_iterable(token_span.ids for token_span in self.token_spans))


@dataclass(frozen=True)
class PromptView:
    """A prompt in its three parts, and what was shortened to make it fit: see `promptrec.prompt.Fitted`."""

    parts: tuple[Part, Part, Part]
    truncations: tuple[Reason, ...]

    @property
    def ids(self) -> Tokens:
        """The very tokens that a model reads."""
        return tuple(chain.from_iterable(part.ids for part in self.parts))


def view_prompt(
    template: Template,
    query: Query,
    items: Sequence[Item],
    tokenizer: Tokenizer,
    *,
    place: int = 0,
    across_people: bool = False,
    budget: int = MOST_TOKENS,
) -> PromptView:
    """The prompt for a person and one candidate, or all of them where the template shows all at once.

    It is compared with the prompts for the other candidates; a listwise one with another order of them. A character of
    which only some tokens are the same varies. Where no other prompt differs, all that comes before the reply is the
    same.

    Args:
        template: what writes the prompt.
        query: the person.
        items: the candidates, at least one.
        tokenizer: of the model.
        place: of the candidate whose prompt is shown; a listwise one has them in the order given.
        across_people: compare it also with the same candidate's prompt for another person; the longer prefix counts.
        budget: tokens the prompt may have.

    Raises:
        TemplateError, PromptTooLong: as `promptrec.prompt.fit`.
    """

    def read(person: Query, turn: int) -> Fitted:
        return render_args(template, person, [*items[turn:], *items[:turn]]).fit(template, tokenizer, budget)

    listwise = template.kind.lists_candidates
    turn = 0 if listwise else place
    fitted = [read(query, n) for n in range(min(2, len(items)) if listwise else len(items))]
    chosen = fitted[turn]
    beside = [{other.encoded.ids for other in fitted}]
    if across_people:
        other = read(Query(preferences=OTHER_PREFERENCES[template.header.language]), turn)
        beside.append({chosen.encoded.ids, other.encoded.ids})
    context = len(chosen.encoded.context)
    # A prompt that is the same to its end (a profile's, for any candidate) is not read twice.
    shared = max((_common(prompts) for prompts in beside if len(prompts) > 1), default=context)
    return PromptView(_parts(chosen, context, shared, tokenizer), chosen.truncations)


def _common(prompts: Collection[Tokens]) -> int:
    """How many tokens they all begin with."""
    return sum(1 for _ in takewhile(lambda tokens: len(set(tokens)) == 1, zip(*prompts, strict=False)))


def _parts(fitted: Fitted, context: int, shared: int, tokenizer: Tokenizer) -> tuple[Part, Part, Part]:
    ids = fitted.encoded.ids
    spans = chain(*encoded_apart(fitted.prompt))
    trusted = [span.trusted for span in spans for _ in tokenizer.encode(span.text, trusted=span.trusted)]
    # A token that starts every sequence is the model's own.
    trusted = [True] * (len(ids) - len(trusted)) + trusted
    token_spans = _token_spans(ids[:context], trusted[:context], tokenizer)
    same = sum(end <= shared for end in accumulate(len(token_span.ids) for token_span in token_spans))
    reply = _token_spans(ids[context:], trusted[context:], tokenizer)
    return Part("same", token_spans[:same]), Part("varies", token_spans[same:]), Part("reply", reply)


def _token_spans(ids: Tokens, trusted: Sequence[bool], tokenizer: Tokenizer) -> tuple[TokenSpan, ...]:
    token_spans: list[TokenSpan] = []
    start = 0
    for end in range(1, len(ids) + 1):
        text = tokenizer.decode(ids[start:end])
        at_end = end == len(ids) or trusted[end] != trusted[start]
        if REPLACEMENT_CHARACTER not in text or at_end or end - start == LONGEST_CHARACTER:
            token_spans.append(TokenSpan(text, ids[start:end], trusted[start]))
            start = end
    return tuple(token_spans)
