"""A text as a regular expression that every engine's grammar compiler reads without complaint."""

import re

# `re.escape` also escapes spaces, "#", "&" and "~"; xgrammar warns of each of those on standard error.
_SPECIAL = re.compile(r"[\\.^$*+?{}\[\]|()]")


def literal(text: str) -> str:
    """The regular expression that matches `text` and nothing else, outside of any character class."""
    return _SPECIAL.sub(r"\\\g<0>", text)
