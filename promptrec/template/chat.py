"""A model's own chat format around a prompt."""

import json
import re
from functools import lru_cache
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptrec.errors import ModelError
from promptrec.template.spans import Span

_SYSTEM, _USER = "\ufdd2system\ufdd2", "\ufdd2user\ufdd2"
# What formats ask for to know whether the model is to think first.
NO_THINKING = {"enable_thinking": False, "thinking": False}
THOUGHTS = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<seed:think>", "</seed:think>"),
)
"""How formats begin and end what a model thinks before it answers."""
# A tag of some formats that marks, for training, what the model itself wrote. It changes no text.
_GENERATION = re.compile(r"(\{%[-+]?\s*)(end)?generation(\s*[-+]?%\})")


def chat_spans(
    system: tuple[Span, ...], user: tuple[Span, ...], chat_template: str, special_tokens: dict[str, str]
) -> tuple[Span, ...]:
    """System and user text in the chat format, up to where the model's turn begins.

    The format is rendered with stand-ins for the two texts and cut there, so that its control tokens are trusted and
    nothing in the texts ever passes through it. A format that knows no system role gets both texts as the user's.
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
        raise ModelError("the model's chat template leaves out what the user says: use a template with chat: false")
    return (Span(frame[0], True), *user, Span(frame[2], True))


@lru_cache(32)
def _frame(chat_template: str, tokens: tuple[tuple[str, str], ...], with_system: bool) -> tuple[str, str, str] | None:
    """What the format writes before, between and after the two texts; None where it drops or refuses one."""
    messages = [{"role": "system", "content": _SYSTEM}] if with_system else []
    messages.append({"role": "user", "content": _USER})
    try:
        text = (
            _environment()
            .from_string(
                _GENERATION.sub(lambda tag: f"{tag[1]}{'endif' if tag[2] else 'if true'}{tag[3]}", chat_template)
            )
            .render(messages=messages, add_generation_prompt=True, **NO_THINKING, **dict(tokens))
        )
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        if with_system:
            return None
        raise ModelError(f"the model's chat template cannot be rendered: {error}") from None
    if text.count(_USER) != 1 or (with_system and text.count(_SYSTEM) != 1):
        return None
    before, after = text.split(_USER)
    if with_system and _SYSTEM in after:
        return None
    before, between = before.split(_SYSTEM) if with_system else (before, "")
    return before, between, after + _thoughts(chat_template, after)


def _thoughts(chat_template: str, turn: str) -> str:
    """What ends the thoughts of a thinking model, else every score would be of its first thought.

    Args:
        chat_template: the format, which speaks of thoughts where the model has any.
        turn: what it writes behind the user's words: it opens thoughts, or leaves that to the model.
    """
    for opening, closing in THOUGHTS:
        if turn.rstrip().endswith(opening):
            return f"\n\n{closing}\n\n"
        if closing in chat_template and closing not in turn:
            return f"{opening}\n\n{closing}\n\n"
    return ""


def _environment() -> ImmutableSandboxedEnvironment:
    """Jinja as chat templates expect it."""

    def raise_exception(message: str) -> Any:  # noqa: ANN401
        raise jinja2.TemplateError(message)

    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    env.globals["raise_exception"] = raise_exception
    # Jinja's own writes <, > and & as HTML wants them.
    env.filters["tojson"] = lambda value, **layout: json.dumps(value, ensure_ascii=False, **layout)
    # Formats that print today's date would make prompts differ from day to day: they all get one day.
    env.globals["strftime_now"] = lambda pattern: "1 January 2026"
    return env
