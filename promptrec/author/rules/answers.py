"""The answer words: whether the model is told of them, and which of them is the good one."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.rules.cue import does_ask, question
from promptrec.author.rules.language import answers_in_another

# What a question asks for by itself: "Would it suit them?"
UNDERSTOOD = ({"yes", "no"}, {"是", "否"}, {"是", "不是"}, {"会", "不会"})
_BAD = re.compile(
    r"\b(?:no|not|never|none|false|bad|worst|poor|awful|terrible|hate\w*|dislike\w*|un\w+|reject|wrong)\b|[不否没差坏无]",
    re.I,
)


def answers_are_named(draft: Draft) -> Iterator[Finding]:
    """Both words of a yes-no template, and the ends of a scale of grades, stand somewhere in the text."""
    words = draft.header.words
    shown = any(use.of_example and use.printed and use.names == ("answer",) for use in draft.uses())
    if draft.header.ranks not in ("yes-no", "graded") or shown or not does_ask(draft) or any(answers_in_another(draft)):
        return  # where nothing is asked, or in another language, that is said
    text = "\n".join(line.text for line in draft.lines())
    ends = (words[0], words[-1])
    missing = [word for word in ends if not _names(text, word)]
    understood = {word.lower() for word in words} in UNDERSTOOD
    if missing and not (understood and len(missing) == len(ends)):
        yield fault("unnamed-answer", draft.end("user"), word=repr(missing[0]), question=question(draft))


def best_word_is_where_it_belongs(draft: Draft) -> Iterator[Finding]:
    """The yes word stands first, and grades run from the worst to the best: the other way ranks upside down."""
    words, ranks = draft.header.words, draft.header.ranks
    if ranks not in ("yes-no", "graded"):
        return
    good, bad = (words[0], words[-1]) if ranks == "yes-no" else (words[-1], words[0])
    falling = all(map(str.isdecimal, words)) and [*map(int, words)] == sorted(map(int, words), reverse=True)
    if (_BAD.search(good) and not _BAD.search(bad)) or (ranks == "graded" and falling):
        right = ", ".join(reversed(words))
        place = draft.place("words")
        yield fault(f"words-order/{ranks}", place, first=words[0], last=words[-1], right=right)


def _names(text: str, word: str) -> bool:
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None
