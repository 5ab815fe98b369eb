"""`json`: the order as a JSON array, `["B","A","C"]`."""

import json
import re
import unicodedata
from collections.abc import Sequence
from itertools import islice

from promptrec.answer.base import FixedInstruction, Parsed, literal
from promptrec.answer.mentions import is_worst_first, parsed, spellings

_INSTRUCTION = {
    "en": "Answer with a JSON array of all labels as strings, best first, every label exactly once and nothing else.",
    "zh": "请用一个 JSON 数组作答：所有标签都写成字符串，从最合适到最不合适，每个标签只写一次，不要写其他内容。",
}
# A flat array of strings and numbers. Nested arrays are no order, so they are never opened; nothing is read twice.
_ENTRY = r'(?:"(?:[^"\\]|\\.)*+"|[-+.\deE]++)'
_ARRAY = re.compile(rf"\[\s*+{_ENTRY}(?:\s*+,\s*+{_ENTRY})*+\s*+\]")

# A reply that goes on and on is read so far.
MOST_ARRAYS = 1_000


class JsonList(FixedInstruction):
    """Implements `promptrec.answer.base.AnswerFormat`.

    The flat array of a reply that names most choices counts, wherever it stands; of several, the last: the others are
    echoes and drafts. One said to begin with the worst is no order.
    """

    name = "json"
    instructions = _INSTRUCTION

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
        known = spellings(choices)
        found = islice(_ARRAY.finditer(text), MOST_ARRAYS)
        arrays = [(match.start(), words) for match in found if (words := _words(match[0])) is not None]
        if not arrays:
            return parsed([], choices, [text.strip()] if text.strip() else [])
        begins, words = max(reversed(arrays), key=lambda array: len({known[w] for w in array[1] if w in known}))
        order = [known[w] for w in words if w in known]
        if order and is_worst_first(text, begins):
            return parsed([], choices, [text.strip()])
        aside = [known.get(w, w) for at, others in arrays if at != begins for w in others]
        unknown = [w for w in words if w not in known] + [w for w in aside if w not in order]
        return parsed([*order, *(w for w in aside if w in order)], choices, unknown)


def _words(array: str) -> list[str] | None:
    """The entries of a JSON array, as text; None where it is not JSON."""
    try:
        return [unicodedata.normalize("NFKC", str(entry)).strip() for entry in json.loads(array)]
    except ValueError:
        return None
