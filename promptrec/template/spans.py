"""`Span`: a piece of prompt text, and whether control tokens in it are recognised."""

from collections.abc import Iterable
from dataclasses import dataclass

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Noncharacters around the output of expressions while a template is rendered; cleaned text has neither."""


@dataclass(frozen=True)
class Span:
    """Text from a template (`trusted`), or text from a query or an item (not trusted).

    Untrusted text is encoded so that a control token written in it, like `<|im_end|>`, stays plain text.
    """

    text: str
    trusted: bool


def joined(spans: Iterable[Span]) -> str:
    """Text of spans."""
    return "".join(span.text for span in spans)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same text in as few spans as possible, with the spaces where tokenizers expect them.

    Spaces at the end of a trusted span move to the untrusted one after it, because tokenizers expect a word with its
    leading space. A space is safe in either.
    """
    out: list[Span] = []
    for span in spans:
        if not span.text:
            continue
        text = span.text
        if out and out[-1].trusted and not span.trusted:
            body = out[-1].text.rstrip(" ")
            text = out[-1].text[len(body) :] + text
            out[-1:] = [Span(body, True)] if body else []
        if out and out[-1].trusted == span.trusted:
            text = out.pop().text + text
        out.append(Span(text, span.trusted))
    return tuple(out)
