"""Cues of the Chinese rule reader, compiled from `cues.yaml`."""

import re
from dataclasses import dataclass
from functools import lru_cache

from promptrec.intent.chinese.characters import fold, yaml_lists

TAKEN = "\ue001"
"""Stands for a character of a span that is a constraint: it ends a clause."""

BREAKS = r",。!?;:…\n\r\t()\[\]{}<>【】—~|/、 ." + TAKEN
"""Characters that end a clause, as the inside of a character class of folded text."""


@dataclass(frozen=True)
class ChineseCues:
    """Compiled headings of the YAML file."""

    harmless: re.Pattern[str]
    """Words that look like a refusal and refuse nothing."""
    cue: re.Pattern[str]
    """Every cue; the name of the group that matches is its kind: added, before, degree, weak, comment or after."""
    filler: re.Pattern[str]
    stop: re.Pattern[str]
    tail: re.Pattern[str]
    general: re.Pattern[str]
    subject: re.Pattern[str]
    head: re.Pattern[str]
    void: re.Pattern[str]
    additive: re.Pattern[str]
    topic_end: re.Pattern[str]
    """What ends the topic of a clause: 的 or a pronoun, and somebody of whom the predicate is said."""


@lru_cache(maxsize=16)
def load_cues(added: tuple[str, ...] = ()) -> ChineseCues:
    """The compiled cues; read once.

    Args:
        added: further words that refuse what follows them.
    """
    headings = yaml_lists("cues.yaml")
    words = {heading: "|".join(lines) for heading, lines in headings.items()}
    words["x"] = rf"[^{BREAKS}]"

    def expression(heading: str) -> str:
        """The alternatives of a heading with the headings they name filled in."""
        text = words[heading]
        for _ in range(2):
            text = re.sub(r"\{([a-z]+)\}", lambda match: f"(?:{words[match[1]]})", text)
        return f"(?:{text})"

    kinds = "|".join(f"(?P<{kind}>{expression(kind)})" for kind in ("after", "comment", "degree", "before", "weak"))
    if added:
        longest_first = sorted(map(fold, added), key=len, reverse=True)
        kinds = f"(?P<added>{'|'.join(map(re.escape, longest_first))})|{kinds}"
    general = rf"的(?:{expression('general')})(?:们)?$"
    return ChineseCues(
        harmless=re.compile(expression("harmless")),
        cue=re.compile(kinds),
        filler=re.compile(expression("filler")),
        stop=re.compile(expression("stop")),
        tail=re.compile(expression("tail") + "$"),
        general=re.compile(general),
        subject=re.compile(expression("subject") + "$"),
        head=re.compile(expression("head")),
        void=re.compile(expression("void")),
        additive=re.compile(expression("additive")),
        topic_end=re.compile(
            rf"(?<=.)(?:(?:什么的|啥的|之类的?|[那这][种类些]的?|的)(?={expression('who')})|的(?=(?:会|容易|伤)[\u4e00-\u9fff])|的[那这][种类](?=.{{2}})|(?<=..)(?<![其吉])[我他她咱俺](?!们?的))"
        ),
    )


def is_chinese_phrase(phrase: str) -> bool:
    """Whether a phrase of a pack is words that a clause of a Chinese request can have."""
    return any(c.isalpha() for c in phrase) and not re.search(f"[{BREAKS}]", fold(phrase))


__all__ = ["BREAKS", "TAKEN", "ChineseCues", "is_chinese_phrase", "load_cues"]
