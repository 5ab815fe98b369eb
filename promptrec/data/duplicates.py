"""Near-duplicate items by title: "Matrix, The (1999)" and "The Matrix (1999)"."""

import re
from collections.abc import Iterable

from promptrec.data.clean import spaceless, title_key
from promptrec.data.item import Item

_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")


def near_duplicates(items: Iterable[Item]) -> list[tuple[Item, ...]]:
    """Groups of items whose titles differ only in case, accents, punctuation, spacing or a moved article.

    Items with different years, in a field or in brackets after the title, are not duplicates. Numbers and signs in
    titles count, so "Rocky II" and "Rocky III" are different, and so are "C++" and "C#". Runs in linear time.
    """
    by_title: dict[str, list[tuple[Item, str]]] = {}
    for item in items:
        title, year = _title_and_year(item)
        by_title.setdefault(spaceless(title_key(title)), []).append((item, year))
    groups = []
    for members in by_title.values():
        years = sorted({year for _, year in members if year})
        # Items without a year match every edition: they form a group with each year, or with one another.
        for wanted in years or [""]:
            group = tuple(item for item, year in members if year in ("", wanted))
            if len(group) > 1:
                groups.append(group)
    return groups


def _title_and_year(item: Item) -> tuple[str, str]:
    bracketed = re.search(r"\s*\(([^()]*)\)\s*$", item.title)
    year = _YEAR.fullmatch(bracketed[1].strip()) if bracketed else None
    if bracketed and year:
        return item.title[: bracketed.start()], year[0]
    found = _YEAR.search(str(item.fields.get("year", "")))
    return item.title, found[0] if found else ""
