"""Lint rules on structure: what every prompt must show, in which order, and how it must end."""

import re
from collections.abc import Iterator

from promptrec.authoring.lint.context import CONTEXT, LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic, Severity
from promptrec.template.analysis.references import Typed, Use


def preferences_are_shown(context: LintContext) -> Iterator[Diagnostic]:
    """Report a prompt without the query's preferences, which would give everybody the same list."""
    shown = {use.names[1:2] for use in context.printed("query")}
    if ("preferences",) not in shown and context.kind.ranks:
        which: tuple[str, Severity] = ("words", "warning") if shown else ("person", "error")
        yield fault(f"not-shown/{which[0]}", context.end("user"), which[1])


def items_are_shown(context: LintContext) -> Iterator[Diagnostic]:
    """Report a prompt without the item, which would give every item the same score, and candidates without labels."""
    if not context.kind.ranks:
        return
    shown = {use.names[1:2] for use in context.printed("item")}
    if not shown - {("label",)}:
        yield fault(f"not-shown/{'candidate' if context.listwise else 'item'}", context.end("user"))
    elif context.listwise and context.header.answer != "titles" and ("label",) not in shown:
        yield fault("not-shown/labels", context.printed("item")[0].place)


def instruction_is_shown(context: LintContext) -> Iterator[Diagnostic]:
    """Report a template whose model writes its answer and that does not show `instruction`."""
    if context.kind.writes_answer and not context.printed("instruction"):
        yield fault("not-shown/instruction", context.end("user"))


def stable_part_first(context: LintContext) -> Iterator[Diagnostic]:
    """Report a changing part before the stable part, which would keep engines from reusing the prefix."""
    if context.kind.stable == "item":
        found = _first_before(context.printed("query", *CONTEXT), context.printed("item"), context)
        which = "person"
    elif context.kind.stable == "query":
        found = _first_before(context.printed("item", *CONTEXT), context.printed("query"), context)
        which = "candidates" if context.listwise else "item"
    else:
        return
    if found:
        yield fault(f"cache-order/{which}", found.place, "warning" if context.listwise else "error")


def _first_before(early: list[Use], late: list[Use], context: LintContext) -> Use | None:
    """The first of `early` if it comes before all of `late`."""
    pieces = context.pieces()
    return early[0] if early and late and pieces.index(early[0]) < pieces.index(late[0]) else None


def scored_text_not_in_context(context: LintContext) -> Iterator[Diagnostic]:
    """Report a scored text that the context shows too: the model would only have to copy it."""
    scored = context.kind.scores
    if scored is None:
        return
    for use in context.printed(scored[0], *CONTEXT):
        if use.names[:2] == scored:
            yield fault("scored-text-shown", use.place, written=use.written)


_ASKS = re.compile(
    r"[?？]|[:：=]\s*[\[(<【（]?$|\b(?:answer|reply|respond|say|choose|pick|select|rate|grade|score|judge|write|name|give|decide)\b"
    r"|请|回答|作答|答案|选择|选出|打分|评分|判断",
    re.IGNORECASE,
)


def prompt_asks_something(context: LintContext) -> Iterator[Diagnostic]:
    """Report a prompt that ends without a question or a request after the last value."""
    if not context.kind.reads_next_token:
        return
    tail = _tail(context)
    if not _asks(context, tail):
        which = "no-cue/typed" if tail.strip() else "no-cue/put-in"
        yield fault(which, context.end("user"), question=question(context))


def asks_something(context: LintContext) -> bool:
    """Whether the prompt ends with a question or a request."""
    return _asks(context, _tail(context))


def _asks(context: LintContext, tail: str) -> bool:
    return _ASKS.search(tail.strip()) is not None or _names_answers(tail, context.header.answers)


def _tail(context: LintContext) -> str:
    tail = ""
    for piece in context.pieces("user", "reply"):
        if isinstance(piece, Typed):
            tail += piece.text
        elif piece.printed:
            tail = ""
    return tail


def question(context: LintContext) -> str:
    """A question that a template of this kind could end with."""
    language = context.header.language
    words = {"en": " or ", "zh": "或"}[language].join(context.header.answers)
    return context.kind.question.get(language, "…?").format(answers=words)


def _names_answers(text: str, words: tuple[str, ...]) -> bool:
    """Whether it names the first and the last of the answer words, as in "True or false: …"."""
    ends = {word.lower() for word in (words[:1] + words[-1:])}
    return bool(ends) and ends <= set(re.findall(r"[a-z0-9]+|[^\W\da-z]", text.lower()))
