"""What people refuse and require, with the real model: the list moves as they said."""

import pandas as pd
import pytest

from promptrec import Catalog, Recommender

pytestmark = pytest.mark.model

WINES = [
    ("1", "Chateau Grise 2015", "France", 45, "Dark plum, cedar, firm tannins; a wine for steak"),
    ("2", "Riesling Hof", "Germany", 14, "Peach, lime, off-dry with racy acidity, light"),
    ("3", "Malbec Alto", "Argentina", 18, "Blackberry, violet, chocolate, full-bodied"),
    ("4", "Cava Lluna", "Spain", 11, "Sparkling, green apple, toast, party wine"),
    ("5", "Soave Verde", "Italy", 12, "Almond, lemon, dry, seafood companion"),
    ("6", "Port Velho", "Portugal", 30, "Sweet fortified, fig, walnut, dessert"),
    ("7", "Pinot Noir Wairau", "New Zealand", 27, "Red cherry, silky, earthy; duck and mushrooms"),
    ("8", "Sauternes Or", "France", 60, "Honey, apricot, sweet, foie gras"),
]
FILMS = [
    ("saw", "Saw", "Horror", "Two men wake up chained in a bathroom, and one of them must kill the other."),
    ("ring", "The Ring", "Horror", "A video tape kills everybody who watches it within a week."),
    ("paddington", "Paddington", "Comedy", "A polite bear from Peru finds a home with a family in London."),
    ("amelie", "Amélie", "Comedy", "A shy waitress in Paris makes people around her happy."),
    ("heat", "Heat", "Thriller", "A detective hunts a band of robbers in Los Angeles."),
]


def catalog(rows, names):
    return Catalog.from_pandas(pd.DataFrame(rows, columns=["item_id", "title", *names]))


def test_a_price_and_a_country_hold_and_the_bold_wine_is_first(smollm2):
    wines = catalog(WINES, ("country", "price", "notes"))
    with Recommender.load(catalog=wines, engine="transformers") as recommender:
        white = recommender.recommend("a light fresh white to drink with grilled fish, under 20 euros", k=3)
        bold = recommender.recommend("something bold for a barbecue, nothing French", k=3)
        everything = recommender.recommend("something bold for a barbecue, nothing French", k=8)
    assert all(wines[item_id].fields["price"] <= 20 for item_id in white.item_ids)
    assert {"2", "5"} < set(white.item_ids)
    assert white.filters[0].met == 4 and "price <= 20 EUR, 4 of 8 fit" in str(white)
    assert bold[0].title == "Malbec Alto"
    assert not {"1", "8"} & set(bold.item_ids)
    assert {*everything.item_ids[-2:]} == {"1", "8"}


def test_who_hates_horror_and_loves_gentle_comedies_gets_these(smollm2):
    films = catalog(FILMS, ("genres", "description"))
    with Recommender.load(catalog=films, engine="transformers") as recommender:
        ranking = recommender.recommend("I hate horror and love gentle comedies", k=5)
    assert {*ranking.item_ids[:2]} == {"paddington", "amelie"}
    assert {*ranking.item_ids[-2:]} == {"saw", "ring"}
    assert [clause.text for clause in ranking.intent.dislikes] == ["horror"]
