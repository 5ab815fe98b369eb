"""Filters: which columns answer a constraint, and which items meet it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.data.catalog import Catalog
from promptrec.data.intent import FIELDS, Clause, Constraint
from promptrec.data.item import Item
from promptrec.intent import bind
from promptrec.intent.allergens import names_allergen
from promptrec.intent.columns import Columns
from promptrec.intent.filters import refused_values


def constraint(field, operator, value, unit=None):
    return Constraint(text="x", field=field, operator=operator, value=value, unit=unit)


def items(column, *found, **more):
    fields = [{} if cell is None else {column: cell} for cell in found]
    return [Item(item_id=f"i{n}", title=f"Item {n}", fields={**each, **more}) for n, each in enumerate(fields)]


def verdicts(wanted, column, *found):
    those = items(column, *found)
    bound = bind([wanted], those)[0]
    return None if bound is None else [bound.meets(item) for item in those]


CHEAP = constraint("price", "<=", 20.0, "EUR")
SHORT = constraint("duration", "<=", 105.0, "min")
VALUES = [
    (CHEAP, "price", ("17,5 €", "20", "20.01", 12, "45 €", "$$", "", None, "free"), "TTFTF??? T".replace(" ", "")),
    (CHEAP, "price", ("$12", "US$ 99", "12 EUR", "£12/€15"), "??TT"),
    (CHEAP, "price_eur", (12, "12", "99", "$12"), "TTF?"),
    (CHEAP, "price_usd", (12, "12", "12 €"), "??T"),
    (CHEAP, "Price (cents)", (1250, "99900"), "TF"),
    (CHEAP, "price", (float("nan"), float("inf"), "NaN", "-"), "????"),
    (constraint("price", "<=", 50.0, "CNY"), "人均", ("45元起", "60元起", "免费", "40-80元"), "TFTT"),
    (constraint("price", "=", 0.0), "price", ("free", "0", "0.00 €", "5", "free entry"), "TTTFT"),
    (SHORT, "runtime", ("1h 45", "105 min", "PT1H45M", "1:45:00", "1:46:00", "106"), "TTTTFF"),
    (SHORT, "runtime (min)", (105, "105", 106), "TTF"),
    (SHORT, "duration_ms", (6_300_000, "6300000", 6_360_000), "TTF"),
    (SHORT, "duration_s", (6300, "6360", "1h 45"), "TFT"),
    (SHORT, "durationMs", (6_300_000, 6_360_000), "TF"),
    (SHORT, "length_hours", (1.75, 2), "TF"),
    (constraint("duration", "<=", 4.0, "min"), "length", ("3:45", "12:10", "4:01"), "TFF"),
    (constraint("duration", "<=", 240.0, "min"), "length", ("3:45", "4:10"), "TF"),
    (SHORT, "duration", ("2 Seasons", "90 min"), "?T"),
    (constraint("year", "between", (1990.0, 1999.0)), "year", ("1990s", "1994-05-01", 1994, "2001", 19940501), "TTTFT"),
    (constraint("year", ">=", 2010.0), "releaseYear", (2010, "2009", "since 1994", "NV"), "TFT?"),
    (constraint("age_rating", "<=", "pg-13"), "certificate", ("PG-13", "PG", "R", "12+", "18", "unrated"), "TTFTF?"),
    (constraint("age_rating", "<=", "pg-13"), "rating", ("PG-13", "R"), "TF"),
    (constraint("rating", ">=", 8.0, "of 10"), "rating", (4.2, 3.9, "4.5 stars", "★★★★"), "TFTT"),
    (constraint("rating", ">=", 8.0), "rating", (4.2, 3.9, "4,0"), "TFT"),
    (constraint("rating", ">=", 4.0, "stars"), "score", (8.5, 7.9, "9/10"), "TFT"),
    (constraint("rating", ">=", 80.0, "%"), "score", ("85%", "70%"), "TF"),
    (constraint("rating", "between", (8.0, 10.0)), "rating", (4.2, 3.9), "TF"),
    (constraint("age", "=", 6.0), "age", ("8+", "4+", 5, "3-6", "7-12", "18 months+", "适合3-6岁"), "FTTTFTT"),
    (constraint("age", "=", 6.0), "min_age", (8, 6, "4"), "FTT"),
    (constraint("people", "=", 5.0), "players", ("2-4", "3–6", "2+", 5, "4", "2 to 5"), "FTTTFT"),
    (constraint("people", "=", 3.0), "capacity", (4, "2", 3), "TFT"),
    (constraint("language", "=", "french"), "language", ("fr", "fra", "Français", "法语", "fr-CA", "de"),
     "TTTTTF"),
    (constraint("language", "=", "英语"), "lang", ("en", "en_US", "English, French", "eng", "中文"), "TTTTF"),
    (constraint("language", "!=", "french"), "languages", (("English", "French"), "English", "fr"), "FTF"),
    (constraint("country", "=", "french"), "country", ("France", "FR", "FRA", "法国", "Germany"), "TTTTF"),
    (constraint("country", "=", "american"), "origin", ("USA", "United States", "美国", "UK"), "TTTF"),
    (constraint("country", "=", "korean or japanese"), "country", ("Japan", "South Korea", "China"), "TTF"),
    (constraint("place", "=", "porto"), "city", ("Porto", "Porto, Portugal", "Portofino"), "TTF"),
    (constraint("place", "=", "portugal"), "country", ("PT", "Spain"), "TF"),
    (constraint("diet", "=", "vegetarian"), "tags", ("vegan, quick", ("Vegetarian",), "beef"), "TTF"),
    (constraint("opening", "=", "11pm"), "hours", ("10:00-22:00", "18:00-02:00", "24 hours", "by appointment"), "FTT?"),
    (constraint("opening", "=", "晚上10点"), "营业时间", ("10:00-22:00", "10:00-21:00"), "TF"),
    (constraint("opening", "=", "late"), "hours", ("10:00-22:00",), "?"),
]  # fmt: skip
SIGNS = {True: "T", False: "F", None: "?"}


@pytest.mark.parametrize(("wanted", "column", "found", "expected"), VALUES)
def test_values_are_compared_as_catalogues_write_them(wanted, column, found, expected):
    got = verdicts(wanted, column, *found)
    assert got is not None, "no column answers it"
    assert {str(f): SIGNS[v] for f, v in zip(found, got, strict=True)} == {
        str(f): e for f, e in zip(found, expected, strict=True)
    }


@pytest.mark.parametrize("wanted", [CHEAP, SHORT, constraint("language", "=", "french")])
def test_words_stay_words_where_no_column_answers(wanted):
    assert bind([wanted], items("description", "A film for 12 euros in French.")) == [None]
    assert bind([wanted], [Item(item_id="1", title="x")]) == [None]


def test_a_rating_of_ages_answers_no_rating_of_quality():
    assert bind([constraint("rating", ">=", 8.0)], items("rating", "PG-13", "R")) == [None]
    assert bind([constraint("age_rating", "<=", "pg-13")], items("rating", 8.1, 7.2)) == [None]


def test_the_ends_of_a_range_are_two_columns():
    wanted = constraint("people", "=", 3.0)
    games = [
        Item(item_id=f"{low}-{high}", title="x", fields={"min_players": low, "maxplayers": high})
        for low, high in ((2, 4), (4, 6), (1, 2), (3, 3))
    ]
    bound = bind([wanted], games)[0]
    assert [bound.meets(game) for game in games] == [True, False, False, True]


def test_what_is_refused_is_violated_by_any_column():
    film = Item(item_id="1", title="x", fields={"language": "English", "audio": "French"})
    assert bind([constraint("language", "!=", "french")], [film])[0].meets(film) is False
    one = Item(item_id="1", title="x", fields={"genre": "drama", "tags": ("slow", "horror")})
    two = Item(item_id="2", title="x", fields={"genre": "comedy", "tags": ("quick",)})
    (refused,) = refused_values([Clause(text="horror films")], [one, two])
    assert refused.columns == ("tags",)
    assert (refused.meets(one), refused.meets(two)) == (False, True)


def test_a_pack_names_further_columns():
    those = items("Preis", "12 €", "30 €")
    assert bind([CHEAP], those) == [None]
    bound = bind([CHEAP], those, {"price": ["Preis"]})[0]
    assert [bound.meets(item) for item in those] == [True, False]


@pytest.mark.parametrize(
    ("words", "cell", "refused"),
    [
        ("Indian", "India", True),
        ("horror films", "Horror", True),
        ("恐怖片", "恐怖", True),
        ("turkey", "Turkish", False),
        ("Italian", "IT", False),
        ("horror", "A quiet film in which a horror of heights, of all things, drives a climber home.", False),
    ],
)
def test_dislikes_that_name_a_value_refuse_it(words, cell, refused):
    assert bool(refused_values([Clause(text=words)], items("kind", cell, "other"))) is refused


HOLDS = {
    "nuts": ["walnut cake", "hazelnuts", "nutty", "pecan pie", "peanut sauce", "may contain nuts", "花生酱"],
    "milk": ["milk chocolate", "cream cheese", "butter", "peanut butter and milk", "ice cream", "奶酪"],
    "gluten": ["bread", "wheat flour", "面条", "shortbread", "not without pasta"],
    "eggs": ["eggs benedict", "mayonnaise", "蛋糕"],
    "fish": ["swordfish", "anchovies", "鱼汤"],
    "shellfish": ["crab cakes", "prawns"],
    "strawberries": ["strawberry jam", "Strawberries"],
    "jalapeños": ["Jalapeño poppers"],
}  # fmt: skip
HOLDS_NOT = {
    "nuts": ["coconut milk", "butternut squash", "nutmeg", "nut-free", "no nuts", "30 minutes", "nutritious",
             "doughnut", "free from milk, eggs and nuts", "contains no milk, egg or nuts", "无坚果", "椰奶"],
    "milk": ["coconut milk", "almond milk", "peanut butter", "without milk", "dairy-free", "non-dairy",
             "oat milk latte", "butternut", "cocoa butter", "made without eggs or milk", "不含牛奶"],
    "gluten": ["gluten-free", "gluten free", "rice noodles", "air fryer", "buckwheat", "里面", "free of gluten"],
    "eggs": ["eggplant", "veggie burger", "eggless", "egg-free", "蛋白质"],
    "fish": ["shellfish", "code", "fortunate", "selfish", "鱼香肉丝"],
    "shellfish": ["scrabble", "oyster mushrooms"],
    "strawberries": ["raspberry", "no strawberries"],
    "": ["anything"],
    "*": ["anything"],
}  # fmt: skip


@pytest.mark.parametrize(("allergen", "text"), [(a, text) for a, texts in HOLDS.items() for text in texts])
def test_texts_that_name_an_allergen_violate_it(allergen, text):
    assert names_allergen(allergen, text)
    dish = Item(item_id="1", title="Dish", fields={"note": text})
    assert bind([constraint("allergen", "without", allergen)], [dish])[0].meets(dish) is False


@pytest.mark.parametrize(("allergen", "text"), [(a, text) for a, texts in HOLDS_NOT.items() for text in texts])
def test_texts_that_only_seem_to_name_an_allergen_do_not(allergen, text):
    assert not names_allergen(allergen, text)


def test_a_list_of_ingredients_that_has_no_allergen_meets_it_unless_the_title_has():
    dishes = [
        Item(item_id="1", title="Salad", fields={"ingredients": ("lettuce", "oil")}),
        Item(item_id="2", title="Walnut salad", fields={"ingredients": ("lettuce", "oil")}),
        Item(item_id="3", title="Soup"),
    ]
    bound = bind([constraint("allergen", "without", "nuts")], dishes)[0]
    assert [bound.meets(dish) for dish in dishes] == [True, False, None]


CELLS = (
    st.integers(-10, 3000)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(max_size=20)
    | st.sampled_from(
        ["17,5 €", "$$", "1h 45", "1990s", "PG-13", "8+", "2-4", "French, German", "9:00-17:00", "no nuts"]
    )
    | st.lists(st.text(max_size=8), max_size=3).map(tuple)
    | st.just("1-" * 3000)
)
COLUMNS = ("price", "price_usd", "year", "runtime", "duration_ms", "rating", "min_age", "max players", "language", "x",
           "country", "hours", "tags", "certificate", "ingredients", "city")  # fmt: skip
NUMBERS = st.floats(-1e6, 1e6) | st.integers(0, 2100).map(float)
CONSTRAINTS = st.one_of(
    st.builds(
        constraint,
        st.sampled_from([*FIELDS, "x"]),
        st.sampled_from(["<", "<=", ">", ">=", "=", "!=", "about"]),
        NUMBERS | st.text(max_size=8),
        st.sampled_from([None, "EUR", "USD", "min", "stars", "%", "of 10"]),
    ),
    st.builds(constraint, st.sampled_from(FIELDS), st.just("between"), st.tuples(NUMBERS, NUMBERS)),
    st.builds(
        constraint, st.just("allergen"), st.just("without"), st.text(max_size=6) | st.sampled_from(["nuts", "奶"])
    ),
)


@st.composite
def catalogues(draw):
    rows = draw(st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=5), min_size=1, max_size=6))
    return [Item(item_id=f"i{n}", title=f"Item {n}", fields=fields) for n, fields in enumerate(rows)]


@given(st.lists(CONSTRAINTS, max_size=4), catalogues())
def test_any_constraint_meets_any_catalogue_and_nothing_is_met_and_refused(wanted, those):
    for bound in bind(wanted, those):
        if bound is None:
            continue
        assert all(bound.meets(item) in (True, False, None) for item in those)
        opposite = {"=": "!=", "!=": "="}.get(bound.constraint.operator)
        if opposite is None or bound.constraint.field in ("opening", "allergen"):
            continue
        turned = bind([bound.constraint.model_copy(update={"operator": opposite})], those)[0]
        if len(bound.columns) == 1:
            sure = [(bound.meets(i), turned.meets(i)) for i in those if bound.meets(i) is not None]
            assert all(one != other for one, other in sure)


@given(st.lists(CONSTRAINTS, max_size=3), catalogues(), st.randoms())
def test_the_order_of_the_items_changes_no_verdict(wanted, those, random):
    shuffled = random.sample(those, len(those))
    for one, other in zip(bind(wanted, those), bind(wanted, shuffled), strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert set(one.columns) == set(other.columns)
            assert [one.meets(item) for item in those] == [other.meets(item) for item in those]


def test_the_columns_of_a_catalogue_are_read_once():
    catalog = Catalog(items("price", "12 €", "30 €"))
    assert Columns.of(catalog) is Columns.of(catalog)
    assert json.dumps([int(v) for v in bind([CHEAP], catalog)[0].verdicts]) == "[1, 0]"
