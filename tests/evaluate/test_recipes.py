"""Recipes from the public set to the files; every law is checked on what was written."""

import csv
import json
import zipfile
from dataclasses import replace

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.clean import title_key
from promptrec.data.interactions import Interaction, Interactions
from promptrec.data.item import Item
from promptrec.data.sources.raw_dataset import RawDataset
from promptrec.data.sources.registry import PUBLIC
from promptrec.errors import InputError
from promptrec.evaluate.datasets import recipes
from promptrec.evaluate.datasets.folder import load_dataset
from promptrec.evaluate.datasets.recipes import MOST_CANDIDATES, RECIPES, build, write_recipe
from promptrec.evaluate.datasets.split import SCHEMES
from promptrec.template.loader import load_template

TEMPLATE = load_template("profiles/en", kind="profile")
USERS, ITEMS = 60, 40
MADE_OF = {"recipe": "planted"}


def collection(rated=True):
    """Everybody meets 30 of 40 films, one a second; ratings from 1 to 5."""
    films = [Item(item_id=str(n), title=f"Film number {n}", fields={"year": 1990}) for n in range(ITEMS)]
    rows = (
        Interaction(f"u{u}", str((7 * u + n) % ITEMS), float((u + n) % 5 + 1) if rated else float("nan"), u * 10.0 + n)
        for u in range(USERS)
        for n in range(30)
    )
    people = {f"u{u}": {"age": str(u + 10)} for u in range(USERS)}
    return RawDataset(Catalog(films), Interactions.from_interactions(rows), people)


class Written:
    """What stands in the files of a dataset folder, read without any code of ours."""

    def __init__(self, folder):
        def rows(name):
            return [json.loads(line) for line in (folder / name).read_text().splitlines()]

        self.splits = json.loads((folder / "splits.json").read_text())
        self.catalog = {row["item_id"]: row for row in rows("catalog.jsonl")}
        self.queries = {row["query_id"]: row for row in rows("queries.jsonl")}
        given = folder / "candidates.jsonl"
        self.candidates = {r["query_id"]: r["candidates"] for r in rows(given.name)} if given.exists() else None
        with (folder / "interactions.csv").open() as file:
            self.train = [(r["user_id"], r["item_id"], float(r["timestamp"])) for r in csv.DictReader(file)]
        self.qrels = [tuple(line.split()) for line in (folder / "qrels.txt").read_text().splitlines()]

    @property
    def train_users(self):
        return {user for user, *_ in self.train}

    @property
    def asked(self):
        return {(query, item) for query, _, item, _ in self.qrels}


@pytest.fixture(scope="module", params=SCHEMES)
def written(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written") / "set"
    write_recipe(RECIPES[f"ml-100k:{request.param}"], collection(), TEMPLATE, folder, MADE_OF)
    return request.param, Written(folder), folder


def test_no_answer_stands_in_training_or_support(written):
    scheme, files, _ = written
    trained = {(user, item) for user, item, _ in files.train}
    told = {(user, item) for user, row in files.splits["support"].items() for item in row}
    assert files.asked and not files.asked & trained and not files.asked & told
    if scheme.startswith(("cold-user", "near-cold")):
        assert not set(files.queries) & files.train_users
        assert not {user for user, _ in told} & files.train_users
    if scheme == "cold-user":
        assert files.splits["support"] == {}
    if scheme.startswith("near-cold"):
        assert {len(row) for row in files.splits["support"].values()} == {int(scheme.rpartition("-")[2])}
    if scheme == "cold-item":
        assert not {item for _, item in files.asked} & {item for _, item, _ in files.train}
    if scheme == "leave-last-out":
        assert {len(row) for row in files.splits["test"].values()} == {1}


def test_nothing_visible_is_later_than_what_is_asked(written):
    scheme, files, _ = written
    if scheme == "cold-item":
        return
    when = {(one.user_id, one.item_id): one.timestamp for one in collection().interactions}
    for user, row in files.splits["support"].items():
        last_seen = max((when[user, item] for item in row), default=float("-inf"))
        assert last_seen <= min(when[user, item] for item in files.splits["test"][user])
    if scheme == "temporal":
        assert max(moment for *_, moment in files.train) < min(when[pair] for pair in files.asked)


def test_no_profile_tells_the_title_of_what_is_asked(written):
    _, files, _ = written
    for query, _, item, grade in files.qrels:
        told = files.queries[query]
        title = title_key(files.catalog[item]["title"])
        if int(grade) > 0:
            assert title not in {title_key(entry) for entry in told.get("history", [])}
            assert f" {title} " not in f" {title_key(told.get('preferences', ''))} "


def test_candidates_are_up_to_twenty_of_what_was_rated_and_so_are_the_judgements(written):
    scheme, files, _ = written
    if scheme == "leave-last-out":
        assert files.candidates is None
        return
    assert set(files.candidates) == set(files.queries)
    for query, shown in files.candidates.items():
        tested = files.splits["test"][query]
        assert len(shown) == len(set(shown)) == min(MOST_CANDIDATES, len(tested)) and set(shown) <= set(tested)
        assert {item for q, item in files.asked if q == query} == set(shown)


def test_grades_are_points_above_three_and_everybody_asked_has_something_to_find(written):
    _, files, _ = written
    rated = {(one.user_id, one.item_id): one.rating for one in collection().interactions}
    assert all(int(grade) == max(0, rated[query, item] - 3) for query, _, item, grade in files.qrels)
    assert {query for query, _, _, grade in files.qrels if int(grade) > 0} == set(files.queries)
    assert len(files.queries) + files.splits["nothing_relevant"] == files.splits["test_users"]


def test_the_checksums_are_those_of_the_files(written):
    scheme, files, folder = written
    assert files.splits["train_sha256"] == Interactions.from_csv(folder / "interactions.csv").sha256
    assert files.splits["scheme"] == scheme and files.splits["made_of"] == MADE_OF
    counts = dict.fromkeys(files.catalog, 0)
    for _, item, _ in files.train:
        counts[item] += 1
    assert {item: row["popularity"] for item, row in files.catalog.items()} == counts


def test_the_folder_is_a_dataset(written):
    scheme, files, folder = written
    data = load_dataset(folder)
    assert data.name == f"ml-100k:{scheme}" and data.licence == PUBLIC["ml-100k"].licence
    assert len(data.queries) == len(files.queries) and data.candidates_given == (scheme != "leave-last-out")
    assert data.training is not None and len(data.training) == len(files.train)


def test_without_ratings_the_whole_catalogue_is_ranked(tmp_path):
    write_recipe(RECIPES["lastfm-2k:near-cold-3"], collection(rated=False), TEMPLATE, tmp_path / "set", MADE_OF)
    data = load_dataset(tmp_path / "set")
    assert not data.candidates_given and {g for row in data.relevance.values() for g in row.values()} == {1}
    assert all(len(query.history) == 3 for query in data.queries)


def test_a_profile_that_tells_the_answer_stops_the_writing(tmp_path):
    planted = collection()
    people = {user: {"favourites": "Film number 1, Film number 2"} for user in planted.people}
    with pytest.raises(InputError, match="'Film number [12]', occurs in its words"):
        write_recipe(RECIPES["ml-100k:cold-user"], replace(planted, people=people), TEMPLATE, tmp_path / "set", MADE_OF)
    assert not (tmp_path / "set").exists()


def test_a_set_has_the_recipes_it_has_the_facts_for():
    assert {"ml-100k:cold-user", "ml-100k:near-cold-5", "ml-1m:temporal", "goodbooks-10k:cold-item"} <= set(RECIPES)
    assert not {"goodbooks-10k:temporal", "lastfm-2k:cold-user"} & set(RECIPES)


@pytest.fixture
def books(tmp_path, monkeypatch):
    monkeypatch.setenv("PROMPTREC_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PROMPTREC_DATA", raising=False)
    path = tmp_path / "books.zip"
    table = "".join(f"{n},Book number {n},Ann Lee,2000\n" for n in range(20))
    rated = "".join(f"{u},{n},{(u + n) % 5 + 1}\n" for u in range(30) for n in range(15))
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("books.csv", f"book_id,title,authors,original_publication_year\n{table}")
        packed.writestr("ratings.csv", f"user_id,book_id,rating\n{rated}")
    monkeypatch.setitem(PUBLIC, "goodbooks-10k", replace(PUBLIC["goodbooks-10k"], origin=path.as_uri()))
    return tmp_path / "home" / "data"


def test_a_recipe_is_built_once_and_again_when_it_would_be_another(books, monkeypatch):
    said = []
    recipe = RECIPES["goodbooks-10k:near-cold-3"]
    folder = build(recipe, said.append)
    assert folder == books / "goodbooks-10k-near-cold-3" and "building goodbooks-10k:near-cold-3, once" in said
    before = (folder / "splits.json").stat().st_mtime_ns
    data = load_dataset(folder)
    said.clear()
    assert build(recipe, said.append) == folder and said == []
    assert (folder / "splits.json").stat().st_mtime_ns == before
    monkeypatch.setattr(recipes, "VERSION", 2)
    build(recipe, said.append)
    assert said == ["building goodbooks-10k:near-cold-3, once"]
    assert load_dataset(folder).sha256 == data.sha256
    (folder / "splits.json").write_text("{")
    build(recipe, said.append)
    assert len(said) == 2 and load_dataset(folder).sha256 == data.sha256
    assert sorted(path.name for path in books.iterdir()) == ["checksums.json", "goodbooks-10k", folder.name]
