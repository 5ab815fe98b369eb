"""The prompt must end in something that asks for the answer."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.template.outline import Typed

KINDS = ("yes-no", "graded", "listwise-labels")
_ASKS = re.compile(
    r"[?？]|[:：=]\s*[\[(<【（]?$|\b(?:answer|reply|respond|say|choose|pick|select|rate|grade|score|judge|write|name|give|decide)\b"
    r"|请|回答|作答|答案|选择|选出|打分|评分|判断",
    re.IGNORECASE,
)
ASK = {
    "yes-no": ("Would this suit them? Answer {words}.", "适合TA吗？请只回答{words}。"),
    "graded": ("How well would this suit them? Answer {words}.", "有多适合TA？请只回答{words}。"),
    "listwise-labels": ("Which suits them best? Answer with its label in brackets.", "哪一个最适合TA？请用标签回答。"),
}


def asks(draft: Draft) -> Iterator[Finding]:
    """What stands behind the last thing put in must be a question or a request, or name the answers."""
    if draft.header.ranks not in KINDS:
        return
    tail = _tail(draft)
    if not _asks(draft, tail):
        which = "no-cue/typed" if tail.strip() else "no-cue/put-in"
        yield fault(which, draft.end("user"), question=question(draft))


def does_ask(draft: Draft) -> bool:
    """Whether it ends in something that asks."""
    return _asks(draft, _tail(draft))


def _asks(draft: Draft, tail: str) -> bool:
    return _ASKS.search(tail.strip()) is not None or _names_answers(tail, draft.header.words)


def _tail(draft: Draft) -> str:
    tail = ""
    for piece in draft.pieces("user", "reply"):
        if isinstance(piece, Typed):
            tail += piece.text
        elif piece.printed:
            tail = ""
    return tail


def question(draft: Draft) -> str:
    """One that this kind of template could end with."""
    chinese = draft.header.language == "zh"
    words = ("或" if chinese else " or ").join(draft.header.words)
    return ASK[draft.header.ranks][chinese].format(words=words)


def _names_answers(text: str, words: tuple[str, ...]) -> bool:
    """Whether it names the first and the last of the answer words, as in "True or false: …"."""
    ends = {word.lower() for word in (words[:1] + words[-1:])}
    return bool(ends) and ends <= set(re.findall(r"[a-z0-9]+|[^\W\da-z]", text.lower()))
