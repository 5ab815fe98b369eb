"""What a reply names without recommending it: "I would exclude [E]", "worst to best: …".

Only words that stand before a name, in the same sentence, are looked at. Where they mislead ("not only [A]"), a choice
is reported missing: an order that says less is better than one that says the contrary.
"""

import re

_NOT = re.compile(
    r"(?:\b(?:exclud\w*|avoid\w*|reject\w*|omit\w*|skip\w*|remov\w*|not|never|\w+n['’]t|without|except|unlike"
    r"|instead of|rather than)\b"
    r"|不(?:推荐|建议|要|会|适合|考虑|选|看|喜欢|合适)|别(?:看|选|买|去)|排除|除了|避免|而不是|而非)[^.;!?。；！？\n>]*$",
    re.IGNORECASE,
)
_WORST_FIRST = re.compile(
    r"(?:\b(?:worst|least\b[^\n>]{0,30}?)\s*(?:(?:one|item|choice)s?\s*)?(?:to\b|first\b|[-=]?>|→)"
    r"|\b(?:ascending|reversed?)\s+(?:order|rank\w*)|从\s*(?:最(?:不|差|低|坏)|差|坏|低)[^\n>]{0,15}?到"
    r"|最(?:不\S{0,6}|差|低)的?(?:在|排|放)前)[^\n>]{0,40}$",
    re.IGNORECASE,
)


# How far back such words are looked for.
REACH = 300


def is_disclaimed(text: str, at: int) -> bool:
    """Whether the words before the name at `at`, up to the end of the last sentence, say that it is not recommended."""
    return bool(_NOT.search(text[max(0, at - REACH) : at]))


def is_worst_first(text: str, at: int) -> bool:
    """Whether the words before the list at `at` say that its last one is the best."""
    return bool(_WORST_FIRST.search(text[max(0, at - REACH) : at].rstrip()))
