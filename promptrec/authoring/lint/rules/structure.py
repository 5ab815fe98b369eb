"""Lint rules on structure: what every prompt must show, in which order, and how it must end."""

import re
from collections.abc import Iterator

from promptrec.authoring.lint.context import CONTEXT, LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic, Severity
from promptrec.template.analysis.references import Typed, Use


def shows_the_person(draft: LintContext) -> Iterator[Diagnostic]:
    """The person's own words must be there, or everybody gets the same list."""
    shown = {use.names[1:2] for use in draft.printed("query")}
    if ("preferences",) not in shown and draft.kind.ranks:
        which: tuple[str, Severity] = ("words", "warning") if shown else ("person", "error")
        yield fault(f"not-shown/{which[0]}", draft.end("user"), which[1])


def shows_the_items(draft: LintContext) -> Iterator[Diagnostic]:
    """Without the item every item gets the same score."""
    if not draft.kind.ranks:
        return
    shown = {use.names[1:2] for use in draft.printed("item")}
    if not shown - {("label",)}:
        yield fault(f"not-shown/{'candidate' if draft.listwise else 'item'}", draft.end("user"))
    elif draft.listwise and draft.header.answer != "titles" and ("label",) not in shown:
        yield fault("not-shown/labels", draft.printed("item")[0].place)


def shows_the_instruction(draft: LintContext) -> Iterator[Diagnostic]:
    """A model that writes its answer must be told in which form."""
    if draft.kind.writes_answer and not draft.printed("instruction"):
        yield fault("not-shown/instruction", draft.end("user"))


def same_things_first(draft: LintContext) -> Iterator[Diagnostic]:
    """Items change from prompt to prompt for a person, or people do for an item."""
    if draft.kind.stable == "item":
        found = _first_before(draft.printed("query", *CONTEXT), draft.printed("item"), draft)
        which = "person"
    elif draft.kind.stable == "query":
        found = _first_before(draft.printed("item", *CONTEXT), draft.printed("query"), draft)
        which = "candidates" if draft.listwise else "item"
    else:
        return
    if found:
        yield fault(f"cache-order/{which}", found.place, "warning" if draft.listwise else "error")


def _first_before(early: list[Use], late: list[Use], draft: LintContext) -> Use | None:
    """The first of `early` if it stands before all of `late`."""
    pieces = draft.pieces()
    return early[0] if early and late and pieces.index(early[0]) < pieces.index(late[0]) else None


def scored_text_is_not_shown_before(draft: LintContext) -> Iterator[Diagnostic]:
    """A model that has read the text whose probability is the score only has to copy it."""
    scored = draft.kind.scores
    if scored is None:
        return
    for use in draft.printed(scored[0], *CONTEXT):
        if use.names[:2] == scored:
            yield fault("scored-text-shown", use.place, written=use.written)


_ASKS = re.compile(
    r"[?？]|[:：=]\s*[\[(<【（]?$|\b(?:answer|reply|respond|say|choose|pick|select|rate|grade|score|judge|write|name|give|decide)\b"
    r"|请|回答|作答|答案|选择|选出|打分|评分|判断",
    re.IGNORECASE,
)


def asks(draft: LintContext) -> Iterator[Diagnostic]:
    """What stands behind the last thing put in must be a question or a request, or name the answers."""
    if not draft.kind.reads_next_token:
        return
    tail = _tail(draft)
    if not _asks(draft, tail):
        which = "no-cue/typed" if tail.strip() else "no-cue/put-in"
        yield fault(which, draft.end("user"), question=question(draft))


def does_ask(draft: LintContext) -> bool:
    """Whether it ends in something that asks."""
    return _asks(draft, _tail(draft))


def _asks(draft: LintContext, tail: str) -> bool:
    return _ASKS.search(tail.strip()) is not None or _names_answers(tail, draft.header.answers)


def _tail(draft: LintContext) -> str:
    tail = ""
    for piece in draft.pieces("user", "reply"):
        if isinstance(piece, Typed):
            tail += piece.text
        elif piece.printed:
            tail = ""
    return tail


def question(draft: LintContext) -> str:
    """One that this kind of template could end with."""
    language = draft.header.language
    words = {"en": " or ", "zh": "或"}[language].join(draft.header.answers)
    return draft.kind.question.get(language, "…?").format(answers=words)


def _names_answers(text: str, words: tuple[str, ...]) -> bool:
    """Whether it names the first and the last of the answer words, as in "True or false: …"."""
    ends = {word.lower() for word in (words[:1] + words[-1:])}
    return bool(ends) and ends <= set(re.findall(r"[a-z0-9]+|[^\W\da-z]", text.lower()))
