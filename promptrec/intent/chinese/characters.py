"""Character folding of Chinese text: one form of width, case and script, with every character at its old place."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

OPAQUE = "\ue000"
"""Stands for a character of a title or of a span that another reader has taken: no cue matches it."""

TITLE = re.compile(
    r"《[^《》\n]{1,80}》|「[^「」\n]{1,40}」|『[^『』\n]{1,40}』|“[^“”\n]{1,40}”|〈[^〈〉\n]{1,40}〉|\"[^\"\n]{1,40}\""
)


def fold(text: str) -> str:
    """Half-width, lower-case (ASCII), simplified form of a text; of the same length, so that offsets hold in both."""
    return text.translate(_folding())


def hide(text: str, spans: Iterable[tuple[int, int]], mask: str = OPAQUE) -> str:
    """A text with opaque characters in some spans."""
    pieces, end = [], 0
    for start, stop in sorted(spans):
        if stop > end:
            pieces += [text[end : max(start, end)], mask * (stop - max(start, end))]
            end = stop
    return "".join(pieces) + text[end:]


def titles(text: str) -> list[tuple[int, int]]:
    """What stands inside title marks and quotation marks, without the marks."""
    return [(match.start() + 1, match.end() - 1) for match in TITLE.finditer(text)]


def yaml_lists(name: str) -> dict[str, list[str]]:
    """The headings of a YAML file beside this one, each with its lines."""
    headings = yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))
    return {
        heading: [line.strip() for line in block.splitlines() if line.strip()] for heading, block in headings.items()
    }


@cache
def _folding() -> dict[int, int | str]:
    table: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    table |= {code: code - 0xFEC0 for code in range(0xFF21, 0xFF3B)}
    table |= {ord(capital): capital.lower() for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    table |= {0x3000: " ", 0xA0: " ", 0x301C: "~", 0xFFE5: "¥"}
    for line in yaml_lists("characters.yaml")["traditional"]:
        table |= {ord(both[0]): both[1] for both in line.split()}
    return table
