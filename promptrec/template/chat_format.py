"""Wrap prompts in a model's own chat format."""

import json
import re
from functools import lru_cache
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptrec.errors import ModelError
from promptrec.template.spans import Span

_SYSTEM, _USER, _REPLY = "\ufdd2system\ufdd2", "\ufdd2user\ufdd2", "\ufdd2reply\ufdd2"
_THOUGHTS_END = "</think>"
# A tag of some formats that marks the assistant's text for training. It does not change the text.
_GENERATION = re.compile(r"(\{%[-+]?\s*)(end)?generation(\s*[-+]?%\})")

# Variables of the formats of thinking models that turn thoughts off; other formats ignore them.
_NO_THOUGHTS = {"enable_thinking": False, "thinking": False, "reasoning": False, "thinking_budget": 0}
_THOUGHTS = re.compile("think|thought|reason", re.IGNORECASE)
_TAG_AT_END = re.compile(r"(?:<[^<>\s]+>|\[[^\[\]\s]+\]|◁[^◁▷\s]+▷)$")
_CLOSES = re.compile(r"^.\|?/|end", re.IGNORECASE)
# Errors of a format that is invalid or refuses its input.
_UNUSABLE = (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError)


def chat_spans(
    system: tuple[Span, ...], user: tuple[Span, ...], chat_template: str, special_tokens: dict[str, str]
) -> tuple[Span, ...]:
    """Spans of system and user text in the chat format, up to the beginning of the model's turn.

    The format is rendered with placeholders for the two texts and split there, so that its control tokens are trusted
    and the texts never pass through it. A format without a system role gets both texts as the user's.
    """
    tokens = tuple(sorted(special_tokens.items()))
    if system:
        frame = _frame(chat_template, tokens, with_system=True)
        if frame is not None:
            before, between, after = frame
            return (Span(before, True), *system, Span(between, True), *user, Span(after, True))
        user = (*system, Span("\n\n", True), *user)
    frame = _frame(chat_template, tokens, with_system=False)
    if frame is None:
        raise ModelError("chat-leaves-out-user")
    return (Span(frame[0], True), *user, Span(frame[2], True))


@lru_cache(32)
def _frame(chat_template: str, tokens: tuple[tuple[str, str], ...], with_system: bool) -> tuple[str, str, str] | None:
    """Text of the format before, between and after the two texts; None if it drops or refuses one."""
    messages = [{"role": "system", "content": _SYSTEM}] if with_system else []
    messages.append({"role": "user", "content": _USER})
    try:
        text = _rendered(chat_template, tokens, messages, add_generation_prompt=True)
    except _UNUSABLE as error:
        if with_system:
            return None
        raise ModelError("chat-cannot-be-rendered", why=str(error)) from None
    if text.count(_USER) != 1 or (with_system and text.count(_SYSTEM) != 1):
        return None
    before, after = text.split(_USER)
    if with_system and _SYSTEM in after:
        return None
    before, between = before.split(_SYSTEM) if with_system else (before, "")
    try:
        replied = _rendered(chat_template, tokens, [*messages, {"role": "assistant", "content": _REPLY}])
        start = replied[replied.index(_USER) + len(_USER) : replied.index(_REPLY)]
    except _UNUSABLE:
        start = None
    after = _at_reply(after, start)
    # If a format removes earlier thoughts and opens none, its model opens them itself.
    if _THOUGHTS_END in chat_template and _THOUGHTS_END not in after:
        after += f"<think>\n\n{_THOUGHTS_END}\n\n"
    return before, between, after


def _at_reply(after: str, start: str | None) -> str:
    """Text of the format after the user's text, up to the beginning of the reply itself.

    Otherwise models that begin with thoughts or with a channel name would be scored at those. If the format shows the
    text before a finished reply (`start`), that is used. Open thoughts are closed.
    """
    bare = after.rstrip()
    if start is not None and start.startswith(bare) and start[len(bare) :].strip():
        after, bare = start, start.rstrip()
    tag = _TAG_AT_END.search(bare)
    if tag is None:
        # Thoughts that begin with words cannot be closed, only omitted.
        worded = start is not None and bare.startswith(start.rstrip()) and _THOUGHTS.search(bare, len(start.rstrip()))
        return start if start is not None and worded else after
    if _CLOSES.search(tag[0]) or not _THOUGHTS.search(tag[0]):
        return after
    return f"{bare}\n\n{_closing(tag[0])}\n\n"


def _closing(tag: str) -> str:
    """Closing tag of an opening tag."""
    for opens, closes in (("START", "END"), ("start", "end"), ("BEGIN", "END"), ("begin", "end")):
        if opens in tag:
            return tag.replace(opens, closes)
    bracket = 2 if tag.startswith("<|") else 1
    return f"{tag[:bracket]}/{tag[bracket:]}"


def _rendered(
    chat_template: str,
    tokens: tuple[tuple[str, str], ...],
    messages: list[dict[str, str]],
    *,
    add_generation_prompt: bool = False,
) -> str:
    body = _GENERATION.sub(lambda tag: f"{tag[1]}{'endif' if tag[2] else 'if true'}{tag[3]}", chat_template)
    settings = _NO_THOUGHTS | {"add_generation_prompt": add_generation_prompt} | dict(tokens)
    return _environment().from_string(body).render(messages=messages, **settings)


def _environment() -> ImmutableSandboxedEnvironment:
    """Jinja environment that chat templates expect."""

    def raise_exception(message: str) -> Any:  # noqa: ANN401
        raise jinja2.TemplateError(message)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    env.globals["raise_exception"] = raise_exception
    # Jinja's own filter escapes <, > and & for HTML.
    env.filters["tojson"] = lambda value, **layout: json.dumps(value, ensure_ascii=False, **layout)
    # A fixed date, because formats that print the date would change prompts every day.
    env.globals["strftime_now"] = lambda pattern: "1 January 2026"
    return env
