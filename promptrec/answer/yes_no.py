"""`yes-no`: one of two words."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from promptrec.answer.base import Parsed, literal
from promptrec.answer.mentions import parsed

_SYNONYMS = {
    "yes": "yes", "yeah": "yes", "yep": "yes", "no": "no", "nope": "no",
    "是": "yes", "是的": "yes", "会": "yes", "会的": "yes", "会喜欢": "yes", "对": "yes", "喜欢": "yes",
    "否": "no", "不": "no", "不是": "no", "不会": "no", "不会的": "no", "不会喜欢": "no", "不喜欢": "no", "没有": "no",
}  # fmt: skip
_LEAD = re.compile(
    r"^(?:the\s+)?(?:my\s+)?(?:answer|answer\s+is|答案|回答|答)\s*(?:is|是|为)?\s*[:：]?\s*", re.IGNORECASE
)
# How sure somebody is goes before the answer; only behind such a word is "not" one.
_SURE = re.compile(
    r"^(?:(?:well|oh)[\s,]+|most\s+(?=likely|certainly))?"
    r"(?:(?:definitely|absolutely|certainly|probably|likely|surely|of\s+course)[\s,]+(?:(not)\b)?|(?:应该|可能|大概|肯定|一定|当然)(?:是)?)?",
    re.IGNORECASE,
)
_EDGE = "*_`\"'“”‘’「」()（）[]【】<> \t\r\n"
# Behind a bare "no" only these go on with the answer; "no idea" and "no one knows" are none.
_AFTER_NO = re.compile(
    r"no\b(?!\s+(?!(?:i|you|he|she|it|we|they|this|that|the|not|no|definitely|absolutely|certainly|really|probably)\b)\w)"
)
_WORD = re.compile(r"[^\W\d_]+")
HEAD = 200


class YesNo:
    """Implements `promptrec.answer.base.AnswerFormat` for two choices, the yes word and the no word.

    An answer is one word, so an order holds one choice, and neither is ever reported missing once the other is said;
    the laws hold for orders of one choice. "Yes and no" and "not sure" say neither.
    """

    name = "yes-no"

    def __init__(self, language: str = "en") -> None:
        self._language = language

    def instruction(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.instruction`."""
        yes, no = choices
        return f"只回答“{yes}”或“{no}”。" if self._language == "zh" else f"Answer with one word, {yes} or {no}."

    def write(self, order: Sequence[str]) -> str:
        """See `AnswerFormat.write`: the first choice of the order."""
        return order[0]

    def pattern(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.pattern`."""
        return "(" + "|".join(literal(c) for c in choices) + ")"

    def parse(self, text: str, choices: Sequence[str]) -> Parsed:
        """See `AnswerFormat.parse`."""
        meaning = self._meaning(unicodedata.normalize("NFKC", text[:HEAD]), choices)
        if meaning is None:
            return parsed([], choices, [text.strip()] if text.strip() else [])
        return parsed([meaning], [meaning])

    def _meaning(self, text: str, choices: Sequence[str]) -> str | None:
        """The choice that a reply opens with, unless it goes on to say the other one as well."""
        meanings = {word: choices[0 if meaning == "yes" else 1] for word, meaning in _SYNONYMS.items()}
        meanings |= {unicodedata.normalize("NFKC", c).casefold(): c for c in choices}
        if (bare := text.strip(_EDGE).casefold()) in meanings:
            return meanings[bare]
        body = _LEAD.sub("", text.strip(_EDGE)).strip(_EDGE)
        surely = _SURE.sub(lambda sure: "no " if sure[1] else "", body).strip(_EDGE)
        return _opening(body, meanings) or _opening(surely, meanings)


def _opening(body: str, meanings: Mapping[str, str]) -> str | None:
    """The one choice that the first clause opens with."""
    clause = re.split(r"[,.;:!?。，；：！？\n]| because | as | since |因为", body, maxsplit=1)[0].strip(_EDGE)
    words = _WORD.findall(body.casefold())
    if all(w in meanings for w in words) and len({meanings[w] for w in words}) > 1:
        return None
    if clause.casefold() in meanings:
        return meanings[clause.casefold()]
    found = {meanings[w] for w in _WORD.findall(clause.casefold()) if w in meanings}
    opens = _WORD.match(clause.casefold())
    leads = opens and opens[0] in meanings and (opens[0] != "no" or _AFTER_NO.match(clause.casefold()))
    return found.pop() if leads and len(found) == 1 else None
