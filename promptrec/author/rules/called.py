"""What a template says of itself, for those who look for one."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from promptrec.author.draft import Draft, fault
from promptrec.author.finding import Finding
from promptrec.author.phrase import phrase
from promptrec.template.header import Kind
from promptrec.template.outline import Place


def says_what_it_is_for(draft: Draft) -> Iterator[Finding]:
    """`about` and `domain` are not left empty."""
    for field in ("about", "domain"):
        if not getattr(draft.header, field).strip():
            yield fault("empty-header", draft.place(field), "warning", field=field, such=phrase(f"such-{field}"))


def is_called_as_it_ranks(draft: Draft) -> Iterator[Finding]:
    """A file that is called like one way of ranking is found under that name, and must rank in it."""
    path, ranks = Path(draft.template.path), draft.header.ranks
    if path.stem in get_args(Kind) and path.stem != ranks:
        place = Place(str(path), draft.place("ranks").line)
        yield fault("other-name", place, name=path.name, ranks=ranks, right=f"{ranks}{path.suffix}", kind=path.stem)
