"""`Prompt`: spans of text for an engine, their token IDs, and fitting them into a token budget.

This is the only place that turns words into tokens, so the trust boundary has one door.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.messages import Reason, Slot, message, reason
from promptrec.template.chat_format import chat_spans
from promptrec.template.context import CUT_MARK, lengths
from promptrec.template.spans import Span, joined, merged
from promptrec.template.template import Rendered, Template


class Tokenizer(Protocol):
    """What a prompt needs of a model's tokenizer."""

    @property
    def chat_template(self) -> str | None:
        """The model's own chat format (Jinja), or None for a base model."""

    @property
    def special_tokens(self) -> dict[str, str]:
        """The named control tokens a chat format may write: bos_token, eos_token."""

    @property
    def bos_id(self) -> int | None:
        """The token every sequence must start with, or None where the model wants none."""

    def encode(self, text: str, *, trusted: bool) -> tuple[int, ...]:
        """Token ids without any added at the ends. Control tokens are recognised only in trusted text."""

    def decode(self, ids: tuple[int, ...]) -> str:
        """The text of these ids, control tokens included."""


@dataclass(frozen=True)
class Prompt:
    """`context` is read by the model; `reply` is how its answer begins, or the text whose likelihood is wanted."""

    context: tuple[Span, ...]
    reply: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """Everything as a person would read it."""
        return joined(self.context + self.reply)


@dataclass(frozen=True)
class EncodedPrompt:
    """Token ids of a prompt's two parts; `context` starts with the BOS token where the model wants one."""

    context: tuple[int, ...]
    reply: tuple[int, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """All of it in one sequence."""
        return self.context + self.reply


def encode(prompt: Prompt, tokenizer: Tokenizer) -> EncodedPrompt:
    """Token ids, trusted and untrusted spans encoded apart."""
    head, tail = encoded_apart(prompt)
    ids = _encode_spans(head, tokenizer)
    if tokenizer.bos_id is not None and ids[:1] != (tokenizer.bos_id,):
        ids = (tokenizer.bos_id, *ids)
    return EncodedPrompt(ids, _encode_spans(tail, tokenizer))


def encoded_apart(prompt: Prompt) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The spans of context and reply as they are encoded, each by itself.

    The seam between context and reply follows the same rule as the seams between spans: spaces that end the
    context move into the reply, and are trusted there as its first word is.
    """
    head = merged(prompt.context)
    tail = merged(prompt.reply)
    if head and tail:
        body = head[-1].text.rstrip(" ")
        tail = merged((Span(head[-1].text[len(body) :], tail[0].trusted), *tail))
        head = merged((*head[:-1], Span(body, head[-1].trusted)))
    return head, tail


def _encode_spans(spans: tuple[Span, ...], tokenizer: Tokenizer) -> tuple[int, ...]:
    return tuple(i for span in spans for i in tokenizer.encode(span.text, trusted=span.trusted))


def build(template: Template, rendered: Rendered, tokenizer: Tokenizer) -> Prompt:
    """The rendered blocks as one prompt: in the model's chat format where template and model have one, else plain.

    Plain text is the system block, an empty line, the user block, and the reply after one space; no space follows a
    wide mark such as the full stop of Chinese.
    """
    if template.header.chat and tokenizer.chat_template:
        context = chat_spans(rendered.system, rendered.user, tokenizer.chat_template, tokenizer.special_tokens)
        return Prompt(context, rendered.reply)
    gap = (Span("\n\n", True),) if rendered.system else ()
    context = (*rendered.system, *gap, *rendered.user)
    close = joined(context)[-1:] >= "\u2e80"
    space = () if close or not rendered.reply else (Span(" ", True),)
    return Prompt((*context, *space), rendered.reply)


@dataclass(frozen=True)
class Fitted:
    """A prompt within a token budget, and the truncations that were needed ("item.description to 120")."""

    prompt: Prompt
    encoded: EncodedPrompt
    truncations: tuple[Reason, ...] = ()


def shortened_to(text: str, tokens: int, tokenizer: Tokenizer) -> str:
    """Truncate a text to a number of tokens, with a mark at the cut."""
    ids = tokenizer.encode(text, trusted=False)
    if len(ids) <= tokens:
        return text
    # A character may be cut in the middle of its bytes.
    return tokenizer.decode(ids[: tokens - 1]).rstrip("\ufffd").rstrip() + CUT_MARK


Attempt = tuple[int, Fitted | None]
"""How many characters a prompt has, and the prompt; None where it is too long without counting its tokens."""
# No text that means anything has so many characters a token: what is longer does not fit, and need not be encoded,
# which takes seconds and hundreds of megabytes for what a stranger's template may write.
MOST_PER_TOKEN = 32


class PromptTooLong(InputError):
    """The template's own text is too long for the model, whatever is truncated."""


def fit(
    template: Template,
    query: Query,
    candidates: Sequence[Item],
    labels: Sequence[str],
    tokenizer: Tokenizer,
    budget: int,
    *,
    instruction: str = "",
) -> Fitted:
    """Render the prompt in at most `budget` tokens, reply included, truncating fields where needed.

    Where it is longer, the fields that the header lists under `truncate` are shortened in that order, each to the
    longest that fits and to nothing before the next is touched. A field that the template does not show is passed over.
    The template's own text, and so the cue, is never cut.

    Raises:
        PromptTooLong: everything that may be cut is cut and it still does not fit.
    """

    def shorten(text: str, tokens: int) -> str:
        return shortened_to(text, tokens, tokenizer)

    def attempt(limits: dict[str, int]) -> Attempt:
        rendered = template.render(query, candidates, labels, instruction=instruction, limits=limits, shorten=shorten)
        prompt = build(template, rendered, tokenizer)
        size = sum(len(span.text) for span in (*prompt.context, *prompt.reply))
        if size > MOST_PER_TOKEN * budget:
            return size, None
        truncations = tuple(reason("truncated-to", name=name, tokens=n) for name, n in limits.items())
        return size, Fitted(prompt, encode(prompt, tokenizer), truncations)

    needed, fitted = attempt({})
    if fitted and len(fitted.encoded.ids) <= budget:
        return fitted
    have = lengths(query, candidates, template.header)
    limits: dict[str, int] = {}
    for name in (n for n in template.header.truncate if have.get(n)):
        least, cut = attempt({**limits, name: 0})
        if cut and len(cut.encoded.ids) <= budget:
            return _longest_that_fits(attempt, cut, limits, name, have[name], budget)
        if least < needed:
            limits[name], needed, fitted = 0, least, cut
    code, needed = ("prompt-too-long", len(fitted.encoded.ids)) if fitted else ("prompt-far-too-long", budget)
    left_out: Slot = tuple(limits) or message("nothing")
    raise PromptTooLong(code, template=template.name, needed=needed, cut=left_out, room=budget)


def _longest_that_fits(
    attempt: Callable[[dict[str, int]], Attempt],
    best: Fitted,
    limits: dict[str, int],
    name: str,
    length: int,
    budget: int,
) -> Fitted:
    """By bisection; at 0 it fits, which is the `best` so far, at full length it does not."""
    fits, too_long = 0, length
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        _, fitted = attempt({**limits, name: middle})
        if fitted and len(fitted.encoded.ids) <= budget:
            fits, best = middle, fitted
        else:
            too_long = middle
    return best
