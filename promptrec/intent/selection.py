"""Selects the items that an intent allows, before anything ranks them: filters, and which of them are relaxed.

Items that meet every filter come first, then those whose value is unknown, then those that violate a filter that was
relaxed because too few were left. An item that violates another filter is left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress, islice
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from promptrec.data.catalog import Catalog
from promptrec.data.intent import Constraint, Intent
from promptrec.data.item import Item
from promptrec.data.record import Record
from promptrec.intent.columns import MET, UNKNOWN, VIOLATED, Columns, Verdicts
from promptrec.intent.filters import Filter, Names, bind, refused_values

T = TypeVar("T")
# What is given up first where too few items are left. Fields that are not named come before all of these.
RELAXATION_ORDER = (
    "format",
    "season",
    "rating",
    "people",
    "duration",
    "year",
    "opening",
    "facility",
    "place",
    "country",
    "price",
    "language",
    "age",
    "age_rating",
    "diet",
)
"""Fields in the order in which they are given up; an allergen is never."""
MOST_REMOVED = 1000
"""IDs of left out items that a report has; `violated` counts all."""


class FilterReport(Record):
    """What one constraint did to the candidates."""

    constraint: Constraint
    """The constraint; a dislike that names a value of a column is one too."""
    columns: tuple[str, ...] = ()
    """Columns that answered it; none where the catalogue has no such column and the words stay words."""
    met: int = 0
    """Number of items that meet it."""
    violated: int = 0
    """Number of items that violate it."""
    unknown: int = 0
    """Number of items whose value is missing or cannot be read."""
    relaxed: bool = False
    """Whether items that violate it are kept behind the others, since too few were left."""
    removed: tuple[str, ...] = ()
    """IDs of the items that it left out, at most `MOST_REMOVED` of them."""


@dataclass(frozen=True, eq=False)
class Selection:
    """The items that are left, and how far each of them fits.

    Attributes:
        items: that are left, in their old order.
        filters: what each constraint did.
        constraints: those that were tested, one for each row of `verdicts`.
        relaxed: rows of the constraints that were relaxed, in the order in which they were given up.
        verdicts: MET, VIOLATED or UNKNOWN by constraint and item that is left.
    """

    items: tuple[Item, ...]
    filters: tuple[FilterReport, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    relaxed: tuple[int, ...] = ()
    verdicts: Verdicts = field(default_factory=lambda: np.zeros((0, 0), dtype=np.int8))

    @property
    def bound(self) -> tuple[Constraint, ...]:
        """The constraints that a column answers."""
        return tuple(f.constraint for f in self.filters if f.columns or f.constraint.field == "allergen")

    @cached_property
    def tiers(self) -> Mapping[str, int]:
        """By item ID: 0 fits, 1 unknown; then by how many it violates, and how late the last was relaxed."""
        if not self.constraints:
            return {}
        hard = [n for n, constraint in enumerate(self.constraints) if constraint.hard]
        tiers = (self.verdicts[hard] == UNKNOWN).any(axis=0).astype(int)
        violated = self.verdicts[list(self.relaxed)] == VIOLATED
        count = violated.sum(axis=0)
        last = np.max(violated * np.arange(1, len(self.relaxed) + 1)[:, None], axis=0, initial=0)
        tiers = np.where(count > 0, 1 + (count - 1) * len(self.relaxed) + last, tiers)
        return self._by_id(tiers.tolist())

    @cached_property
    def violations(self) -> Mapping[str, tuple[Constraint, ...]]:
        """By item ID, the constraints that it violates, soft ones among them."""
        return self._with_verdict(VIOLATED)

    @cached_property
    def unknown(self) -> Mapping[str, tuple[Constraint, ...]]:
        """By item ID, the constraints that it does not answer."""
        return self._with_verdict(UNKNOWN)

    def _with_verdict(self, verdict: int) -> dict[str, tuple[Constraint, ...]]:
        found = (self.verdicts == verdict).T.tolist()
        return self._by_id([tuple(compress(self.constraints, those)) for those in found]) if self.constraints else {}

    def _by_id(self, values: Sequence[T]) -> dict[str, T]:
        return dict(zip((item.item_id for item in self.items), values, strict=True))


def select(
    items: Catalog | Iterable[Item],
    intent: Intent,
    least: int,
    names: Names | None = None,
    without: Collection[str] = (),
) -> Selection:
    """The items that an intent allows.

    What depends on the items alone is read once for a `Catalog`, and each time for any other collection.

    Args:
        items: candidates, or a whole catalogue.
        intent: whose constraints and dislikes filter.
        least: as many items as are wanted; where fewer are left, constraints are relaxed.
        names: further names of columns by field, as a pack has them.
        without: IDs of items that are left out whatever they are, such as those of the person's history.
    """
    columns = Columns.of(items)
    bound = bind(intent.constraints, columns, names)
    filters = [f for f in bound if f is not None] + refused_values(intent.dislikes, columns)
    unbound = tuple(FilterReport(constraint=c) for c, f in zip(intent.constraints, bound, strict=True) if f is None)
    known = np.ones(len(columns.items), dtype=bool)
    known[[columns.row_of[item_id] for item_id in without if item_id in columns.row_of]] = False
    if not filters:
        return Selection(tuple(compress(columns.items, known)), unbound)
    verdicts = np.stack([f.verdicts for f in filters])[:, known]
    among = tuple(compress(columns.items, known)) if without else columns.items
    relaxed = _relaxed(filters, verdicts, least)
    strict = [n for n, f in enumerate(filters) if f.constraint.hard and n not in relaxed]
    left = ~(verdicts[strict] == VIOLATED).any(axis=0)
    reports = [_report(f, verdicts[n], among, n in relaxed, n in strict) for n, f in enumerate(filters)]
    return Selection(
        tuple(compress(among, left)),
        (*reports, *unbound),
        tuple(f.constraint for f in filters),
        tuple(relaxed),
        verdicts[:, left],
    )


def _relaxed(filters: Sequence[Filter], verdicts: Verdicts, least: int) -> list[int]:
    """Rows of the filters to relax, in the order in which they are given up; none without need."""
    hard = [n for n, f in enumerate(filters) if f.constraint.hard]
    violated = verdicts == VIOLATED
    # How many strict filters each item violates.
    against: npt.NDArray[np.int64] = violated[hard].sum(axis=0)
    needed = min(least, verdicts.shape[1])
    able = sorted((n for n in hard if filters[n].constraint.field != "allergen"), key=lambda n: _softness(filters[n]))
    relaxed: list[int] = []
    for n in able:
        if np.count_nonzero(against == 0) >= needed:
            break
        against = against - violated[n]
        relaxed.append(n)
    for n in tuple(relaxed):
        again = against + violated[n]
        if not violated[n].any() or np.count_nonzero(again == 0) >= needed:
            relaxed.remove(n)
            against = again
    return relaxed


def _softness(one: Filter) -> int:
    name = one.constraint.field
    return RELAXATION_ORDER.index(name) if name in RELAXATION_ORDER else -1


def _report(f: Filter, verdicts: Verdicts, items: Sequence[Item], relaxed: bool, removes: bool) -> FilterReport:
    violated = verdicts == VIOLATED
    removed = (item.item_id for item in compress(items, violated)) if removes else ()
    return FilterReport(
        constraint=f.constraint,
        columns=f.columns,
        met=np.count_nonzero(verdicts == MET),
        violated=np.count_nonzero(violated),
        unknown=np.count_nonzero(verdicts == UNKNOWN),
        relaxed=relaxed,
        removed=tuple(islice(removed, MOST_REMOVED)),
    )
