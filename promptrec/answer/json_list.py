"""`json`: the order as a JSON array, `["B","A","C"]`."""

import json
import re
import unicodedata
from collections.abc import Sequence

from promptrec.answer.base import Parsed
from promptrec.answer.literal import literal
from promptrec.answer.mentions import parsed

_INSTRUCTION = {
    "en": "Answer with a JSON array of all labels as strings, best first, every label exactly once and nothing else.",
    "zh": "请用一个 JSON 数组作答：所有标签都写成字符串，从最合适到最不合适，每个标签只写一次，不要写其他内容。",
}
# A flat array of strings and numbers. Nested arrays are no order, so they are never opened; nothing is read twice.
_ENTRY = r'(?:"(?:[^"\\]|\\.)*+"|[-+.\deE]++)'
_ARRAY = re.compile(rf"\[\s*+{_ENTRY}(?:\s*+,\s*+{_ENTRY})*+\s*+\]")


class JsonList:
    """Implements `promptrec.answer.base.AnswerFormat`. The first flat array of a reply counts, wherever it stands."""

    name = "json"

    def __init__(self, language: str = "en") -> None:
        self._language = language

    def instruction(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.instruction`."""
        return _INSTRUCTION[self._language]

    def write(self, order: Sequence[str]) -> str:
        """See `AnswerFormat.write`."""
        return json.dumps(list(order), ensure_ascii=False, separators=(",", ":"))

    def pattern(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.pattern`."""
        one = "(" + "|".join(literal(json.dumps(c, ensure_ascii=False)) for c in choices) + ")"
        rest = f"(,{one}){{{len(choices) - 1}}}" if len(choices) > 1 else ""
        return rf"\[{one}{rest}\]"

    def parse(self, text: str, choices: Sequence[str]) -> Parsed:
        """See `AnswerFormat.parse`."""
        known = {unicodedata.normalize("NFKC", c).strip(): c for c in choices}
        for found in _ARRAY.finditer(text):
            try:
                entries = json.loads(found[0])
            except ValueError:
                continue
            words = [unicodedata.normalize("NFKC", str(entry)).strip() for entry in entries]
            unknown = [word for word in words if word not in known]
            return parsed([known[w] for w in words if w in known], choices, unknown)
        return parsed([], choices, [text.strip()] if text.strip() else [])
