"""Lint rules on the header: what it says of the template, values that YAML cuts, fields and names without use."""

import re
from collections.abc import Iterator
from pathlib import Path

from promptrec.authoring.lint.context import LintContext, fault
from promptrec.authoring.lint.diagnostic import Diagnostic
from promptrec.authoring.lint.rules.expressions import PUT_IN
from promptrec.messages import message
from promptrec.template.analysis.references import Place
from promptrec.template.kinds import KINDS
from promptrec.template.syntax.yaml_loader import unquoted_values_with_comments


def about_and_domain_are_filled(context: LintContext) -> Iterator[Diagnostic]:
    """`about` and `domain` are not left empty."""
    for field in ("about", "domain"):
        if not getattr(context.header, field).strip():
            yield fault("empty-header", context.place(field), "warning", field=field, such=message(f"such-{field}"))


def file_name_matches_kind(context: LintContext) -> Iterator[Diagnostic]:
    """A file that is called like one way of ranking is found under that name, and must rank in it."""
    path, kind = Path(context.template.path), context.header.kind
    if path.stem in KINDS and path.stem != kind:
        place = Place(str(path), context.place("kind").line)
        yield fault("other-name", place, name=path.name, kind=kind, right=f"{kind}{path.suffix}", named=path.stem)


_WIDE = re.compile("[，、；]")
# Of these the catalogue knows whether the whole of it was read.
TITLES = ("include", "exclude")
TEXTS = ("preferences", "context", "about")


def fields_are_separated(context: LintContext) -> Iterator[Diagnostic]:
    """`[grape，country]` is one field of that name, which nothing has."""
    columns = context.catalog.field_names if context.catalog else ()
    shown = {use.names[1:2] for use in context.uses()}
    for name in context.header.fields:
        sign = _WIDE.search(name)
        if sign and name not in columns and (name,) not in shown:
            right = ", ".join(part.strip() for part in _WIDE.split(name))
            yield fault("joined-fields", context.place("fields", name), name=repr(name), sign=sign[0], right=right)


def unquoted_comments(context: LintContext) -> Iterator[Diagnostic]:
    """What stands behind ` #` is dropped, which may be half of what somebody says."""
    catalog = context.own_catalog or context.catalog
    titles = [item.title for item in catalog] if catalog else []
    for path, text in context.headers.items():
        for name, line, text_read, dropped in unquoted_values_with_comments(text):
            # One that is not there at all is told as a title.
            longer = text_read in titles and any(title.startswith(f"{text_read} #") for title in titles)
            if name in TEXTS or (name in TITLES and longer):
                full = f"{text_read} {dropped}".replace("\\", r"\\").replace('"', r"\"")
                yield fault("cut-text", Place(path, line), "warning", name=name, dropped=repr(dropped), full=full)


_GIVEN = re.compile(r"\{%[-+]?\s*(?:set\s+(\w+)\s*=|for\s+(\w+(?:\s*,\s*\w+)*)\s+in\b)")


def unused_fields(context: LintContext) -> Iterator[Diagnostic]:
    """Fields that the template itself declares and never shows; those of pack.yaml are for all its templates."""
    used = {use.names[1] for use in context.uses() if use.names[0] == "item" and len(use.names) > 1}
    for name in context.header.fields if used else ():  # else all is amiss, and `items_are_shown` says so
        if not used & {name, "facts"} and context.is_own("fields", name):
            shown = f"{'candidate' if context.listwise else 'item'}.{name}"
            yield fault("unused-field", context.place("fields", name), "warning", name=repr(name), shown=shown)


def unused_limits(context: LintContext) -> Iterator[Diagnostic]:
    """What the template itself truncates and never shows."""
    used = {".".join(use.names[:2]) for use in context.uses()}
    used |= {
        f"item.{name}" for name in context.header.fields if context.is_own("fields", name)
    }  # found as fields already
    for name in context.header.truncate:
        if context.is_own("truncate") and name not in used and any(use.startswith(name[:5]) for use in used):
            yield fault("unused-limit", context.place("truncate", name), "warning", name=name)


def unused_examples(context: LintContext) -> Iterator[Diagnostic]:
    """Examples that the template itself names and never shows."""
    if context.header.examples and context.is_own("examples"):
        used = any(use.of_example for use in context.uses())
        yield from [] if used else [fault("unused-examples", context.place("examples"), "warning")]


def unused_names(context: LintContext) -> Iterator[Diagnostic]:
    """Names that `set` or a loop gives; of several in one loop, one is enough."""
    commands = "\n".join(found for text in context.files.values() for found in PUT_IN.findall(text))
    for path, text in context.files.items():
        for given in _GIVEN.finditer(text):
            names = re.split(r"\s*,\s*", given[1] or given[2])
            if all(len(re.findall(rf"\b{name}\b", commands)) == 1 for name in names):
                place = Place(path, text[: given.start()].count("\n") + 1)
                yield fault("unused-name", place, "warning", name=" and ".join(map(repr, names)), shown=names[-1])
