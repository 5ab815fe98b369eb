"""What the header promises and the body never shows, and names that are given and never used."""

import re
from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.rules.braces import PUT_IN
from promptrec.template.outline import Place

_GIVEN = re.compile(r"\{%[-+]?\s*(?:set\s+(\w+)\s*=|for\s+(\w+(?:\s*,\s*\w+)*)\s+in\b)")


def unused_fields(draft: Draft) -> Iterator[Finding]:
    """Fields that the template itself declares and never shows; those of pack.yaml are for all its templates."""
    used = {use.names[1] for use in draft.uses() if use.names[0] == "item" and len(use.names) > 1}
    for name in draft.header.fields if used else ():  # else all is amiss, and `shows_the_items` says so
        if not used & {name, "facts"} and draft.is_own("fields", name):
            shown = f"{'candidate' if draft.listwise else 'item'}.{name}"
            yield fault("unused-field", draft.place("fields", name), "warning", name=repr(name), shown=shown)


def unused_limits(draft: Draft) -> Iterator[Finding]:
    """Limits on what the template never shows: they shorten nothing."""
    used = {".".join(use.names[:2]) for use in draft.uses()}
    used |= {f"item.{name}" for name in draft.header.fields if draft.is_own("fields", name)}  # found as fields already
    for name in draft.header.limits:
        if name not in used and any(use.startswith(name[:5]) for use in used):
            yield fault("unused-limit", draft.place("limits", name), "warning", name=name)


def unused_examples(draft: Draft) -> Iterator[Finding]:
    """Examples that the template itself names and never shows."""
    if draft.header.examples and draft.is_own("examples"):
        used = any(use.of_example for use in draft.uses())
        yield from [] if used else [fault("unused-examples", draft.place("examples"), "warning")]


def unused_names(draft: Draft) -> Iterator[Finding]:
    """Names that `set` or a loop gives; of several in one loop, one is enough."""
    commands = "\n".join(found for text in draft.files.values() for found in PUT_IN.findall(text))
    for path, text in draft.files.items():
        for given in _GIVEN.finditer(text):
            names = re.split(r"\s*,\s*", given[1] or given[2])
            if all(len(re.findall(rf"\b{name}\b", commands)) == 1 for name in names):
                place = Place(path, text[: given.start()].count("\n") + 1)
                yield fault("unused-name", place, "warning", name=" and ".join(map(repr, names)), shown=names[-1])
