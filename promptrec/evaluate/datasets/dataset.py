"""`Dataset`: catalogue, queries, candidates, and the judgements that rankers never see."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from promptrec.data.catalog import Catalog
from promptrec.data.interactions import Interactions
from promptrec.data.languages import language_code
from promptrec.data.query import Query, RankRequest


def relevant_items(grades: Mapping[str, int]) -> set[str]:
    """IDs of the items with a grade above 0."""
    return {item_id for item_id, grade in grades.items() if grade > 0}


@dataclass(frozen=True)
class Dataset:
    """`queries` and `requests` are in file order; `relevance[query_id][item_id]` is a grade, 0 where none is written.

    Without `candidates_given` the whole catalogue is to be ranked: `requests` is empty, and a retriever has to pick.
    `training` holds interactions of other users, for trained rankers; None if there are none. `ignored_columns` names
    the columns of the queries that are ignored, each with the likely field. `remarks` warn about the data, a sentence
    or two each; `language` may be any tag of a known one, and becomes its code.

    Raises:
        InputError: a language that there are no templates in.
    """

    name: str
    language: str
    catalog: Catalog
    requests: tuple[RankRequest, ...]
    relevance: dict[str, dict[str, int]]
    queries: tuple[Query, ...] = ()
    candidates_given: bool = True
    training: Interactions | None = None
    domain: str = "general"
    licence: str = "not stated"
    source: str = "not stated"
    ignored_columns: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "language", language_code(self.language))

    @cached_property
    def sha256(self) -> str:
        """Checksum of the input of rankers: catalogue, queries, candidates and training, without the judgements."""
        digest = hashlib.sha256()
        for item in self.catalog:
            digest.update(item.model_dump_json().encode() + b"\n")
        for query in self.queries:
            # An intent that is to be read is no part of the data. Where nothing is disliked, data sets that are older
            # than that field keep their runs.
            absent = None if query.disliked else {"disliked"}
            digest.update(query.model_dump_json(exclude_none=True, exclude=absent).encode() + b"\n")
        for request in self.requests:
            shown = [request.query.query_id, *(item.item_id for item in request.candidates)]
            digest.update(json.dumps(shown).encode() + b"\n")
        digest.update(self.training.sha256.encode() if self.training is not None else b"no training")
        return digest.hexdigest()
