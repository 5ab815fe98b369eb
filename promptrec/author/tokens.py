"""The tokens of a prompt as a model reads them: which an engine need not read again, and who wrote them."""

from collections.abc import Sequence
from typing import NamedTuple

from promptrec.author.sample import Sample
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.prompt import Fitted, Tokenizer, encoded_apart, fit
from promptrec.template.spans import Span
from promptrec.template.template import Template

# More than any prompt needs: nothing is to be cut.
NO_BUDGET = 10**6
SOMEBODY_ELSE = {"en": "Something quite different.", "zh": "完全不同的东西。"}


class Token(NamedTuple):
    """One token of a prompt.

    text: of this token alone, which may be part of a character. shared: it is the same in the prompt that is read next
    to this one, so it is read once. trusted: its author wrote it, not a person or an item. reply: it is of the text
    that is scored, or of the cue.
    """

    id: int
    text: str
    shared: bool
    trusted: bool
    reply: bool


def shown_tokens(template: Template, told: Sample, tokenizer: Tokenizer, others: Sequence[Item] = ()) -> list[Token]:
    """The tokens of the prompt for a person and items.

    Args:
        template: what writes the prompt.
        told: the person and items.
        tokenizer: of the model.
        others: further items. A prompt about one item is read next to that of another item for the same person, or
            next to that of the same item for somebody else, whichever shares more.
    """
    fitted = _fitted(template, told, tokenizer)
    shared = max((_common(fitted, other) for other in _neighbours(template, told, tokenizer, others)), default=0)
    head, tail = encoded_apart(fitted.prompt)
    bos = fitted.encoded.context[: len(fitted.encoded.context) - sum(_length(span, tokenizer) for span in head)]
    out = [Token(bos[0], tokenizer.decode(bos), shared > 0, True, False)] if bos else []
    for spans, reply in ((head, False), (tail, True)):
        for span in spans:
            for token in tokenizer.encode(span.text, trusted=span.trusted):
                out.append(Token(token, tokenizer.decode((token,)), len(out) < shared, span.trusted, reply))
    return out


def _neighbours(template: Template, told: Sample, tokenizer: Tokenizer, others: Sequence[Item]) -> list[Fitted]:
    else_ = Query(preferences=SOMEBODY_ELSE[template.header.language])
    samples = [told._replace(query=else_)]
    if len(told.items) > 1:
        samples.append(told._replace(items=told.items[::-1]))
    elif told.items:
        samples += [told._replace(items=(item,)) for item in others if item.item_id != told.items[0].item_id][:1]
    return [_fitted(template, sample, tokenizer) for sample in samples]


def _fitted(template: Template, told: Sample, tokenizer: Tokenizer) -> Fitted:
    return fit(template, told.query, told.items, told.labels, tokenizer, NO_BUDGET, instruction=told.instruction)


def _common(a: Fitted, b: Fitted) -> int:
    same = 0
    for mine, other in zip(a.encoded.ids, b.encoded.ids, strict=False):
        if mine != other:
            break
        same += 1
    return same


def _length(span: Span, tokenizer: Tokenizer) -> int:
    return len(tokenizer.encode(span.text, trusted=span.trusted))
