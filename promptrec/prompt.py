"""`Prompt`: what an engine will read, as spans, and its token ids.

This is the only place that turns words into tokens, so the trust boundary has one door.
"""

from dataclasses import dataclass
from typing import Protocol

from promptrec.template.spans import Span, joined, merged


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
    """Token ids, trusted and untrusted spans encoded apart.

    The seam between context and reply follows the same rule as the seams between spans: spaces that end the
    context move into the reply.
    """
    context = "".join(s.text for s in prompt.context)
    spaces = context[len(context.rstrip(" ")) :] if prompt.reply else ""
    head = merged(prompt.context)
    if spaces:
        head = (*head[:-1], Span(head[-1].text.rstrip(" "), head[-1].trusted))
    tail = merged((Span(spaces, False), *prompt.reply))
    ids = _encode_spans(head, tokenizer)
    if tokenizer.bos_id is not None and ids[:1] != (tokenizer.bos_id,):
        ids = (tokenizer.bos_id, *ids)
    return EncodedPrompt(ids, _encode_spans(tail, tokenizer))


def _encode_spans(spans: tuple[Span, ...], tokenizer: Tokenizer) -> tuple[int, ...]:
    return tuple(i for span in spans for i in tokenizer.encode(span.text, trusted=span.trusted))
