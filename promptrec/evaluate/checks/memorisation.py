"""Memorisation: effect of known titles on a result, measured by renaming the items."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from promptrec.data.case_folding import MARKS
from promptrec.data.catalog import Catalog
from promptrec.data.item import FieldValue, Item
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.evaluate.datasets.dataset import Dataset
from promptrec.rank.ordering import seeded_hash

_YEAR = re.compile(r"\s*\((1[89]|20)\d\d\)$")
_MOVED_ARTICLE = re.compile(r"^(.+), (the|an|a)$", re.IGNORECASE)
_LEADING_ARTICLE = re.compile(r"^(the|an|a) (?=\w)", re.IGNORECASE)
# Chinese, Japanese and Korean have no word ends to look for; beside them only Latin letters can make a word longer.
_UNSPACED = re.compile("[\u2e80-\U0003ffff]")
_LETTER, _LATIN_LETTER = rf"[\w{MARKS}]", r"(?a:[\wÀ-ÿ])"
MIN_HEAD = 4


def title_forms(title: str) -> tuple[str, ...]:
    """Forms of a title in running text, longest first.

    As it is; without the year in brackets; with its article moved to the front, or left out; without a subtitle
    behind a colon; each with "&" for "and" or the other way round, and with curly apostrophes. A single Chinese
    character is no form: too many texts have it.
    """
    plain = _YEAR.sub("", title)
    named = _MOVED_ARTICLE.sub(r"\2 \1", plain)
    head, colon, _ = named.partition(":")
    forms = [title, plain, named, *([head] if colon and len(head) >= MIN_HEAD else [])]
    forms += [_LEADING_ARTICLE.sub("", form) for form in forms]
    forms += [form.replace(" & ", " and ") for form in forms] + [form.replace(" and ", " & ") for form in forms]
    forms += [form.replace("'", "’") for form in forms]
    is_han = _UNSPACED.fullmatch
    return tuple(sorted({form for form in forms if form and not is_han(form)}, key=lambda form: (-len(form), form)))


def retitle(text: str, titles: Mapping[str, str]) -> str:
    """The text with each old title, in any of its forms, replaced by its new one, all at once.

    Words of a title of one word must have its capitals ("It", not "it"); longer ones may be written either way.
    """
    lowered = text.casefold()
    pairs = [(form, new) for old, new in titles.items() for form in title_forms(old) if form.casefold() in lowered]
    if not pairs:
        return text
    pairs.sort(key=lambda pair: -len(pair[0]))
    letter = _LATIN_LETTER if _UNSPACED.search(text) else _LETTER
    pattern = re.compile("|".join(f"({_form_pattern(form, letter)})" for form, _ in pairs))
    return pattern.sub(lambda found: pairs[(found.lastindex or 1) - 1][1], text)


def retitle_item(item: Item, title: str) -> Item:
    """The item under another title, which replaces its own wherever its fields say it."""
    fields = {name: _retitle_value(value, {item.title: title}) for name, value in item.fields.items()}
    return item.model_copy(update={"title": title, "fields": fields})


def retitle_query(query: Query, catalog: Catalog, titles: Mapping[str, str]) -> Query:
    """The query with the things of its history under their new titles, in its texts too.

    An entry that is an ID stays one; an entry that is no ID and no title of exactly one item stays as it is.

    Args:
        query: what is known of a person.
        catalog: the items under their old titles.
        titles: the new title of every item, by ID.
    """
    known = {entry: item for entry in query.history if (item := catalog.find(entry)) is not None}
    renames = {item.title: titles[item.item_id] for item in known.values()}
    history = [titles[known[e].item_id] if e in known and e not in catalog else e for e in query.history]
    texts = {name: retitle(getattr(query, name), renames) for name in ("preferences", "context")}
    return query.model_copy(update={"history": tuple(history), **texts})


def _retitle_value(value: FieldValue, titles: Mapping[str, str]) -> FieldValue:
    if isinstance(value, str):
        return retitle(value, titles)
    return tuple(retitle(part, titles) for part in value) if isinstance(value, tuple) else value


def _form_pattern(form: str, letter: str) -> str:
    words = re.escape(form) if " " not in form else f"(?i:{re.escape(form)})"
    before = f"(?<!{letter})" if re.match(letter, form) else ""
    return before + words + (f"(?!{letter})" if re.search(f"{letter}$", form) else "")


NOUNS = {"en": "Item", "zh": "条目"}
MIN_DIGITS = 4


def title_variants(dataset: Dataset, seed: int) -> dict[str, Dataset]:
    """The dataset as it is (`real`), and under other titles (`masked`, `permuted`).

    Titles change in the catalogue, in the candidates, in a person's history, and where an item's own fields or
    a person's own words say them. IDs, judgements and all other text stay: a template that shows IDs which are
    titles themselves would give masked titles away.

    masked: "Item 3f2a", the digits a hash of the seed and the ID, as many as tell all items apart.
    permuted: another item's title, for every item, by a hash of the seed.

    Raises:
        InputError: more than half of the items have one title, so that some item would keep it.
    """
    return {
        "real": dataset,
        "masked": _retitle_dataset(dataset, masked_titles(dataset.catalog, dataset.language, seed), "masked"),
        "permuted": _retitle_dataset(dataset, permuted_titles(dataset.catalog, seed), "permuted"),
    }


def masked_titles(catalog: Catalog, language: str, seed: int) -> dict[str, str]:
    """A neutral title for each item ID, no two the same."""
    hashes = {item.item_id: f"{seeded_hash(seed, 'mask', item.item_id):016x}" for item in catalog}
    digits = MIN_DIGITS
    while len({name[:digits] for name in hashes.values()}) < len(hashes):
        digits += 1
    noun = NOUNS[language]
    return {item_id: f"{noun} {name[:digits]}" for item_id, name in hashes.items()}


def permuted_titles(catalog: Catalog, seed: int) -> dict[str, str]:
    """The title of another item for each item ID, never one that reads as its own.

    Items in hashed order, those of one title side by side, each take the title that stands as many places on as
    the most frequent title has items.
    """
    most_common, most = Counter(item.title for item in catalog).most_common(1)[0]
    if 2 * most > len(catalog):
        raise InputError("titles-not-permutable", path=catalog.name, number=most, count=len(catalog), title=most_common)
    order = sorted(
        catalog, key=lambda item: (seeded_hash(seed, "title", item.title), seeded_hash(seed, "item", item.item_id))
    )
    return {item.item_id: order[(place + most) % len(order)].title for place, item in enumerate(order)}


def _retitle_dataset(dataset: Dataset, titles: Mapping[str, str], variant: str) -> Dataset:
    old = dataset.catalog
    catalog = Catalog((retitle_item(i, titles[i.item_id]) for i in old), name=old.name, credit=old.credit)
    return replace(
        dataset,
        name=f"{dataset.name}-{variant}",
        catalog=catalog,
        queries=tuple(retitle_query(query, old, titles) for query in dataset.queries),
        requests=tuple(
            replace(
                request,
                query=retitle_query(request.query, old, titles),
                candidates=tuple(catalog[item.item_id] for item in request.candidates),
            )
            for request in dataset.requests
        ),
    )
