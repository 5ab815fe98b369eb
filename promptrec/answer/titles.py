"""`titles`: the order as titles, one a line, matched to the candidates that were shown."""

import re
from collections.abc import Mapping, Sequence

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from promptrec.answer.base import FixedInstruction, Parsed, literal
from promptrec.answer.mentions import is_disclaimed, is_worst_first, parsed
from promptrec.data.clean import clean_text, signless, spaceless, title_key

_INSTRUCTION = {
    "en": "Write the titles of all items, best first, one on each line with a number in front, exactly as they are "
    "shown, and nothing else.",
    "zh": "请按从最合适到最不合适的顺序写出所有条目的标题，每行一个，前面加序号，标题须与所给的完全一致，"
    "不要写其他内容。",
}
# A written title is taken for a candidate at this similarity (0 to 100), if it beats the next one by this much.
CUTOFF = 88.0
MARGIN = 6.0
LETTERS_A_SLIP = 8
LONG_WORD = 6
LONGEST_LINE = 300
MOST_LINES = 2_000
_ORDINAL = re.compile(r"^\s*(?:[-•·]\s*|\*\s+|(?:\*\*)?\(?\d{1,3}[.)、．:]\s*|#\d{1,3}\s+)")
# What says that another part of a series is meant: "Part Two", "Vol. 2", "II", "第二部".
_PART = (
    r"(?:#?\d{1,3}\b|[ivx]+\b|(?:part|vol|volume|chapter|episode|season|book|sequel|prequel|remake|reboot)\b"
    r"|第|[二三四五六七八九十]|续|前传|外传|[上中下][)）部集]|[^()（）]*店[)）])"
)
_QUOTED = re.compile(
    rf"《([^《》]+)》(?!\s*{_PART})|[\"“「『]([^\"“”「」『』]+)[\"”」』]|\*\*([^*]+)\*\*", re.IGNORECASE
)
# Behind a dash a subtitle ("Mission: Impossible – Fallout") is another title; a remark begins with a small letter, or
# has a word in small letters that titles do not write so, or is long.
_IN_TITLES = r"(?:a|an|and|as|at|by|de|der|des|du|en|et|for|from|in|la|le|of|on|or|the|to|und|vs|with|y)"
_COMMENT = re.compile(
    rf"\s+[-–—:]\s+(?!{_PART})(?=\d{{4}}\b|(?-i:[a-z])|[^-–—]*\s(?!{_IN_TITLES}\b)(?-i:[a-z])|[\u4e00-\u9fff]{{7}}).*$"
    rf"|\s*[(（](?!{_PART})[^()（）]*[)）]\s*$|\s*\(\d{{4}}\).*$",
    re.IGNORECASE,
)
_BOLD = re.compile(r"^\*\*(.+)\*\*$")
_NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen".split()
_NUMBER = re.compile(
    rf"\d+|\b(?:[ivx]{{1,5}}|{'|'.join(_NUMBER_WORDS)})\b|[一二三四五六七八九十]+|(?<=[\u4e00-\u9fff])[ivx]+",
    re.IGNORECASE,
)
_AROUND_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])")
_BOOKS = re.compile(r"《[^《》]+》")
_ROW = re.compile(r"\s*(?:《[^《》]+》[\s、，,;；>＞→和与及。]*){2,}")
_YEAR = re.compile(r"\s*[(（](\d{4})[)）]\s*")
_DIGITS = re.compile(r"\d+")
# Beyond Latin, Greek, Cyrillic and Armenian a single letter or vowel sign makes another word too often.
_LAST_OF_ALPHABETS = "\u0590"
_PLURAL = re.compile(r"s\b")
_NUMERALS = {
    name: str(number)
    for names in (_NUMBER_WORDS, "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv".split(), "一二三四五六七八九十")
    for number, name in enumerate(names, 1)
}


class Titles(FixedInstruction):
    """Implements `promptrec.answer.base.AnswerFormat` for titles.

    A title that is spelt nearly right is matched by similarity, with a margin over the second best and with the same
    numbers in it, so that "Rocky IV" is never taken for "Rocky II". What matches nothing is unknown ("ungrounded"), and
    so is what a sentence names to be left out. A list said to begin with the worst is no order.
    """

    name = "titles"
    instructions = _INSTRUCTION

    def write(self, order: Sequence[str]) -> str:
        """See `AnswerFormat.write`."""
        return "\n".join(f"{place}. {_one_line(title)}" for place, title in enumerate(order, 1))

    def pattern(self, choices: Sequence[str]) -> str:
        """See `AnswerFormat.pattern`."""
        one = "(" + "|".join(literal(_one_line(c)) for c in choices) + ")"
        return r"\n".join(rf"{place}\. {one}" for place in range(1, len(choices) + 1))

    def parse(self, text: str, choices: Sequence[str]) -> Parsed:
        """See `AnswerFormat.parse`."""
        exact = {_one_line(c): c for c in choices}
        by_key = _unambiguous(choices)
        longest = LONGEST_LINE + max(map(len, exact), default=0)
        mentions: list[str] = []
        unknown: list[str] = []
        instructions = {title_key(line) for line in _INSTRUCTION[self._language].splitlines()}
        for line in text.splitlines()[:MOST_LINES]:
            line = line[:longest]
            if not line.strip() or title_key(line) in instructions:
                continue
            if line.rstrip(" *").endswith((":", "：")) and is_worst_first(line, len(line.rstrip(" *:："))):
                return parsed([], choices, [line.strip()])
            found = [_match(part, exact, by_key) for part in _apart(line, exact)]
            mentions += [choice for choice in found if choice is not None]
            if None in found:
                unknown.append(line.strip())
        return parsed(mentions, choices, unknown)


def _one_line(title: str) -> str:
    return " ".join(title.split())


def _apart(line: str, exact: Mapping[str, str]) -> list[str]:
    """The titles of a line that is nothing but several in 《》; else the line."""
    bare = _ORDINAL.sub("", line, count=1)
    return _BOOKS.findall(bare) if _ROW.fullmatch(bare) and _one_line(bare) not in exact else [line]


def _key(title: str) -> str:
    """A title's key with its numbers in digits: "Rocky II" and "rocky 2" are one."""
    key = _AROUND_HAN.sub("", title_key(title))
    return _NUMBER.sub(lambda n: _NUMERALS.get(n[0].lower(), n[0]), key)


def _unambiguous(choices: Sequence[str]) -> Mapping[str, str]:
    """Choices by their key, with and without the year behind it; a key that two of them share names neither.

    Where it names no other, also by the key without emoji and other ornaments, and by that without spaces.
    """
    exact: dict[str, dict[str, None]] = {}
    loose: dict[str, dict[str, None]] = {}
    for choice in choices:
        for key in {_key(choice), _key(_YEAR.sub("", choice))}:
            bare = signless(key) or key
            exact.setdefault(key, {})[choice] = None
            for looser in (bare, spaceless(bare)):
                loose.setdefault(looser, {})[choice] = None
    return {key: next(iter(same)) for key, same in (loose | exact).items() if len(same) == 1}


def _match(line: str, exact: Mapping[str, str], by_key: Mapping[str, str]) -> str | None:
    """The choice a line names: literally, else by its key, else by similarity; never one of another year."""
    readings = _readings(line)
    for reading in readings:
        if reading in exact:
            return exact[reading]
    keys = [_key(reading) for reading in readings]
    # Models like to add emoji; a title that has one itself is another.
    plain = [key for key in map(signless, keys) if key in by_key and not _has_signs(by_key[key])]
    keys += plain + [spaceless(key) for key in keys]
    for key in keys:
        if key in by_key:
            return by_key[key] if _same_year(line, by_key[key]) else None
    found = next((near for key in keys if (near := _nearest(key, by_key)) is not None), None)
    return found if found is not None and _same_year(line, found) else None


def _has_signs(choice: str) -> bool:
    return signless(_key(choice)) != _key(choice)


def _same_year(line: str, choice: str) -> bool:
    written, known = _YEAR.search(line), _YEAR.search(choice)
    return written is None or known is None or written[1] == known[1]


def _readings(line: str) -> list[str]:
    """Candidate readings of a line as a title, from the full line to its shortest part."""
    full = _one_line(line)
    bare = _one_line(_ORDINAL.sub("", line, count=1))
    cleaned = clean_text(bare)
    quoted = [
        next(part for part in match.groups() if part)
        for match in _QUOTED.finditer(cleaned)
        if not is_disclaimed(cleaned, match.start())
    ]
    shorter, at = [], bare
    for _ in range(2):
        at = _COMMENT.sub("", at)
        shorter.append(at)
    bold = _BOLD.sub(r"\1", bare)  # "**A***" is a title with a star
    unquoted = bare.strip("*_`\"'“”‘’《》「」『』 .。,，;；")
    if bare.endswith("*") and bare.count("*") == 1:  # one star closes nothing: "A*" is no "A"
        unquoted = bare
    readings = [bare, full, bold, unquoted, *(quoted if len(quoted) == 1 else []), *shorter]
    return [reading for reading in dict.fromkeys(map(_one_line, readings)) if reading]


def _nearest(key: str, by_key: Mapping[str, str]) -> str | None:
    """The choice with a key within a typing error of this one in a long title, but not another title."""
    ranked = process.extract(key, list(by_key), scorer=fuzz.ratio, limit=3, score_cutoff=CUTOFF - MARGIN)
    if not ranked or ranked[0][1] < CUTOFF:
        return None
    best, score, _ = ranked[0]
    rivals = [other for near, other, _ in ranked[1:] if by_key[near] != by_key[best]]
    if rivals and score - rivals[0] < MARGIN:
        return None
    one_thing = _DIGITS.findall(best) == _DIGITS.findall(key) and _PLURAL.sub("", best) != _PLURAL.sub("", key)
    return by_key[best] if one_thing and _is_slip(best, key) else None


def _is_slip(best: str, key: str) -> bool:
    """Whether only spaces or single letters of long words differ: "Man on Wire" is no slip for "Man on Fire".

    A title of one word has too little else in it to tell: "Contact" is no slip for "Contract".
    """
    if best.replace(" ", "") == key.replace(" ", ""):
        return True
    pairs = [(a, b) for a, b in zip(best.split(), key.split(), strict=False) if a != b]
    slips = all(
        max(len(a), len(b)) >= LONG_WORD
        and a[0] == b[0]
        and max(a + b) < _LAST_OF_ALPHABETS
        and OSA.distance(a, b) == 1
        for a, b in pairs
    )
    return slips and 0 < best.count(" ") == key.count(" ") and len(pairs) * LETTERS_A_SLIP <= len(best)
