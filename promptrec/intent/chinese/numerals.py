"""Numbers in Chinese text: Arabic digits, Chinese numerals, halves, and pairs of digits that mean a range (四五个)."""

import re

DIGITS = "一二三四五六七八九"
NUMERAL = (
    r"(?:\d{1,9}(?:,\d{3}){0,3}(?:\.\d{1,4})?[万千百kw]?|[零〇一二两俩三四五六七八九十廿百千万]{1,11}(?<=[百千万])(?=一[晚人位件张天间套瓶斤双本杯份])"
    r"|[零〇一二两俩三四五六七八九十廿百千万]{1,12}|半)"
)
"""Expression of one number, without sign, as `number` reads it."""

MULTIPLES = {"k": 1e3, "w": 1e4, "百": 1e2, "千": 1e3, "万": 1e4}
ALONE = {"半": 0.5, "百": 1e2, "千": 1e3}
"""Words that are a number without a digit: 百元以内."""
PAIR = re.compile(rf"(十|[{DIGITS}]十)?([一二两三四五六七八])([二两三四五六七八九])([十百千万]{{0,2}})")


def number(words: str) -> float | None:
    """The number that a match of `NUMERAL` means; None for words that mean none ("百万千")."""
    if words in ALONE:
        return ALONE[words]
    if words[0].isdigit():
        multiple = MULTIPLES.get(words[-1], 1.0)
        return float(words.rstrip("万千百kw").replace(",", "")) * multiple
    from cn2an import cn2an  # takes longer to import than all rules, and few requests spell a number

    try:
        return float(cn2an(words.replace("俩", "两").replace("廿", "二十"), "smart"))
    except ValueError:
        return None


def pair(words: str) -> tuple[float, float] | None:
    """The two numbers of an approximate pair: (4, 5) for 四五, (20, 30) for 二三十, (17, 18) for 十七八."""
    match = PAIR.fullmatch(words)
    if match is None:
        return None
    tens, low, high, rest = match.groups()
    ends = [number((tens or "") + digit + (rest if not tens else "")) for digit in (low, high)]
    if ends[0] is None or ends[1] is None or ends[1] - ends[0] <= 0 or (tens and rest):
        return None
    return ends[0], ends[1]
