"""What the header promises and the body never shows."""

from collections.abc import Iterator

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding


def unused_fields(draft: Draft) -> Iterator[Finding]:
    """Fields that the template itself declares and never shows; those of pack.yaml are for all its templates."""
    used = {use.names[1] for use in draft.uses() if use.names[0] == "item" and len(use.names) > 1}
    for name in draft.header.fields if used else ():  # else all is amiss, and `shows_the_items` says so
        if name not in used and draft.is_own("fields", name):
            yield fault(
                "unused-field",
                draft.place("fields", name),
                f"the field {name!r} is declared and never shown",
                f"show it, as in {{{{ {'candidate' if draft.listwise else 'item'}.{name} }}}}, "
                f"or take {name!r} out of `fields`",
                "warning",
            )


def unused_limits(draft: Draft) -> Iterator[Finding]:
    """Limits on what the template never shows: they shorten nothing."""
    used = {".".join(use.names[:2]) for use in draft.uses()}
    used |= {f"item.{name}" for name in draft.header.fields if draft.is_own("fields", name)}  # found as fields already
    for name in draft.header.limits:
        if name not in used and any(use.startswith(name[:5]) for use in used):
            yield fault(
                "unused-limit",
                draft.place("limits", name),
                f"`limits` names {name}, which is never shown",
                f"take {name} out of `limits`, or show it",
                "warning",
            )


def unused_examples(draft: Draft) -> Iterator[Finding]:
    """Examples that the template itself names and never shows."""
    if draft.header.examples and draft.is_own("examples"):
        used = any(use.of_example for use in draft.uses())
        said = "the examples are never shown"
        mend = "loop over them, as in {% for example in examples %} … {% endfor %}, or take out `examples`"
        yield from [] if used else [fault("unused-examples", draft.place("examples"), said, mend, "warning")]
