"""Retrievers by name: built-in ones, and those that other packages add (entry point group `promptrec.retrievers`)."""

from collections.abc import Callable, Sequence
from typing import Protocol

from promptrec.data.catalog import Catalog
from promptrec.plugins import RETRIEVERS as GROUP
from promptrec.plugins import find_component
from promptrec.retrieve.bm25 import Bm25


class Retriever(Protocol):
    """Index of a catalogue that finds the items for a text."""

    def search(self, query: str, k: int) -> Sequence[tuple[str, float]]:
        """IDs and scores of at most `k` items that match the text, best first, each once."""


DEFAULT_RETRIEVER = "bm25"

RETRIEVERS: dict[str, Callable[[Catalog], Retriever]] = {DEFAULT_RETRIEVER: Bm25.of}


def open_retriever(name: str, catalog: Catalog) -> Retriever:
    """The retriever of a name, with an index of a catalogue.

    Raises:
        UnknownName: no such retriever; the message lists those that exist.
        InputError: a package's retriever that cannot be imported.
    """
    retriever: Retriever = find_component("retriever", name, RETRIEVERS, GROUP)(catalog)
    return retriever
