"""Fields that the catalogue does not have, and a column under a name that says something else."""

from collections.abc import Iterator

from rapidfuzz import process

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.phrase import phrase
from promptrec.author.rules.names import ITEM

NEAR = 60


def fields_are_in_the_catalogue(draft: Draft) -> Iterator[Finding]:
    """A declared field that no item has stays empty in every prompt."""
    if draft.catalog is None:
        return
    columns = draft.catalog.field_names
    for name, others in draft.header.fields.items():
        shown = [use for use in draft.printed("item") if use.names[1:2] == (name,)]
        if not shown or name in ITEM or set(columns) & {name, *others}:
            continue
        nearest = process.extractOne(name, columns, score_cutoff=NEAR)
        yield fault(
            "not-in-catalogue",
            shown[0].place,
            "warning",
            catalog=draft.catalog.name,
            name=repr(name),
            field=name,
            meant=phrase("did-you-mean", near=repr(nearest[0])) if nearest else "",
            columns=tuple(columns) or phrase("none"),
            column=nearest[0] if nearest else phrase("column"),
        )


def labels_are_of_lists(draft: Draft) -> Iterator[Finding]:
    """`item.label` is the letter that a list gives a candidate: elsewhere it is empty, whatever the columns are."""
    labels = [use for use in draft.printed("item") if use.names[1:2] == ("label",)]
    if labels and not draft.listwise:
        yield fault("empty-label", labels[0].place, written=labels[0].written)
