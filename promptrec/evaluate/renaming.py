"""Giving things other titles, in running text too."""

import re
from collections.abc import Mapping

from promptrec.data.catalog import Catalog
from promptrec.data.fold import MARKS
from promptrec.data.item import FieldValue, Item
from promptrec.data.query import Query

_YEAR = re.compile(r"\s*\((1[89]|20)\d\d\)$")
_MOVED_ARTICLE = re.compile(r"^(.+), (the|an|a)$", re.IGNORECASE)
_LEADING_ARTICLE = re.compile(r"^(the|an|a) (?=\w)", re.IGNORECASE)
# Chinese, Japanese and Korean have no word ends to look for; beside them only Latin letters can make a word longer.
_UNSPACED = re.compile("[\u2e80-\U0003ffff]")
_LETTER, _LATIN_LETTER = rf"[\w{MARKS}]", r"(?a:[\wÀ-ÿ])"
MIN_HEAD = 4


def forms(title: str) -> tuple[str, ...]:
    """How running text may say a title, longest first.

    As it is; without the year in brackets; with its article moved to the front, or left out; without a subtitle
    behind a colon; each with "&" for "and" or the other way round, and with curly apostrophes. A single Chinese
    character is no form: too many texts have it.
    """
    plain = _YEAR.sub("", title)
    named = _MOVED_ARTICLE.sub(r"\2 \1", plain)
    head, colon, _ = named.partition(":")
    said = [title, plain, named, *([head] if colon and len(head) >= MIN_HEAD else [])]
    said += [_LEADING_ARTICLE.sub("", form) for form in said]
    said += [form.replace(" & ", " and ") for form in said] + [form.replace(" and ", " & ") for form in said]
    said += [form.replace("'", "’") for form in said]
    is_han = _UNSPACED.fullmatch
    return tuple(sorted({form for form in said if form and not is_han(form)}, key=lambda form: (-len(form), form)))


def retitled(text: str, titles: Mapping[str, str]) -> str:
    """The text with each old title, in any of its forms, replaced by its new one, all at once.

    Words of a title of one word must have its capitals ("It", not "it"); longer ones may be written either way.
    """
    lowered = text.casefold()
    pairs = [(form, new) for old, new in titles.items() for form in forms(old) if form.casefold() in lowered]
    if not pairs:
        return text
    pairs.sort(key=lambda pair: -len(pair[0]))
    letter = _LATIN_LETTER if _UNSPACED.search(text) else _LETTER
    pattern = re.compile("|".join(f"({_mention(form, letter)})" for form, _ in pairs))
    return pattern.sub(lambda found: pairs[(found.lastindex or 1) - 1][1], text)


def retitled_item(item: Item, title: str) -> Item:
    """The item under another title, which replaces its own wherever its fields say it."""
    fields = {name: _retitled_value(value, {item.title: title}) for name, value in item.fields.items()}
    return item.model_copy(update={"title": title, "fields": fields})


def retitled_query(query: Query, catalog: Catalog, titles: Mapping[str, str]) -> Query:
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
    return query.model_copy(
        update={
            "history": tuple(history),
            "preferences": retitled(query.preferences, renames),
            "context": retitled(query.context, renames),
        }
    )


def _retitled_value(value: FieldValue, titles: Mapping[str, str]) -> FieldValue:
    if isinstance(value, str):
        return retitled(value, titles)
    return tuple(retitled(part, titles) for part in value) if isinstance(value, tuple) else value


def _mention(form: str, letter: str) -> str:
    words = re.escape(form) if " " not in form else f"(?i:{re.escape(form)})"
    before = f"(?<!{letter})" if re.match(letter, form) else ""
    return before + words + (f"(?!{letter})" if re.search(f"{letter}$", form) else "")
