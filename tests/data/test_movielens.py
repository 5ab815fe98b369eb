import pytest

from promptrec.data.item import Item
from promptrec.data.sources.movielens import join_texts, natural_title, read_ml_1m, read_ml_100k
from promptrec.errors import InputError

ITEMS = (
    "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
    "1\tToy Story\t1995\tAnimation Comedy\n"
    "2\tSeven (Se7en)\t1995\tCrime\n"
    "3\tUsual Suspects, The\t1994\tCrime Thriller\n"
    "4\tunkonwn\tunkonwn\tunknown\n"
    "5\tToy Story\t1995\tComedy\n"
)
RATINGS = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n1\t5\t4\t10\n2\t3\t1\t11\n"
USERS = (
    "user_id:token\tage:token\tgender:token\toccupation:token\tzip_code:token\n"
    "1\t24\tM\ttechnician\t85711\n2\t53\tF\tother\t94043\n"
)


@pytest.mark.parametrize(
    ("written", "natural"),
    [
        ("Usual Suspects, The", "The Usual Suspects"),
        ("Postino, Il", "Il Postino"),
        ("Avventura, L'", "L'Avventura"),
        ("Enfer, L' (Hell)", "L'Enfer (Hell)"),
        ("Toy Story", "Toy Story"),
        ("I, the Jury", "I, the Jury"),
    ],
)
def test_the_article_goes_in_front(written, natural):
    assert natural_title(written) == natural


def film(item_id, title, year=None):
    return Item(item_id=item_id, title=title, fields={} if year is None else {"year": year})


def test_films_join_texts_by_title_and_year():
    texts = [
        film("Heat_(1995_film)", "Heat", 1995),
        film("Heat_(1972_film)", "Heat", 1972),
        film("The_Bridge", "The Bridge", 1990),
        film("Amelie", "Amélie", 2001),
        film("Golden_Eye", "Golden Eye", 1995),
        film("Secrets_%26", "Secrets and Lies", 1996),
    ]
    films = [
        film("1", "Heat", 1994),
        film("2", "Bridge, The", "1990"),
        film("3", "Amelie (Le Fabuleux)", 2001),
        film("4", "Heat", 1980),
        film("5", "GoldenEye", 1995),
        film("6", "Secrets & Lies", 1996),
        film("7", "Heat"),
    ]
    joined = {item_id: text.item_id for item_id, text in join_texts(films, texts).items()}
    assert joined == {"1": "Heat_(1995_film)", "2": "The_Bridge", "3": "Amelie", "5": "Golden_Eye", "6": "Secrets_%26"}


def test_the_nearest_year_wins_and_a_page_named_like_the_film_counts():
    texts = [film("b", "Emma", 1996), film("a", "Emma", 1997), film("Ran_(film)", "Chaos", 1985)]
    joined = join_texts([film("1", "Emma", 1996), film("2", "Ran", 1985)], texts)
    assert joined["1"].item_id == "b" and joined["2"].item_id == "Ran_(film)"


@pytest.fixture
def ml_100k(tmp_path):
    for name, text in (("item", ITEMS), ("inter", RATINGS), ("user", USERS)):
        (tmp_path / f"ml-100k.{name}").write_text(text, encoding="utf-8")
    return read_ml_100k(tmp_path)


def test_films_of_100k_have_wikipedia_texts_and_their_own_ids(ml_100k):
    toys, seven, suspects, unknown = ml_100k.catalog
    assert (toys.item_id, toys.title, toys.fields["year"]) == ("1", "Toy Story", 1995)
    assert toys.fields["genres"] == ("Animation", "Comedy") and "Tom Hanks" in toys.fields["cast"]
    assert "Fincher" in str(seven.fields["description"]) and seven.title == "Seven (Se7en)"
    assert suspects.title == "The Usual Suspects" and "Singer" in str(suspects.fields["description"])
    assert unknown.fields == {"genres": ("unknown",)}
    assert "Wikipedia (CC BY-SA 4.0" in ml_100k.catalog.credit


def test_people_and_ratings_of_100k(ml_100k):
    assert ml_100k.people == {
        "1": {"age": "24", "gender": "male", "occupation": "technician"},
        "2": {"age": "53", "gender": "female"},
    }
    assert [one[:3] for one in ml_100k.interactions] == [("1", "1", 4.0), ("2", "3", 1.0)]


def write_1m(folder, **changes):
    files = {
        "movies": "1::Toy Story (1995)::Animation|Comedy\n2::Misérables, Les (1995)::Drama\n",
        "ratings": "1::2::5::978300760\n2::1::3::978300761\n",
        "users": "1::F::1::10::48067\n2::M::56::16::70072\n3::M::25::0::55117\n",
    }
    for name, text in (files | changes).items():
        (folder / f"{name}.dat").write_text(text, encoding="latin-1")
    return folder


def test_1m_in_its_own_format(tmp_path):
    read = read_ml_1m(write_1m(tmp_path))
    toys, poor = read.catalog
    assert "description" in toys.fields and toys.fields["genres"] == ("Animation", "Comedy")
    assert poor.title == "Les Misérables" and poor.fields["year"] == 1995
    assert read.people == {
        "1": {"age": "under 18", "gender": "female", "occupation": "school student"},
        "2": {"age": "56+", "gender": "male", "occupation": "self-employed"},
        "3": {"age": "25-34", "gender": "male"},
    }
    assert next(iter(read.interactions)) == ("1", "2", 5.0, 978300760.0)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ratings", "1::2::5\n", "ratings.dat:1: 3 cells, expected 4: user_id::item_id::rating::timestamp"),
        ("ratings", "1::2::5::9\n1::2::x::9\n", "ratings.dat:2: rating must be a number"),
        ("movies", "1::Toy Story::Comedy\n", "movies.dat:1: expected a title and its year in brackets"),
    ],
)
def test_what_is_wrong_in_1m_is_said_with_file_and_line(tmp_path, name, text, said):
    with pytest.raises(InputError, match=said):
        read_ml_1m(write_1m(tmp_path, **{name: text}))


def test_a_file_of_1m_that_is_missing(tmp_path):
    with pytest.raises(InputError, match="movies.dat: no such file"):
        read_ml_1m(tmp_path)
