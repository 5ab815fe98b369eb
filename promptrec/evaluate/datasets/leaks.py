"""Leak check: titles of relevant items in the profile of their query."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from promptrec.data.catalog import Catalog
from promptrec.data.clean import title_key
from promptrec.data.item import Item
from promptrec.errors import InputError
from promptrec.evaluate.datasets.profiles import Profile
from promptrec.messages import message

_CHINESE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
SHORTEST_CHINESE = 3


@dataclass(frozen=True)
class Leak:
    """A relevant item whose title occurs in its query; `where` is "history" or "words"."""

    query_id: str
    item_id: str
    title: str
    where: str


def find_leaks(profiles: Iterable[Profile], relevance: Mapping[str, Mapping[str, int]], catalog: Catalog) -> list[Leak]:
    """Every relevant item whose title (case, accents and articles aside) occurs in the profile of its query.

    Short titles do not alarm by chance. Of two titles that could stand at one place the longer is read ("It Happened
    One Night" is not "It"). A title of a single word may be a word like any other: it does not count where the template
    writes it from attributes alone, nor in words that people wrote themselves.
    """
    return [leak for profile in profiles for leak in _leaks(profile, relevance, catalog)]


def check_leaks(profiles: Iterable[Profile], relevance: Mapping[str, Mapping[str, int]], catalog: Catalog) -> None:
    """Refuse profiles with leaks.

    Raises:
        InputError: the first leak, and how many there are.
    """
    leaks = find_leaks(profiles, relevance, catalog)
    if leaks:
        first = leaks[0]
        named = {"query_id": first.query_id, "item_id": first.item_id, "title": first.title}
        raise InputError(message("profile-leak", **named, where=message(first.where), count=len(leaks)))


def _leaks(profile: Profile, relevance: Mapping[str, Mapping[str, int]], catalog: Catalog) -> Iterator[Leak]:
    query = profile.query
    grades = relevance.get(query.query_id, {})
    targets = [catalog[item_id] for item_id, grade in grades.items() if grade > 0 and item_id in catalog]
    entries = {entry: catalog.find(entry) for entry in query.history}
    named = {item.item_id for item in entries.values() if item is not None} | set(profile.shown)
    unclear = {title_key(entry) for entry, item in entries.items() if item is None}
    in_text = _titles_in_text(profile, targets, catalog)
    for item in targets:
        if item.item_id in named or unclear & _keys(item):
            yield Leak(query.query_id, item.item_id, item.title, "history")
        elif in_text & _keys(item):
            yield Leak(query.query_id, item.item_id, item.title, "words")


def _titles_in_text(profile: Profile, targets: Iterable[Item], catalog: Catalog) -> set[str]:
    """Keys of targets that stand in the words more often than they do by chance."""
    shown = {key for item_id in profile.shown if item_id in catalog for key in _keys(catalog[item_id])}
    wanted = {key for item in targets for key in _keys(item)} - shown
    if not wanted:
        return set()
    found = _count(wanted | shown, f"{profile.query.preferences}\n{profile.query.context}")
    if profile.attributes_only is None:
        return {key for key in wanted if found[key] and _is_distinctive(key)}
    chance = _count(wanted | shown, profile.attributes_only)
    return {key for key in wanted if found[key] > (0 if _is_distinctive(key) else chance[key])}


def _keys(item: Item) -> set[str]:
    """The key of a title, and of its parts where a second title stands in brackets."""
    both = re.fullmatch(r"(.+) \((.+)\)", item.title)
    return {title_key(title) for title in (item.title, *(both.groups() if both else ()))}


def _is_distinctive(key: str) -> bool:
    return len(key) >= SHORTEST_CHINESE if _CHINESE.search(key) else " " in key


def _count(keys: Collection[str], text: str) -> Counter[str]:
    """How often each key stands in a text, the longest first; Chinese has no spaces to look for."""
    longest_first = sorted(keys, key=lambda key: (-len(key), key))
    patterns = (re.escape(k) if _CHINESE.search(k) else rf"(?<!\S){re.escape(k)}(?!\S)" for k in longest_first)
    return Counter(re.findall("|".join(patterns), title_key(text)))
