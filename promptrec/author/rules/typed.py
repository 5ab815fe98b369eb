"""Things that only a person, an item or a model's own chat format may say, typed by the author."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, Line, fault
from promptrec.author.finding import Finding
from promptrec.author.phrase import phrase

_CONTROL = re.compile(r"<\|[^|<>\s]{1,40}\|>|</?s>|\[/?INST\]|<</?SYS>>|</?(?:start|end)_of_turn>|<(?:bos|eos|pad)>")
# Shorter ones may be words of the question itself.
SHORTEST = 8
SHORTEST_WIDE = 4


def control_tokens(draft: Draft) -> Iterator[Finding]:
    """Control tokens in the author's text end the prompt, or begin another turn, where nobody expects it."""
    for line in draft.lines():
        found = _CONTROL.search(line.text)
        if found or _is_read_otherwise(draft, line):
            yield fault("control-token", line.place, token=found[0] if found else phrase("a-control-token"))


def _is_read_otherwise(draft: Draft, line: Line) -> bool:
    """Whether the model's tokenizer finds a control token in it."""
    if draft.tokenizer is None:
        return False
    return draft.tokenizer.encode(line.text, trusted=True) != draft.tokenizer.encode(line.text, trusted=False)


def typed_titles(draft: Draft) -> Iterator[Finding]:
    """A title or a person's words typed in: they stand in every prompt, and pass for the author's own words."""
    titles = {item.title: "title-of-the-catalogue" for item in draft.catalog or ()}
    people = {test.person.strip(): "person-of-a-test" for test in draft.header.tests}
    people |= {one.preferences.strip(): "person-of-an-example" for one in draft.template.examples}
    for line in draft.lines():
        for words, what in {**titles, **people}.items():
            # A title of one word may be a word of the question, but not a name in the middle of its sentence.
            before = r"(?<!\w)" if _long_enough(words) else r"(?<=[a-z,] )"
            if (_long_enough(words) or _is_name(words)) and re.search(rf"{before}{re.escape(words)}(?!\w)", line.text):
                yield fault("typed-value", line.place, "warning", words=repr(words), what=phrase(what))


def _long_enough(words: str) -> bool:
    wide = any(c >= "\u2e80" for c in words)
    return len(words) >= SHORTEST_WIDE if wide else len(words) >= SHORTEST and " " in words


def _is_name(words: str) -> bool:
    return len(words) >= SHORTEST_WIDE and words.isalpha() and words.istitle()
