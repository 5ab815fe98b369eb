"""`QueryCoverage`: number of queries with each kind of information."""

from dataclasses import dataclass

from promptrec.evaluate.datasets.dataset import Dataset


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
