"""MovieLens 100K and 1M, and the Wikipedia texts of their films."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from promptrec.data.catalog import Catalog
from promptrec.data.clean import spaceless, title_key
from promptrec.data.formats.recbole import attributes_from_atomic, catalog_from_atomic
from promptrec.data.interactions import Interactions
from promptrec.data.item import FieldValue, Item
from promptrec.data.readers import Row
from promptrec.data.sources.raw_dataset import RawDataset, merge_duplicates
from promptrec.errors import InputError, RowPlace
from promptrec.messages import message

ML_100K_FILES = ("ml-100k.inter", "ml-100k.item", "ml-100k.user")
ML_1M_FILES = ("ratings.dat", "movies.dat", "users.dat")
YEARS_APART = 1
GENDERS = {"M": "male", "F": "female"}
AGES = {"1": "under 18", "18": "18-24", "25": "25-34", "35": "35-44", "45": "45-49", "50": "50-55", "56": "56+"}
OCCUPATIONS: dict[int, str] = dict(
    enumerate(
        "other,educator,artist,clerk,college student,customer service,doctor or healthcare,executive,farmer,homemaker,"
        "school student,lawyer,programmer,retired,sales or marketing,scientist,self-employed,technician or engineer,"
        "craftsman,unemployed,writer".split(",")
    )
)
_ARTICLE_LAST = re.compile(r"^(.+?), (The|A|An|L'|La|Le|Les|El|Il|Das|Der|Die)( \(.*\))?$")


def read_ml_100k(folder: Path) -> RawDataset:
    """Read MovieLens 100K from RecBole's atomic files, joined with the texts of the bundled films."""
    inter, items, users = (folder / name for name in ML_100K_FILES)
    columns = {"title": "movie_title", "year": "release_year", "genres": "class"}
    films = catalog_from_atomic(items, columns=columns)
    known = {user_id: _person(row) for user_id, row in attributes_from_atomic(users).items()}
    return merge_duplicates(RawDataset(_with_texts(films), Interactions.from_atomic(inter), known))


def read_ml_1m(folder: Path) -> RawDataset:
    """Read MovieLens 1M in its own format, joined with the texts of the bundled films."""
    ratings, items, users = (folder / name for name in ML_1M_FILES)
    films = [_film(place, row) for place, row in _dat(items, "item_id", "title", "genres")]
    people = {}
    for _, row in _dat(users, "user_id", "gender", "age", "occupation", "zip_code"):
        job = OCCUPATIONS.get(int(row["occupation"]), "other") if row["occupation"].isdigit() else "other"
        age = AGES.get(row["age"], "")
        people[row["user_id"]] = _person({"age": age, "gender": row["gender"], "occupation": job})
    rated = Interactions.from_rows(_dat(ratings, "user_id", "item_id", "rating", "timestamp"), str(ratings))
    return merge_duplicates(RawDataset(_with_texts(Catalog(films, name="ml-1m")), rated, people))


def natural_title(title: str) -> str:
    """Title with the article in front: "Usual Suspects, The" becomes "The Usual Suspects"."""
    return _ARTICLE_LAST.sub(
        lambda m: f"{m[2]}{'' if m[2].endswith(chr(39)) else ' '}{m[1]}{m[3] or ''}", title.strip()
    )


def join_texts(films: Iterable[Item], texts: Iterable[Item]) -> dict[str, Item]:
    """Text of each film, by the film's ID: same title (without accents and case), at most a year apart.

    A film with a second title in brackets may join by either. Names of pages count as titles too.
    """
    by_key: dict[str, dict[str, Item]] = defaultdict(dict)
    for text in texts:
        page = re.sub(r"_\(.*\)$", "", text.item_id).replace("_", " ")
        for key in (_key(text.title), _key(page)):
            by_key[key][text.item_id] = text
    joined = {}
    for film in films:
        found = {i: t for part in _titles(film.title) for i, t in by_key.get(_key(part), {}).items()}
        near = [(_apart(film, text), text.item_id) for text in found.values() if _apart(film, text) <= YEARS_APART]
        if near:
            joined[film.item_id] = found[min(near)[1]]
    return joined


def _with_texts(films: Catalog) -> Catalog:
    """Films with natural titles, and with the cast and description of their Wikipedia page, if joined."""
    texts = Catalog.bundled("films")
    joined = join_texts(films, texts)
    items = []
    for film in films:
        fields: dict[str, FieldValue] = {name: value for name, value in film.fields.items() if value}
        year = str(fields.pop("year", ""))
        fields = ({"year": int(year)} if year.isdigit() else {}) | fields
        if film.item_id in joined:
            known = joined[film.item_id].fields
            fields |= {name: known[name] for name in ("cast", "description") if name in known}
        items.append(Item(item_id=film.item_id, title=natural_title(film.title), fields=fields))
    return Catalog(items, name=films.name, credit=texts.credit)


def _titles(title: str) -> list[str]:
    both = re.fullmatch(r"(.*) \((.*)\)", title)
    return [natural_title(part) for part in (title, *(both.groups() if both else ()))]


def _key(title: str) -> str:
    """As `title_key`, without spaces: "GoldenEye" is "Golden Eye"."""
    return spaceless(title_key(title))


def _apart(film: Item, text: Item) -> float:
    years = [str(item.fields.get("year", "")) for item in (film, text)]
    return abs(int(years[0]) - int(years[1])) if all(year.isdigit() for year in years) else float("inf")


def _person(row: Mapping[str, str]) -> dict[str, str]:
    """Age, gender and occupation, without "none", "other" and the post code."""
    known = {"age": row["age"], "gender": GENDERS.get(row["gender"], ""), "occupation": row["occupation"]}
    return {name: value for name, value in known.items() if value not in ("", "none", "other")}


def _film(place: str, row: Mapping[str, str]) -> Item:
    title, _, year = row["title"].rpartition(" (")
    if not title or not year.removesuffix(")").isdigit():
        raise InputError("title-without-year", path=place, row=row["title"])
    fields: dict[str, FieldValue] = {"year": year.removesuffix(")"), "genres": tuple(row["genres"].split("|"))}
    return Item(item_id=row["item_id"], title=title, fields=fields)


def _dat(path: Path, *columns: str) -> Iterable[Row]:
    """Lines of cells separated by "::", in Latin-1."""
    if not path.exists():
        raise InputError("no-such-file", path=path)
    for number, line in enumerate(path.read_text(encoding="latin-1").split("\n"), 1):
        if not line:
            continue
        cells = line.split("::")
        if len(cells) != len(columns):
            found = {"count": len(cells), "count_b": len(columns), "columns": "::".join(columns)}
            raise InputError(message("cells-of-other-number", **found), path=path, line=number)
        yield RowPlace(path, number), dict(zip(columns, cells, strict=True))
