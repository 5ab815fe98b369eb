"""Texts and lists of a header that YAML cuts elsewhere than their author meant."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.sample import own_catalog
from promptrec.template.outline import Place
from promptrec.template.plain_yaml import cut_texts

_WIDE = re.compile("[，、；]")
# Of these the catalogue knows whether the whole of it was read.
TITLES = ("has", "lacks")
TEXTS = ("person", "context", "about")


def fields_are_parted(draft: Draft) -> Iterator[Finding]:
    """`[grape，country]` is one field of that name, which nothing has."""
    columns = draft.catalog.field_names if draft.catalog else ()
    shown = {use.names[1:2] for use in draft.uses()}
    for name in draft.header.fields:
        sign = _WIDE.search(name)
        if sign and name not in columns and (name,) not in shown:
            right = ", ".join(part.strip() for part in _WIDE.split(name))
            yield fault("joined-fields", draft.place("fields", name), name=repr(name), sign=sign[0], right=right)


def texts_are_whole(draft: Draft) -> Iterator[Finding]:
    """What stands behind ` #` is dropped, which may be half of what somebody says."""
    catalog = own_catalog(draft.template) or draft.catalog
    titles = [item.title for item in catalog] if catalog else []
    for path, text in draft.headers.items():
        for name, line, kept, dropped in cut_texts(text):
            # One that is not there at all is told as a title.
            longer = kept in titles and any(title.startswith(f"{kept} #") for title in titles)
            if name in TEXTS or (name in TITLES and longer):
                whole = f"{kept} {dropped}".replace("\\", r"\\").replace('"', r"\"")
                yield fault("cut-text", Place(path, line), "warning", name=name, dropped=repr(dropped), whole=whole)
