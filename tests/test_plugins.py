"""Components of other installed packages: what is found, what is refused, and in which words."""

import sys

import pytest

from promptrec.answer.registry import answer_format
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.engine.registry import choose_engine, open_engine
from promptrec.errors import InputError, UnknownName
from promptrec.plugins import plugin_names
from promptrec.rank.registry import list_rankers, ranker_class
from promptrec.retrieve.bm25 import Bm25
from promptrec.retrieve.candidates import retrieve_candidates
from promptrec.retrieve.registry import open_retriever
from promptrec.template.front_matter import Header
from tests.test_extending import install

CATALOG = Catalog([Item(item_id=str(n), title=title) for n, title in enumerate(("red tea", "milk", "green tea"))])
MODULE = """
class Component:
    name = "toy"
    def __init__(self, *args): self.args = args
    def search(self, query, k): return [("2", 3.0), ("0", 1.0)][:k]
class Lost(Component):
    def search(self, query, k): return [("9", 1.0)]
number = 7
"""
OPENERS = {
    "engine": ("promptrec.engines", choose_engine),
    "ranker": ("promptrec.rankers", ranker_class),
    "retriever": ("promptrec.retrievers", lambda name: open_retriever(name, CATALOG)),
    "answer format": ("promptrec.answers", answer_format),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "toy_components.py").write_text(MODULE)
    (tmp_path / "toy_broken.py").write_text("import no_such_module")
    names = {"toy": "toy_components:Component", "broken": "toy_broken:Component", "number": "toy_components:number"}
    names |= {"lost": "toy_components:Lost", "bm25": "toy_components:Component"}
    install(tmp_path, "toy-parts", {group: names for group, _ in OPENERS.values()})
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in ("toy_components", "toy_broken"):
        sys.modules.pop(name, None)


@pytest.fixture
def model(tmp_path):
    model = tmp_path / "model"
    model.mkdir()
    for name in ("config.json", "tokenizer.json"):
        (model / name).write_text("{}")
    (model / "model.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    return model


def test_components_are_found_by_name(folder, model):
    opened, choice = open_engine(model, "toy")
    assert opened.args[0].name == "model" and (choice.name, choice.reason) == ("toy", "asked for")
    assert ranker_class("toy").name == "toy" and "toy" in list_rankers()
    assert open_retriever("toy", CATALOG).args == (CATALOG,)
    assert answer_format("toy", "zh").args == ("zh",)


@pytest.mark.parametrize("kind", OPENERS)
def test_an_unknown_name_lists_those_of_packages(folder, kind):
    with pytest.raises(UnknownName, match=rf"unknown {kind} 'toys' \(did you mean 'toy'\?\); known: .*\btoy\b"):
        OPENERS[kind][1]("toys")


@pytest.mark.parametrize("kind", OPENERS)
def test_a_package_that_cannot_be_imported_is_one_error_that_names_it(folder, model, kind):
    find = OPENERS[kind][1] if kind != "engine" else lambda name: open_engine(model, name)
    said = (
        f"the {kind} broken of the package toy-parts 0.1 cannot be imported (ModuleNotFoundError: No module named "
        "'no_such_module'): repair or uninstall it"
    )
    with pytest.raises(InputError) as raised:
        find("broken")
    assert str(raised.value) == said
    with pytest.raises(InputError, match="number of the package toy-parts 0.1 is neither a class nor a function"):
        find("number")


def test_two_packages_with_one_name_are_refused(folder):
    install(folder, "other-parts", {"promptrec.rankers": {"toy": "toy_components:Component"}})
    with pytest.raises(InputError, match=r"other-parts 0.1 and toy-parts 0.1 both add the ranker toy: uninstall one"):
        ranker_class("toy")


def test_built_in_names_are_not_replaced(folder):
    assert isinstance(open_retriever("bm25", CATALOG), Bm25)
    assert ranker_class("bm25").__module__.startswith("promptrec.")


def test_candidates_are_what_a_retriever_finds_filled_up_by_popularity(folder):
    found = retrieve_candidates(CATALOG, Query(preferences="tea"), 3, open_retriever("toy", CATALOG))
    assert [item.item_id for item in found.request.candidates] == ["2", "0", "1"]
    assert found.request.retrieved == {"2": 3.0, "0": 1.0} and found.note == ""
    liked = Query(preferences="tea", history=("2",))
    one = retrieve_candidates(CATALOG, liked, 1, open_retriever("toy", CATALOG))
    assert [item.item_id for item in one.request.candidates] == ["0"]
    with pytest.raises(InputError, match="no item '9'"):
        retrieve_candidates(CATALOG, liked, 1, open_retriever("lost", CATALOG))


def test_a_template_may_name_an_answer_format_of_a_package(folder):
    header = {
        "kind": "listwise-text",
        "domain": "films",
        "language": "en",
        "about": "x",
        "truncate": ["query.preferences"],
    }
    assert Header.model_validate(header | {"answer": "toy"}).answer == "toy"
    with pytest.raises(ValueError, match="'labels', 'titles' or 'json'"):
        Header.model_validate(header | {"answer": "toys"})


def test_without_packages_there_are_no_names():
    assert plugin_names("promptrec.no_such_group") == []
