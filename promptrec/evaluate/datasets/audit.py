"""Audit of a dataset: leaks and mismatches that would distort an evaluation are refused, or removed with a remark."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from promptrec.data.catalog import Catalog
from promptrec.data.identifiers import Likeness, likeness, same_ids
from promptrec.data.interactions import Interactions
from promptrec.data.item import Item
from promptrec.data.mojibake import LOST
from promptrec.data.query import Query
from promptrec.errors import InputError
from promptrec.evaluate.datasets.dataset import Dataset, relevant_items
from promptrec.evaluate.datasets.leaks import find_leaks
from promptrec.evaluate.datasets.profiles import Profile
from promptrec.messages import Message, message

Relevance = Mapping[str, Mapping[str, int]]


def audit_dataset(dataset: Dataset) -> Dataset:
    """Remove relevant items from the training data, and add a remark for each problem of the dataset.

    Raises:
        InputError: nothing in one of its parts belongs to the others; see `audit_training`.
    """
    training, found = dataset.training, tuple[str, ...]()
    if training is not None:
        training, found = audit_training(training, dataset.catalog, dataset.relevance)
    checks = (_relevant_in_queries, _relevant_not_among_candidates, _unknown_history_entries, _lost_characters)
    found = (*found, *(remark for check in checks for remark in check(dataset)))
    remarks = tuple(dict.fromkeys((*dataset.remarks, *found)))
    return replace(dataset, training=training, remarks=remarks)


def audit_training(
    training: Interactions, catalog: Catalog, relevance: Relevance, source: str = "training interactions"
) -> tuple[Interactions | None, tuple[str, ...]]:
    """Training interactions without judged relevant pairs (None if none are left), and remarks on ignored rows.

    A relevant pair (same user, same item) would be learnt, and would raise the popularity of its item.

    Args:
        training: all rows.
        catalog: the items.
        relevance: grades by query ID and item ID.
        source: name of the rows in errors.

    Raises:
        InputError: no rows, or none of an item of the catalogue.
    """
    frame = training.frame
    if not len(frame):
        raise InputError("interactions-empty", path=source)
    known = frame["item_id"].isin([item.item_id for item in catalog])
    if not known.any():
        raise InputError("interactions-of-other-items", path=source, hint=_explain_mismatch(frame["item_id"], catalog))
    people = same_ids(frame["user_id"].unique(), relevance)
    judged = frame.loc[frame["user_id"].isin(people), ["user_id", "item_id"]]
    answers = [n for n, user, item in judged.itertuples(name=None) if relevance[people[user]].get(item, 0) > 0]
    is_answer = frame.index.isin(answers)
    remaining = training.where(list(~is_answer)) if answers else training
    remarks = (
        *_relevant_in_training(training.where(list(is_answer))),
        *_unknown_items(training.where(list(~known)), len(training), catalog),
        *_duplicate_rows(remaining),
        *_ignored_columns(training),
    )
    return remaining if len(remaining) else None, remarks


def _relevant_in_training(found: Interactions) -> Iterator[str]:
    if len(found):
        first = next(iter(found))
        rows, people = _count_noun(len(found), "interaction"), _count_noun(len(found.users), "person", "people")
        yield (
            f"ANSWERS IN THE TRAINING DATA: {rows} of {people}, the first of {first.user_id!r} with {first.item_id!r}: "
            "what is right for people must not be learnt from these very people. It is left out: nothing learns from "
            "it, and no popularity counts it. Interactions are what other people chose."
        )


def _unknown_items(found: Interactions, rows: int, catalog: Catalog) -> Iterator[str]:
    if len(found):
        items = list(dict.fromkeys(found.frame["item_id"]))
        meant = likeness(items, [item.item_id for item in catalog])
        hint = f": {_likeness_hint(meant).text()}" if meant else ""
        yield (
            f"Interactions of items that are not in the catalogue: {len(found):,} of {rows:,}, of "
            f"{_count_noun(len(items), 'item')}, the first {items[0]!r}{hint}."
        )


def _ignored_columns(training: Interactions) -> Iterator[str]:
    if training.ignored_columns:
        yield f"Columns of the interactions that are passed over: {', '.join(training.ignored_columns)}."


def _duplicate_rows(training: Interactions) -> Iterator[str]:
    """One row twice is one choice written twice where its time says so; without times people may choose again."""
    frame = training.frame
    twice = int((frame.duplicated() & frame["timestamp"].notna()).sum())
    if twice:
        yield f"Interactions that are in the training data again, with the same time: {twice:,}; each is counted."


def _relevant_in_queries(dataset: Dataset) -> Iterator[str]:
    """Titles of relevant items that occur in the query, as `promptrec.evaluate.leaks` finds them."""
    leaks = find_leaks(map(Profile, dataset.queries), dataset.relevance, dataset.catalog)
    if leaks:
        first, people = leaks[0], {leak.query_id for leak in leaks}
        yield (
            f"ANSWERS IN THE QUESTIONS: {len(people):,} of {len(dataset.queries):,} queries name something that is "
            f"right for them, the first {first.query_id!r} with {first.title!r} in its {first.where}. Rankers that "
            "match titles look better by these than they are."
        )


def _relevant_not_among_candidates(dataset: Dataset) -> Iterator[str]:
    relevant = {r.query.query_id: relevant_items(dataset.relevance.get(r.query.query_id, {})) for r in dataset.requests}
    judged = [r for r in dataset.requests if relevant[r.query.query_id]]
    lost = [r for r in judged if not relevant[r.query.query_id] & {item.item_id for item in r.candidates}]
    if lost and len(lost) == len(judged):
        first = lost[0].query.query_id
        found = {"query_id": first, "relevant": min(relevant[first]), "item_id": lost[0].candidates[0].item_id}
        raise InputError(message("no-relevant-candidates", **found), path=dataset.name)
    if lost:
        yield (
            f"Nothing right among the candidates of {len(lost):,} of {len(judged):,} judged queries, the first "
            f"{lost[0].query.query_id!r}: every ranking of these is 0."
        )


def _unknown_history_entries(dataset: Dataset) -> Iterator[str]:
    """Entries that name no item although they seem to be IDs of some.

    Raises:
        InputError: no entry of any history names an item, and most seem to be IDs written another way.
    """
    entries = [entry for query in dataset.queries for entry in query.history]
    unknown = [entry for entry in entries if dataset.catalog.find(entry) is None]
    meant = likeness(unknown, [item.item_id for item in dataset.catalog], are_ids=False)
    if meant is None:
        return
    if len(unknown) == len(entries):
        raise InputError("history-of-other-items", path=dataset.name, hint=_likeness_hint(meant))
    yield f"Entries of histories that seem to be IDs, and are none of the catalogue's: {_likeness_hint(meant).text()}."


def _lost_characters(dataset: Dataset) -> Iterator[str]:
    queries = [query.query_id for query in dataset.queries if LOST in "\n".join(_texts_of_query(query))]
    items = [item.item_id for item in dataset.catalog if LOST in "\n".join(_texts_of_item(item))]
    if queries or items:
        where = [f"{_count_noun(len(queries), 'query', 'queries')} (the first: {queries[0]!r})"] if queries else []
        where += [f"{_count_noun(len(items), 'item')} (the first: {items[0]!r})"] if items else []
        yield (
            f"Damaged text: characters were lost (U+FFFD) in {' and '.join(where)}, and what they were cannot be told. "
            "The text is read as it is; its file was saved or read in a wrong encoding on its way."
        )


def _texts_of_query(query: Query) -> Iterable[str]:
    return (query.preferences, query.context, *query.history, *query.attributes.values())


def _texts_of_item(item: Item) -> Iterable[str]:
    fields = (value if isinstance(value, tuple) else (str(value),) for value in item.fields.values())
    return (item.title, *(text for texts in fields for text in texts))


def _explain_mismatch(written: Iterable[str], catalog: Catalog) -> Message:
    """Likely reason why IDs do not match the catalogue, with an example of both."""
    ids = {item.item_id: item for item in catalog}
    unknown = [one for one in dict.fromkeys(written) if one not in ids]
    meant = likeness(unknown, ids)
    if meant is not None:
        return _likeness_hint(meant)
    named = catalog.find(unknown[0])
    if named is not None:
        return message("titles-for-ids", item_id=named.item_id, found=unknown[0])
    return message("ids-of-another-catalogue", found=unknown[0], item_id=next(iter(ids)))


def _likeness_hint(meant: Likeness) -> Message:
    return message("ids-written-otherwise", found=meant.written, known=meant.known, difference=meant.difference)


def _count_noun(number: int, one: str, several: str = "") -> str:
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


@dataclass(frozen=True)
class QueryCoverage:
    """Number of `people` with each part of a query, and lost history entries.

    `unknown_entries` of the `entries` in all histories name no item of the catalogue, or several.
    """

    people: int
    preferences: int
    history: int
    context: int
    attributes: int
    entries: int
    unknown_entries: int
    ignored_columns: tuple[str, ...]

    @classmethod
    def of(cls, dataset: Dataset, limit: int | None = None) -> "QueryCoverage":
        """Count the first `limit` queries (None: all)."""
        queries = dataset.queries[:limit]
        entries = [entry for query in queries for entry in query.history]
        return cls(
            people=len(queries),
            preferences=sum(bool(query.preferences) for query in queries),
            history=sum(bool(query.history) for query in queries),
            context=sum(bool(query.context) for query in queries),
            attributes=sum(bool(query.attributes) for query in queries),
            entries=len(entries),
            unknown_entries=sum(dataset.catalog.find(entry) is None for entry in entries),
            ignored_columns=dataset.ignored_columns,
        )

    def __str__(self) -> str:
        sentences = [
            f"People with words: {self.preferences:,} of {self.people:,}; with a history: {self.history:,}; with a "
            f"context: {self.context:,}; with attributes: {self.attributes:,}."
        ]
        if self.unknown_entries:
            sentences.append(
                f"History entries that name no item of the catalogue, or several: {self.unknown_entries:,} of "
                f"{self.entries:,}; they are told to the model as written."
            )
        if self.ignored_columns:
            sentences.append(f"Columns of the queries that are passed over: {', '.join(self.ignored_columns)}.")
        return " ".join(sentences)
