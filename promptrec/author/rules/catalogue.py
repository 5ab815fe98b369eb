"""Fields that the catalogue does not have."""

from collections.abc import Iterator

from rapidfuzz import process

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding

NEAR = 60


def fields_are_in_the_catalogue(draft: Draft) -> Iterator[Finding]:
    """A declared field that no item has stays empty in every prompt."""
    if draft.catalog is None:
        return
    columns = draft.catalog.field_names
    for name, others in draft.header.fields.items():
        shown = [use for use in draft.printed("item") if use.names[1:2] == (name,)]
        if not shown or set(columns) & {name, *others}:
            continue
        nearest = process.extractOne(name, columns, score_cutoff=NEAR)
        meant = f"did you mean {nearest[0]!r}? " if nearest else ""
        column = nearest[0] if nearest else "COLUMN"
        yield fault(
            "not-in-catalogue",
            shown[0].place,
            f"no item of {draft.catalog.name} has {name!r}: it is empty in every prompt",
            f"{meant}its columns are {', '.join(columns) or 'none'}; for another name write {name}: [{column}] "
            "under `fields`",
            "warning",
        )
