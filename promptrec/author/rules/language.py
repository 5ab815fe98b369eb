"""The language that the header names and the one that the template speaks."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.phrase import phrase

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"en": phrase("english"), "zh": phrase("chinese")}
# Two Chinese characters are about a word.
HAN_A_WORD = 2
FEWEST = 4


def speaks_its_language(draft: Draft) -> Iterator[Finding]:
    """Most of the author's words are in the language of the header, and so are the answer words."""
    language = draft.header.language
    text = "\n".join(line.text for line in draft.lines())
    words = {"zh": len(_HAN.findall(text)) / HAN_A_WORD, "en": float(len(_LATIN.findall(text)))}
    other = "zh" if language == "en" else "en"
    if words[other] > words[language] and words[other] >= FEWEST:
        yield fault(
            "language/text",
            draft.place("language"),
            code=language,
            meant=other,
            name=NAMES[language],
            other=NAMES[other],
        )
    else:
        yield from answers_in_another(draft)


def answers_in_another(draft: Draft) -> Iterator[Finding]:
    """Answer words that are not in the language of the header; digits are in both."""
    wrong = _LATIN if draft.header.language == "zh" else _HAN
    for word in draft.header.words:
        if draft.header.ranks in ("yes-no", "graded") and wrong.search(word):
            yield fault(
                "language/word",
                draft.place("words", word),
                "warning",
                word=repr(word),
                name=NAMES[draft.header.language],
            )
