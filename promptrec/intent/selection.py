"""Selects the items that an intent allows, before anything ranks them: filters, and which of them are relaxed.

Items that meet every filter come first, then those whose value is unknown, then those that violate a filter that was
relaxed because too few were left. An item that violates another filter is left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from promptrec.data.intent import Constraint, Intent
from promptrec.data.item import Item
from promptrec.data.record import Record
from promptrec.intent.filters import Filter, Names, bind, refused_values

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
    """IDs of the items that it left out."""


@dataclass(frozen=True)
class Selection:
    """The items that are left, and how far each of them fits.

    Attributes:
        items: that are left, in their old order.
        filters: what each constraint did.
        tiers: by item ID: 0 fits, 1 unknown, from 2 on violates what was relaxed; lower is ranked above.
        violations: by item ID, the constraints that it violates, soft ones among them.
        unknown: by item ID, the constraints that it does not answer.
    """

    items: tuple[Item, ...]
    filters: tuple[FilterReport, ...] = ()
    tiers: Mapping[str, int] = field(default_factory=dict)
    violations: Mapping[str, tuple[Constraint, ...]] = field(default_factory=dict)
    unknown: Mapping[str, tuple[Constraint, ...]] = field(default_factory=dict)

    @property
    def bound(self) -> tuple[Constraint, ...]:
        """The constraints that a column answers."""
        return tuple(f.constraint for f in self.filters if f.columns or f.constraint.field == "allergen")


def select(items: Iterable[Item], intent: Intent, least: int, names: Names | None = None) -> Selection:
    """The items that an intent allows.

    Args:
        items: candidates, or a whole catalogue.
        intent: whose constraints and dislikes filter.
        least: as many items as are wanted; where fewer are left, constraints are relaxed.
        names: further names of columns by field, as a pack has them.
    """
    items = tuple(items)
    bound = bind(intent.constraints, items, names)
    filters = [f for f in bound if f is not None] + refused_values(intent.dislikes, items)
    unbound = [c for c, f in zip(intent.constraints, bound, strict=True) if f is None]
    if not filters:
        return Selection(items, tuple(FilterReport(constraint=c) for c in unbound))
    verdicts = [{item.item_id: f.meets(item) for item in items} for f in filters]
    hard = [n for n, f in enumerate(filters) if f.constraint.hard]
    relaxed = _relaxed(filters, verdicts, hard, items, least)
    strict = [n for n in hard if n not in relaxed]
    left = tuple(item for item in items if not any(verdicts[n][item.item_id] is False for n in strict))
    reports = [_report(f, verdicts[n], n in relaxed, n in strict) for n, f in enumerate(filters)]
    tiers = {item.item_id: _tier(item.item_id, verdicts, hard, relaxed) for item in left}
    return Selection(
        left,
        (*reports, *(FilterReport(constraint=c) for c in unbound)),
        tiers,
        {i.item_id: _with_verdict(filters, verdicts, i.item_id, False) for i in left},
        {i.item_id: _with_verdict(filters, verdicts, i.item_id, None) for i in left},
    )


def _relaxed(
    filters: Sequence[Filter],
    verdicts: Sequence[Mapping[str, bool | None]],
    hard: Sequence[int],
    items: Sequence[Item],
    least: int,
) -> list[int]:
    """Places of the filters to relax, in the order in which they are given up; none without need."""
    able = sorted((n for n in hard if filters[n].constraint.field != "allergen"), key=lambda n: _softness(filters[n]))
    needed = min(least, len(items))

    def enough(relaxed: Collection[int]) -> bool:
        strict = [n for n in hard if n not in relaxed]
        return sum(not any(verdicts[n][item.item_id] is False for n in strict) for item in items) >= needed

    relaxed: list[int] = []
    while len(relaxed) < len(able) and not enough(relaxed):
        relaxed.append(able[len(relaxed)])
    for n in tuple(relaxed):
        others = [other for other in relaxed if other != n]
        if enough(others) or not any(verdict is False for verdict in verdicts[n].values()):
            relaxed = others
    return relaxed


def _softness(one: Filter) -> int:
    field = one.constraint.field
    return RELAXATION_ORDER.index(field) if field in RELAXATION_ORDER else -1


def _tier(
    item_id: str, verdicts: Sequence[Mapping[str, bool | None]], hard: Sequence[int], relaxed: Sequence[int]
) -> int:
    """0: fits; 1: unknown; then by how many filters it violates, and by how late the last of these was given up."""
    violated = [place for place, n in enumerate(relaxed, start=1) if verdicts[n][item_id] is False]
    if violated:
        return 1 + (len(violated) - 1) * len(relaxed) + violated[-1]
    return int(any(verdicts[n][item_id] is None for n in hard))


def _report(f: Filter, verdicts: Mapping[str, bool | None], relaxed: bool, removes: bool) -> FilterReport:
    values = list(verdicts.values())
    return FilterReport(
        constraint=f.constraint,
        columns=f.columns,
        met=values.count(True),
        violated=values.count(False),
        unknown=values.count(None),
        relaxed=relaxed,
        removed=tuple(item_id for item_id, verdict in verdicts.items() if verdict is False) if removes else (),
    )


def _with_verdict(
    filters: Sequence[Filter], verdicts: Sequence[Mapping[str, bool | None]], item_id: str, verdict: bool | None
) -> tuple[Constraint, ...]:
    return tuple(f.constraint for n, f in enumerate(filters) if verdicts[n][item_id] is verdict)
