"""Selection: the items that an intent allows, and what is relaxed where too few are left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.intent import Clause, Constraint, Intent
from promptrec.data.item import Item
from promptrec.intent import read_intent, select
from promptrec.intent.selection import MOST_REMOVED, RELAXATION_ORDER

PRICES = ("12 €", "18 €", "45 €", "$$", None)
WINES = [
    Item(item_id=f"w{n}", title=f"Wine {n}", fields={"price": price} if price else {}) for n, price in enumerate(PRICES)
]


def required(field, operator, value, unit=None, *, hard=True):
    return Constraint(text=f"{field} {value}", field=field, operator=operator, value=value, unit=unit, hard=hard)


CHEAP = required("price", "<=", 20.0, "EUR")


def ids(selection):
    return [item.item_id for item in selection.items]


def test_items_that_violate_are_left_out_and_unknown_ones_stay_behind():
    selection = select(WINES, Intent(constraints=(CHEAP,)), 2)
    assert ids(selection) == ["w0", "w1", "w3", "w4"]
    assert [selection.tiers[i] for i in ids(selection)] == [0, 0, 1, 1]
    (report,) = selection.filters
    assert (report.met, report.violated, report.unknown, report.removed) == (2, 1, 2, ("w2",))
    assert not report.relaxed
    assert selection.unknown["w3"] == (CHEAP,)


def test_a_constraint_is_relaxed_where_too_few_items_are_left():
    selection = select(WINES, Intent(constraints=(CHEAP,)), 5)
    assert len(selection.items) == len(WINES)
    assert selection.filters[0].relaxed
    assert selection.filters[0].removed == ()
    assert [selection.tiers[i] for i in ids(selection)] == [0, 0, 2, 1, 1]
    assert selection.violations["w2"] == (CHEAP,)


def test_the_softest_constraint_is_relaxed_first_and_only_as_many_as_are_needed():
    films = [
        Item(item_id=f"{year}-{rating}-{age}", title="x", fields={"year": year, "rating": rating, "age rating": age})
        for year, rating, age in ((1994, 9, "PG"), (1994, 5, "PG"), (2010, 9, "PG"), (2010, 5, "PG"), (1994, 9, "R"))
    ]
    wanted = (
        required("age_rating", "<=", "pg"),
        required("year", "<=", 2000.0),
        required("rating", ">=", 8.0),
    )
    relaxed = [
        [f.constraint.field for f in select(films, Intent(constraints=wanted), least).filters if f.relaxed]
        for least in range(1, 6)
    ]
    assert relaxed[0] == []
    assert relaxed[1] == ["rating"]
    assert relaxed[2] == ["year", "rating"]
    assert relaxed[3] == ["year", "rating"]
    assert relaxed[4] == ["age_rating", "year", "rating"]
    tiers = select(films, Intent(constraints=wanted), 5).tiers
    order = ["1994-9-PG", "1994-5-PG", "2010-9-PG", "1994-9-R", "2010-5-PG"]
    assert sorted(tiers, key=tiers.get) == order
    assert len(set(tiers.values())) == len(order)


def test_an_allergen_is_never_relaxed():
    dishes = [Item(item_id=f"d{n}", title=title) for n, title in enumerate(("Walnut cake", "Almond tart", "Soup"))]
    selection = select(dishes, Intent(constraints=(required("allergen", "without", "nuts"),)), 3)
    assert ids(selection) == ["d2"]
    assert selection.filters[0].removed == ("d0", "d1")
    assert "allergen" not in RELAXATION_ORDER


def test_a_soft_constraint_leaves_nothing_out():
    wish = CHEAP.model_copy(update={"hard": False})
    selection = select(WINES, Intent(constraints=(wish,)), 1)
    assert len(selection.items) == len(WINES)
    assert set(selection.tiers.values()) == {0}
    assert selection.violations["w2"] == (wish,)


def test_a_constraint_without_a_column_is_reported_and_leaves_nothing_out():
    selection = select(WINES, Intent(constraints=(required("year", ">=", 2000.0),)), 2)
    assert ids(selection) == [item.item_id for item in WINES]
    assert selection.filters[0].columns == ()
    assert selection.bound == ()


def test_items_of_the_history_are_neither_counted_nor_returned():
    catalog = Catalog(WINES)
    selection = select(catalog, Intent(constraints=(CHEAP,)), 1, without={"w0", "not there"})
    assert ids(selection) == ["w1", "w3", "w4"]
    assert selection.filters[0].met == 1
    assert ids(select(catalog, Intent(), 1, without={"w0"})) == ["w1", "w2", "w3", "w4"]


def test_a_report_names_only_so_many_items():
    many = [Item(item_id=str(n), title="x", fields={"price": "30 €"}) for n in range(MOST_REMOVED + 50)]
    many.append(Item(item_id="cheap", title="x", fields={"price": "3 €"}))
    (report,) = select(many, Intent(constraints=(CHEAP,)), 1).filters
    assert (report.violated, len(report.removed)) == (MOST_REMOVED + 50, MOST_REMOVED)


@pytest.mark.parametrize(
    "text",
    [
        "cheap, at least 200 euros and at most 50 euros",
        "under 1 euro",
        "no horror, no comedy " * 100,
        "under 9 euros " * 200,
    ],
)
def test_what_nobody_can_meet_still_gives_a_list(text):
    assert len(select(WINES, read_intent(text), 3).items) >= 3


GENRES = ("horror", "comedy", "drama")
FIELD = st.fixed_dictionaries(
    {},
    optional={
        "price": st.sampled_from(["5 €", "15 €", "25 €", "$$", "$9", "free", "10-30 €"]),
        "year": st.integers(1980, 2020) | st.sampled_from(["1990s", "?"]),
        "genre": st.sampled_from(GENRES) | st.lists(st.sampled_from(GENRES), min_size=1).map(tuple),
        "ingredients": st.sampled_from(["milk, egg", "walnuts", "rice", "nut-free oats"]),
    },
)
ROWS = st.lists(FIELD, min_size=1, max_size=8)
REQUIRED = st.sampled_from(
    [
        CHEAP,
        required("price", ">=", 10.0, "EUR"),
        required("price", "about", 15.0, "EUR", hard=False),
        required("year", "between", (1990.0, 1999.0)),
        required("year", ">", 2000.0),
        required("allergen", "without", "nuts"),
        required("allergen", "without", "milk"),
        required("rating", ">=", 4.0),
    ]
)
INTENTS = st.builds(
    Intent,
    constraints=st.lists(REQUIRED, max_size=4, unique=True).map(tuple),
    dislikes=st.lists(st.sampled_from(GENRES).map(lambda g: Clause(text=g)), max_size=2, unique=True).map(tuple),
)


def catalogue(rows):
    return [Item(item_id=f"i{n}", title=f"Item {n}", fields=fields) for n, fields in enumerate(rows)]


@given(ROWS, INTENTS, st.integers(0, 9))
def test_no_hard_constraint_is_violated_unless_it_is_relaxed(rows, intent, least):
    items = catalogue(rows)
    selection = select(items, intent, least)
    relaxed = {report.constraint for report in selection.filters if report.relaxed}
    assert all(c.field != "allergen" for c in relaxed)
    for item in selection.items:
        violated = [c for c in selection.violations.get(item.item_id, ()) if c.hard]
        assert set(violated) <= relaxed
        tier = selection.tiers.get(item.item_id, 0)
        assert (tier >= 2) == bool(violated)
        assert not set(violated) & set(selection.unknown.get(item.item_id, ()))
        unknown = any(c.hard for c in selection.unknown.get(item.item_id, ()))
        assert tier >= 2 or tier == unknown


@given(ROWS, INTENTS, st.integers(0, 9))
def test_counts_add_up_and_nothing_is_relaxed_without_need(rows, intent, least):
    items = catalogue(rows)
    selection = select(items, intent, least)
    removed = {item_id for report in selection.filters for item_id in report.removed}
    assert removed == {item.item_id for item in items} - set(ids(selection))
    for report in selection.filters:
        if report.columns or report.constraint.field == "allergen":
            assert report.met + report.violated + report.unknown == len(items)
        assert not (report.relaxed and report.removed)
        if report.relaxed:
            assert report.violated > 0
            strict = [c for c in intent.constraints if c.field == "allergen"]
            assert len(select(items, Intent(constraints=tuple(strict)), 0).items) >= len(selection.items)
    if any(report.relaxed for report in selection.filters):
        assert len(select(items, intent, 0).items) < least


@given(ROWS, INTENTS, st.integers(0, 9), st.randoms())
def test_the_order_of_the_catalogue_changes_only_the_order(rows, intent, least, random):
    items = catalogue(rows)
    one, other = select(items, intent, least), select(random.sample(items, len(items)), intent, least)
    assert set(ids(one)) == set(ids(other))
    assert (dict(one.tiers), dict(one.violations), dict(one.unknown)) == (other.tiers, other.violations, other.unknown)
    for report, same in zip(one.filters, other.filters, strict=True):
        assert (report.met, report.violated, report.unknown, report.relaxed) == (
            same.met,
            same.violated,
            same.unknown,
            same.relaxed,
        )


@given(ROWS, INTENTS, st.integers(0, 9))
def test_a_catalogue_gives_what_its_items_give(rows, intent, least):
    items = catalogue(rows)
    one, other = select(items, intent, least), select(Catalog(items), intent, least)
    assert (ids(one), one.filters, one.tiers) == (ids(other), other.filters, other.tiers)
