"""What stands within braces and does not do what it looks like."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.rules.braces import NAMES
from promptrec.template.outline import Place
from promptrec.template.unclosed import without_remarks

_BRACES = re.compile(r"\{([{%])(?P<inside>.*?)[}%]\}", re.DOTALL)
_QUOTED = re.compile(r"(?P<quote>[\"'])\s*(?P<name>(?P<owner>\w+)\.\w+)\s*(?P=quote)")
_NAME = r"[^\W\d]\w*\.\w+"
_SEVERAL = re.compile(rf"[-+]?\s*{_NAME}(?:\s*(?:(?P<sign>,)|\b(?:and)\b)\s*{_NAME})+\s*[-+]?")


def names_do_what_they_look_like(draft: Draft) -> Iterator[Finding]:
    """A name in quotes is a text; of several names between two braces, one is put in, or a list."""
    known = {*NAMES, *draft.loop_names}
    for path, text in draft.files.items():
        plain = without_remarks(text)
        for braces in _BRACES.finditer(plain):
            place = Place(path, text[: braces.start("inside")].count("\n") + 1)
            for quoted in _QUOTED.finditer(braces["inside"]):
                if quoted["owner"] in known:
                    yield fault("quoted-name", place, written=quoted[0], name=quoted["name"])
            several = _SEVERAL.fullmatch(braces["inside"]) if braces[1] == "{" else None
            if several:
                sign = ", " if several["sign"] else " "
                right = sign.join(f"{{{{ {name} }}}}" for name in re.findall(_NAME, several[0]))
                which = "comma" if several["sign"] else "and"
                yield fault(f"several-names/{which}", place, written=several[0].strip(" +-"), right=right)
