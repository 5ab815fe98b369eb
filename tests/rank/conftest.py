from functools import cache

import pytest

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.query import Query, RankRequest
from promptrec.engine.registry import open_encoder
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, ranker_parts, template_kinds
from promptrec.rank.listwise.position_bias import LEAST_REQUESTS, PositionBias
from promptrec.template.loader import load_template
from promptrec.testing.ranker_contract import STORIES as ALL_STORIES
from promptrec.testing.scripted_engine import ScriptedEngine

STORIES = {name: ALL_STORIES[name] for name in ("space", "love", "war", "food", "sea")}
LIKES = [("ann", "space", 5), ("ann", "sea", 4), ("bob", "love", 5), ("bob", "food", 4), ("bob", "war", 1)]


@pytest.fixture
def catalog():
    return Catalog(
        [
            Item(item_id=i, title=f"The {i.title()} Story", fields={"description": d, "year": 1990 + n}, popularity=n)
            for n, (i, d) in enumerate(STORIES.items(), 1)
        ]
    )


@pytest.fixture
def request_for(catalog):
    def build(preferences="a ship and an astronaut beyond the planet", query_id="q", ids=tuple(STORIES), **retrieved):
        query = Query(preferences=preferences, query_id=query_id)
        return RankRequest(query, tuple(catalog[i] for i in ids), retrieved)

    return build


@pytest.fixture(scope="session")
def position_bias(tmp_path_factory):
    """The file of a position bias for five candidates and the scripted engine: it likes early labels."""
    items = tuple(Item(item_id=f"i{n}", title=f"T{n}") for n in range(len(STORIES)))
    people = [RankRequest(Query(preferences="x", query_id=f"q{n}"), items) for n in range(LEAST_REQUESTS)]
    engine = ScriptedEngine(next=lambda text, label: -float(ord(label)))
    path = tmp_path_factory.mktemp("prior") / "films.position-bias.json"
    PositionBias.fit(load_template("films/en", kind="listwise-labels"), people, engine).save(path)
    return path


@pytest.fixture(scope="session")
def shared_template():
    """Loads a template once for all tests: it is frozen."""
    return cache(load_template)


@pytest.fixture(scope="session")
def opened_encoder(tiny_encoder):
    """The tiny encoder, opened once for the tests that only read with it."""
    return open_encoder(tiny_encoder)


@pytest.fixture
def build(catalog, position_bias, shared_template, request):
    def ranker(name, template=None, seed=0):
        loaded = {kind: shared_template(template or "films/en", kind=kind) for kind in template_kinds(name)}
        needed = {"training": Interactions.from_tuples(LIKES), "position_bias": position_bias}
        reads = "embedding" in ranker_parts(name)
        needed |= {"encoder": str(request.getfixturevalue("tiny_encoder"))} if reads else {}
        return build_ranker(name, Setup(catalog=catalog, templates=loaded, seed=seed, **needed))

    return ranker
