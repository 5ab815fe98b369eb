"""The language that the header names and the one that the template speaks."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.phrase import phrase

_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"en": phrase("english"), "zh": phrase("chinese")}
# Another language that an answer is asked for in, by the name it has in English and Chinese.
_ASKED = re.compile(
    r"\b(?i:answer|reply|respond|write)\b[^.!?\n]{0,99}?\bin "
    r"(English|Chinese|French|German|Spanish|Japanese|Korean|Russian)\b"
    r"|用(英文|英语|中文|汉语|法语|德语|西班牙语|日语|韩语|俄语)(?:来)?(?:回答|作答|回复)"
)
_CODES = {"English": "en", "英文": "en", "英语": "en", "Chinese": "zh", "中文": "zh", "汉语": "zh"}
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
        yield from asked_in_another(draft)


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


def asked_in_another(draft: Draft) -> Iterator[Finding]:
    """A request to answer in a language that is not the header's, in which the answer is looked for."""
    for line in draft.lines():
        asked = _ASKED.search(line.text)
        if asked and _CODES.get(asked[1] or asked[2]) != draft.header.language:
            yield fault(
                "language/asked", line.place, "warning", written=repr(asked[0]), name=NAMES[draft.header.language]
            )
