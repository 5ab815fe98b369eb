"""English text as words in a normal form, each with its place in the text.

Negations are written in many ways ("don't", "don’t", "dont", "do not"); here they are all two words, `do` and `not`, so
that a cue is written once. `Words.line` is the whole text in normal form, with one blank behind each word: patterns are
matched against it.
"""

import re
from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache

# A number; the h of "2h15"; a word, with what follows its apostrophe; any other character that is not invisible.
_TOKEN = re.compile(
    r"\d+(?:[.,]\d+)*|(?<=\d)h(?=\d)|[^\W\d_][^\W_]*(?:['’`][^\W\d_]+)?"
    r"|[^\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff]"
)
_NOT = ("is are was were do does did would could should have has had must need might ai").split()
_SUFFIXES = {"'m": "am", "'re": "are", "'ve": "have", "'d": "would", "'ll": "will", "'s": "'s"}
# Contractions that are not cut at their apostrophe, or have none: length of the first word, both words.
_CONTRACTIONS: dict[str, tuple[int, str, str]] = {
    "can't": (2, "can", "not"),
    "cant": (2, "can", "not"),
    "cannot": (3, "can", "not"),
    "won't": (2, "will", "not"),
    "shan't": (3, "shall", "not"),
    "ain't": (2, "is", "not"),
    "aint": (2, "is", "not"),
    "im": (1, "i", "am"),
    "ive": (1, "i", "have"),
    "weve": (2, "we", "have"),
    "gonna": (3, "going", "to"),
    "wanna": (3, "want", "to"),
}
_CONTRACTIONS |= {
    f"{verb}{ending}": (len(verb), verb, "not") for verb in _NOT for ending in ("n't", "nt") if verb != "ai"
}
PEOPLE = frozenset("i we he she you they".split())
"""Subjects that may refuse something."""
BREAKS = frozenset('.,;:!?()[]{}"“”„«»—–…|*•<>=\\')
"""Marks that end a clause. A hyphen between blanks is written as a dash."""


@dataclass(frozen=True)
class Words:
    """The words and marks of a text."""

    text: str
    forms: list[str]
    """Normal form of each: lower case, one apostrophe."""
    starts: list[int]
    """Offset of each in the text."""
    ends: list[int]
    """Offset behind each."""

    @cached_property
    def line(self) -> str:
        """All forms, each with a blank behind it."""
        return "".join([form + " " for form in self.forms])

    @cached_property
    def offsets(self) -> list[int]:
        """Offset of each form in `line`, and the length of `line`."""
        offsets = [0]
        for form in self.forms:
            offsets.append(offsets[-1] + len(form) + 1)
        return offsets

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """All forms."""
        return frozenset(self.forms)

    def at(self, offset: int) -> int:
        """Number of the word that begins at an offset of `line`."""
        return bisect_left(self.offsets, offset)

    def find(self, forms: Collection[str]) -> list[int]:
        """Numbers of the words whose form is one of `forms`, which should be a set."""
        return [number for number, form in enumerate(self.forms) if form in forms]

    def form(self, number: int) -> str:
        """Form of a word; a mark that ends a clause where there is none."""
        return self.forms[number] if 0 <= number < len(self.forms) else "."

    def is_capital(self, number: int) -> bool:
        """Whether a word begins with a capital and goes on in lower case, or is a number."""
        if not 0 <= number < len(self.forms):
            return False
        word = self.text[self.starts[number] : self.ends[number]]
        return word[:1].isupper() or word[:1].isdigit()

    def is_shouted(self, number: int) -> bool:
        """Whether a word of two letters or more is all capitals."""
        word = self.text[self.starts[number] : self.ends[number]] if 0 <= number < len(self.forms) else ""
        return len(word) > 1 and word.isupper()

    def begins_sentence(self, number: int) -> bool:
        """Whether a word is the first of its sentence."""
        if not 0 < number < len(self.forms):
            return number <= 0
        return self.forms[number - 1] in ".!?:;…" or "\n" in self.text[self.ends[number - 1] : self.starts[number]]

    def before(self, number: int, count: int) -> str:
        """The forms of up to `count` words in front of a word, joined by blanks."""
        return " ".join(self.forms[max(0, number - count) : number])

    def behind(self, number: int, count: int) -> str:
        """The forms of up to `count` words from a word on, joined by blanks."""
        return " ".join(self.forms[number : number + count])


@lru_cache(maxsize=4)
def read_words(text: str) -> Words:
    """Split a text into words. The last few are kept: conditions and dislikes of a text are read in turn."""
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    for token in _TOKEN.finditer(text):
        start, end = token.span()
        form = token[0].lower()
        cut, second = 0, ""
        if len(form) > 1 and not form.isdecimal():
            form = form.replace("’", "'").replace("`", "'")
            contraction = _CONTRACTIONS.get(form)
            if contraction and contraction[0] < end - start:
                cut, form, second = contraction
            elif "'" in form:
                at = form.index("'")
                cut, second = end - start - (len(form) - at), _SUFFIXES.get(form[at:], form[at:])
                form = form[:at]
        elif form == "-" and (start == 0 or text[start - 1].isspace() or text[end : end + 1].isspace()):
            form = "–"
        forms.append(form)
        starts.append(start)
        if cut:
            ends.append(start + cut)
            forms.append(second)
            starts.append(start + cut)
        ends.append(end)
    return Words(text, forms, starts, ends)
