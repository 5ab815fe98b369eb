"""Planted requests that refuse or require something: the right items follow from the grammar that wrote the request.

No reader of requests decides what is right. A form of the grammar says what it means (it refuses a taste, wants it too,
or allows it; or which number a column must be below), and the items are drawn by that meaning.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import yaml

from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.testing.planted_dataset import TASTES, PlantedDataset

Language = Literal["en", "zh"]
# Items of each pair of tastes; items of each taste, for constraints.
COPIES, OF_TASTE = 4, 24
# Candidates of each of the four sorts: a list of eight, as in the dataset "planted".
EACH = 2
# Two of three requests refuse; the others are traps.
KINDS = ("refuses", "refuses", "refuses", "refuses", "also", "allows")
LIMITS = {"price": range(15, 41, 5), "year": range(1960, 2016, 5), "duration": range(70, 151, 10)}
"""Limits that requests name; no item has one of them as its value, so that "under 20" and "at most 20" agree."""
VALUES = {"price": (3, 55), "year": (1940, 2024), "duration": (45, 190)}
FIELDS = (*LIMITS, "place", "none")
"""What a condition is about; of "none" is a number that requires nothing."""


@dataclass(frozen=True)
class PlantedIntents(PlantedDataset):
    """Planted requests with the meaning of each.

    Attributes:
        meanings: by query ID, what decides which items are right.
    """

    meanings: dict[str, "Meaning"]


@dataclass(frozen=True)
class Meaning:
    """What a request means, as its grammar has it.

    Attributes:
        kind: "refuses", "also" or "allows" the other taste; of a condition, the field, or "none".
        like: the taste that is wanted.
        other: the other taste; of a condition, its operator and value, as "< 20".
    """

    kind: str
    like: str
    other: str


@dataclass(frozen=True)
class _Planted:
    """An item with what it is by construction."""

    item: Item
    tastes: frozenset[str]
    values: Mapping[str, int | str]


def make_planted_refusals(language: Language = "en", users: int = 300, seed: int = 0) -> PlantedIntents:
    """Generate requests that like one taste and name another; each item has two tastes.

    Of the eight candidates two have both tastes, two the liked one alone, two the other one alone, and two neither.
    Right are those of the liked taste without the other where it is refused, those with both where both are wanted,
    and all of the liked taste where the other is allowed. Two of three requests refuse; the others are traps, such as
    "not only … but also" and "I don't mind …".

    Args:
        language: "en" or "zh".
        users: number of requests.
        seed: of the generator.
    """
    rng, grammar = random.Random(seed), _grammar(language)
    plots = _plots(language)
    tastes = list(plots)
    planted = [_of_tastes(rng, language, pair) for pair in combinations(tastes, 2) for _ in range(COPIES)]
    sorts: tuple[Callable[[_Planted, str, str], bool], ...] = (
        lambda p, like, other: {like, other} == p.tastes,
        lambda p, like, other: like in p.tastes and other not in p.tastes,
        lambda p, like, other: other in p.tastes and like not in p.tastes,
        lambda p, like, other: p.tastes.isdisjoint({like, other}),
    )
    right: dict[str, Callable[[_Planted, str, str], bool]] = {
        "refuses": sorts[1],
        "also": sorts[0],
        "allows": lambda p, like, _: like in p.tastes,
    }
    drawn = []
    for _ in range(users):
        like, other = rng.sample(tastes, 2)
        kind = rng.choice(KINDS)
        words = rng.choice(grammar["requests"][kind]).format(
            like=rng.choice(grammar["names"][like]), other=rng.choice(grammar["names"][other])
        )
        shown = [p for sort in sorts for p in rng.sample([p for p in planted if sort(p, like, other)], EACH)]
        drawn.append((_sentence(words), Meaning(kind, like, other), shown, right[kind]))
    rows = [(w, m, s, [p for p in s if fits(p, m.like, m.other)]) for w, m, s, fits in drawn]
    return _dataset(f"planted-refusals-{language}", planted, rows, rng)


def make_planted_constraints(language: Language = "en", users: int = 300, seed: int = 0) -> PlantedIntents:
    """Generate requests that like a taste and require a price, year, duration or place, which columns answer.

    Of the eight candidates two fit; two are of the taste only, two meet the condition only, and two neither. A fifth
    of the requests names a number that requires nothing: there all items of the taste are right.

    Args:
        language: "en" or "zh".
        users: number of requests.
        seed: of the generator.
    """
    rng, grammar = random.Random(seed), _grammar(language)
    tastes = list(_plots(language))
    planted = [_with_columns(rng, language, taste) for taste in tastes for _ in range(OF_TASTE)]
    rows: list[tuple[str, Meaning, Sequence[_Planted], Sequence[_Planted]]] = []
    while len(rows) < users:
        like, field = rng.choice(tastes), rng.choice(FIELDS)
        operator = rng.choice(list(grammar["conditions"][field]))
        limits = LIMITS.get(field, LIMITS["price"])
        value = rng.choice(grammar["places"]) if field == "place" else rng.choice(limits)
        form = rng.choice(grammar["conditions"][field][operator])
        condition = form.format(n=value, word=value)
        words = rng.choice(grammar["asides" if field == "none" else "sentences"]).format(
            like=rng.choice(grammar["names"][like]), condition=condition
        )
        by_sort: dict[tuple[bool, bool], list[_Planted]] = {(a, b): [] for a in (True, False) for b in (True, False)}
        judged_by = ("price", "<") if field == "none" else (field, operator)
        for p in planted:
            by_sort[like in p.tastes, _meets(p.values, judged_by, value)].append(p)
        if min(map(len, by_sort.values())) < EACH:
            continue
        shown = [p for sort in by_sort.values() for p in rng.sample(sort, EACH)]
        right = [p for p in shown if like in p.tastes and (field == "none" or _meets(p.values, judged_by, value))]
        rows.append((_sentence(words), Meaning(field, like, f"{operator} {value}".strip()), shown, right))
    return _dataset(f"planted-constraints-{language}", planted, rows, rng)


def _meets(values: Mapping[str, int | str], judged_by: tuple[str, str], limit: int | str) -> bool:
    field, operator = judged_by
    found = values[field]
    if isinstance(found, int) and isinstance(limit, int):
        return found < limit if operator == "<" else found > limit
    return found == limit


def _dataset(
    name: str,
    planted: Sequence[_Planted],
    rows: Sequence[tuple[str, Meaning, Sequence[_Planted], Sequence[_Planted]]],
    rng: random.Random,
) -> PlantedIntents:
    requests, relevant, meanings = [], {}, {}
    for n, (words, meaning, shown, right) in enumerate(rows):
        query = Query(query_id=f"user-{n:04d}", preferences=words)
        candidates = [p.item for p in shown]
        rng.shuffle(candidates)
        requests.append(RankRequest(query, tuple(candidates)))
        relevant[query.query_id] = frozenset(p.item.item_id for p in right)
        meanings[query.query_id] = meaning
    return PlantedIntents(Catalog([p.item for p in planted], name=name), tuple(requests), relevant, meanings)


def _of_tastes(rng: random.Random, language: Language, tastes: Sequence[str]) -> _Planted:
    sentences = [rng.choice(_plots(language)[taste]) for taste in tastes]
    rng.shuffle(sentences)
    return _Planted(_item(rng, language, {"description": " ".join(sentences)}), frozenset(tastes), {})


def _with_columns(rng: random.Random, language: Language, taste: str) -> _Planted:
    grammar = _grammar(language)
    values: dict[str, int | str] = {field: _value(rng, field) for field in LIMITS}
    values["place"] = rng.choice(grammar["places"])
    fields = {"description": rng.choice(_plots(language)[taste]), **values}
    for field, formats in grammar["cells"].items():
        n = int(values[field])
        fields[field] = rng.choice(formats).format(n=n, h=n // 60, m=n % 60)
    return _Planted(_item(rng, language, fields), frozenset({taste}), values)


def _value(rng: random.Random, field: str) -> int:
    low, high = VALUES[field]
    return rng.choice([n for n in range(low, high + 1) if n not in LIMITS[field]])


def _item(rng: random.Random, language: Language, fields: Mapping[str, int | str]) -> Item:
    grammar = _grammar(language)
    title = grammar["title"].format(*map(rng.choice, grammar["titles"]))
    item_id = f"{rng.getrandbits(40):010x}"
    return Item(item_id=item_id, title=title, fields=dict(fields), popularity=float(rng.randint(1, 1000)))


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]


def _plots(language: Language) -> Mapping[str, Sequence[str]]:
    if language == "en":
        return {name: taste.plots for name, taste in TASTES.items()}
    plots: Mapping[str, Sequence[str]] = _grammar(language)["plots"]
    return plots


@cache
def _grammar(language: Language) -> Any:  # noqa: ANN401 - the lists of a YAML file
    return yaml.safe_load((Path(__file__).parent / "planted_intents.yaml").read_text(encoding="utf-8"))[language]
