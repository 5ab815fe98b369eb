"""Queries written by a template from the attributes and earlier interactions of users."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interaction
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.evaluate.datasets.split import Split
from promptrec.template.spans import joined
from promptrec.template.template import Template

INDIFFERENT = 3
"""The middle of the scale from 1 to 5: what is rated above it is liked and relevant."""
MAX_HISTORY = 20
DISLIKED = "disliked"


@dataclass(frozen=True)
class Profile:
    """A query, with the information for the leak check.

    `shown` holds the IDs of the items that the query may tell of. `attributes_only` is what the template writes
    without any item: a title of one word in it is chance. It is None for words that people wrote themselves.
    """

    query: Query
    shown: tuple[str, ...] = ()
    attributes_only: str | None = None


def grade(one: Interaction) -> int:
    """Relevance grade of a rated item: 0 up to 3 points, then 1 and 2; 1 where there are no ratings."""
    return 1 if math.isnan(one.rating) else max(0, math.ceil(one.rating - INDIFFERENT))


def profiles(
    split: Split,
    people: Mapping[str, Mapping[str, str]],
    catalog: Catalog,
    template: Template,
    *,
    history_in_text: bool = False,
) -> list[Profile]:
    """A profile for everybody who is tested, in the order of their IDs; `query_id` is the user's.

    The template sees the attributes, and under the attribute "disliked" the titles of what was rated 3 or less.

    Args:
        split: who is tested, and what of them may be told: `support`, its last 20, and nothing else.
        people: attributes by user ID; people who are not there have none.
        catalog: the titles.
        template: one of kind profile.
        history_in_text: what was liked goes into the words, as the template has it, and not into `Query.history`.
    """
    return [
        _profile(user, people.get(user, {}), split.support.get(user, ()), catalog, template, history_in_text)
        for user in sorted(split.test)
    ]


def _profile(
    user: str,
    attributes: Mapping[str, str],
    support: tuple[Interaction, ...],
    catalog: Catalog,
    template: Template,
    history_in_text: bool,
) -> Profile:
    visible = [one for one in support[-MAX_HISTORY:] if one.item_id in catalog]
    liked = tuple(_name(catalog[one.item_id], catalog) for one in visible if grade(one))
    disliked = ", ".join(_name(catalog[one.item_id], catalog) for one in visible if not grade(one))
    known = {**attributes, **({DISLIKED: disliked} if disliked else {})}
    words = _words(template, Query(attributes=known, history=liked if history_in_text else ()))
    return Profile(
        Query(query_id=user, preferences=words, history=() if history_in_text else liked),
        shown=tuple(one.item_id for one in support),
        attributes_only=_words(template, Query(attributes=attributes)),
    )


def _words(template: Template, query: Query) -> str:
    return joined(template.render(query, ()).user)


def _name(item: Item, catalog: Catalog) -> str:
    """The title, with the year where the title alone could be another item's."""
    if catalog.find(item.title) is item or "year" not in item.fields:
        return item.title
    return f"{item.title} ({item.fields['year']})"


def relevance(tested: Mapping[str, Iterable[Interaction]]) -> dict[str, dict[str, int]]:
    """Grades by user and item."""
    return {user: {one.item_id: grade(one) for one in rows} for user, rows in tested.items()}
