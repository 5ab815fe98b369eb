"""Signs of other files and programs that mean nothing here, and are read as they stand."""

import html
import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding

_REMARK = re.compile(
    r"\s*(<!--|//|/\*"
    # A # begins a heading too, and a prompt may well have headings: only what is surely meant for people is told.
    r"|#+\s*(?:note|todo|fixme|remark|comment|reminder)\b|#+\s*(?:注意|注|备注|注释|待办)[:：])",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"(?<!\\)\\[nt](?![a-z])")
_WEB = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,5});")


def signs_of_elsewhere(draft: Draft) -> Iterator[Finding]:
    """Remarks and signs as web pages and programs have them."""
    for line in draft.lines():
        remark = _REMARK.match(line.text)
        if remark:
            yield fault("remark", line.place, "warning", written=remark[1])
        for sign in dict.fromkeys(_ESCAPED.findall(line.text)):
            yield fault("escaped-sign", line.place, "warning", written=sign)
        for web in dict.fromkeys(_WEB.findall(line.text)):
            right = html.unescape(web).replace("\xa0", " ")
            yield fault("web-sign", line.place, "warning", written=web, right=repr(right))
