"""Ranking: an ordered list of items with scores, diagnostics and cost."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, FiniteFloat

from promptrec.answer.base import ParseReport
from promptrec.data.intent import Constraint, Intent
from promptrec.data.record import Record
from promptrec.engine.base import Usage
from promptrec.errors import InputError, writing
from promptrec.intent.selection import FilterReport
from promptrec.messages import Reason
from promptrec.rank.ordering import DECIMALS

if TYPE_CHECKING:
    import pandas as pd

    from promptrec.rank.display import RankingTable
    from promptrec.retrieve.candidates import Candidates
    from promptrec.template.template import Template

COLUMNS = ["query_id", "rank", "item_id", "title", "status", "score"]
Status = Literal["ok", "repaired", "fallback", "abstained", "failed"]


class RankedItem(Record):
    """An item of a ranking."""

    item_id: str
    title: str
    rank: Annotated[int, Field(ge=1)]
    """Position in the ranking; 1 is best."""
    score: FiniteFloat | None = None
    """The score that decided its rank, `scores[ranking.ordered_by]`; higher is better, None where it has none."""
    scores: Mapping[str, FiniteFloat] = Field(default_factory=dict)
    """All its scores by name; empty for an item that the model could not read."""
    tier: Annotated[int, Field(ge=0)] = 0
    """Whether it is what was required: 0 yes, 1 unknown, more: not. Items of a lower tier are ranked above."""
    violates: tuple[str, ...] = ()
    """Constraints that it does not meet: soft ones, and those that were relaxed since too few items were left."""
    unknown: tuple[str, ...] = ()
    """Constraints that the catalogue does not answer for it."""

    @property
    def fit(self) -> str:
        """What it violates, and what is unknown of it, in a few words; empty for an item that fits."""
        return ", ".join([*(f"not {label}" for label in self.violates), *(f"{label}?" for label in self.unknown)])


class TemplateRef(Record):
    """Name and SHA-256 of the template that wrote the prompts."""

    name: str
    sha256: str

    @classmethod
    def of(cls, template: "Template") -> "TemplateRef":
        """Reference to a loaded template."""
        return cls(name=template.name, sha256=template.sha256)


class Ranking(Record):
    """Ordered list of items for one query, with scores, diagnostics and cost. A sequence of `RankedItem`.

    Status:
        ok: every candidate was read and scored.
        repaired: some candidates were not read, or the model's reply was incomplete; they come last, in a seeded
            random order, and `reason` says how many.
        fallback: the model's answer could not be used at all; the order is the retriever's or a seeded random one.
        abstained: nothing is known of the person; the order is by popularity or the catalogue's.
        failed: nothing could be read; there are no items.
    """

    query_id: str
    status: Status
    reason: Reason = Reason()
    """Why the status is not ok, and other remarks."""
    items: tuple[RankedItem, ...] = ()
    """The candidates, best first."""
    intent: Intent | None = None
    """What was read of the person's words; None where they were taken literally."""
    filters: tuple[FilterReport, ...] = ()
    """What each constraint did: how many items meet it, and which were left out."""
    ranker: str
    model: str | None = None
    engine: str | None = None
    engine_reason: Reason | None = None
    """Why this engine was chosen, where promptrec chose it."""
    templates: tuple[TemplateRef, ...] = ()
    seed: int = 0
    ordered_by: str | None = None
    """Name of the scores that decided the order; None where none did."""
    ties: int = 0
    """Number of items that share their score with another; a seeded hash of the item ID decides their order."""
    diagnostics: Mapping[str, FiniteFloat] = Field(default_factory=dict)
    """Numbers about the ranking as a whole, e.g. the probability mass of valid labels."""
    reply: ParseReport | None = None
    truncations: tuple[Reason, ...] = ()
    """Parts of the prompts that were shortened to fit the model's context."""
    usage: Usage = Usage()
    """Cost of the ranking."""

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[RankedItem]:  # type: ignore[override]  # pydantic's own gives fields
        return iter(self.items)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204 - as tuple's
        return self.items[index]

    def __bool__(self) -> bool:
        """A ranking without items is one too."""
        return True

    @property
    def item_ids(self) -> tuple[str, ...]:
        """The item IDs, best first."""
        return tuple(item.item_id for item in self.items)

    @property
    def read_as(self) -> str:
        """What was read of the person's words and how many items fit, in one line; empty where all are likes."""
        if self.intent is None or not (self.intent.dislikes or self.intent.constraints):
            return ""
        counts = {report.constraint: report for report in self.filters}
        wishes = self.intent.model_copy(update={"constraints": ()}).label
        bound = {c.text for c in counts if c not in self.intent.constraints}
        parts = [wishes, *(_counted(c, counts.get(c)) for c in self.intent.constraints)]
        parts += [_counted(c, report) for c, report in counts.items() if c.text in bound]
        return f"read as: {'; '.join(filter(None, parts))}"

    def tie_groups(self) -> tuple[tuple[str, ...], ...]:
        """Item IDs in groups of equal score, best first; items without a score come last."""
        groups: dict[tuple[int, float | None], list[str]] = {}
        for item in self.items:
            score = item.scores.get(self.ordered_by) if self.ordered_by else None
            rounded = None if score is None else round(score, DECIMALS)
            groups.setdefault((item.tier, rounded), []).append(item.item_id)
        return tuple(map(tuple, groups.values()))

    def to_pandas(self) -> "pd.DataFrame":
        """One row for each item: query_id, rank, item_id, title, status, score, and a column for each of its scores."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=None if self.items else COLUMNS)

    def rows(self) -> list[dict[str, object]]:
        """Rows of `to_pandas`, one for each item."""
        rows: list[dict[str, object]] = []
        for i in self.items:
            values = (self.query_id, i.rank, i.item_id, i.title, self.status, i.score)
            rows.append({**dict(zip(COLUMNS, values, strict=True)), **i.scores})
        return rows

    def top(self, k: int) -> "Ranking":
        """The same ranking with its first `k` items only.

        Raises:
            InputError: k below 1.
        """
        if k < 1:
            raise InputError("k-too-small", k=k)
        return self.model_copy(update={"items": self.items[:k]})

    def with_retrieval(self, found: "Candidates") -> "Ranking":
        """The same ranking with the retrieval's note in its reason, and what filters did to the whole catalogue."""
        return self.model_copy(
            update={"reason": Reason(self.reason, found.note), "filters": found.filters or self.filters}
        )

    def table(self) -> "RankingTable":
        """The ranking as a table to print: `rich()` for a terminal, `text()`, `html()` for a notebook."""
        from promptrec.rank.display import RankingTable

        usage = self.usage
        read_by = " ".join(filter(None, (self.ranker, self.model and f"on {self.model}")))
        headline = (
            f"{self.query_id}: {self.status} · {read_by} · {usage.prompt_tokens:,} prompt tokens "
            f"({usage.cached_tokens:,} cached), {usage.decoded_tokens:,} written · {usage.seconds:.1f} s"
        )
        truncated = f"shortened to fit: {', '.join(self.truncations)}" if self.truncations else ""
        rows = [(item.rank, item.item_id, item.title, item.score, item.fit) for item in self.items]
        return RankingTable(headline, tuple(filter(None, (self.read_as, self.reason, truncated))), tuple(rows))

    def __str__(self) -> str:
        return self.table().text()

    def _repr_html_(self) -> str:
        return self.table().html()


class Run(Sequence[Ranking]):
    """Sequence of `Ranking`."""

    def __init__(self, rankings: Sequence[Ranking]) -> None:
        self._rankings = tuple(rankings)

    def __len__(self) -> int:
        return len(self._rankings)

    def __getitem__(self, index):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204 - as tuple's
        return self._rankings[index]

    def __iter__(self) -> Iterator[Ranking]:
        return iter(self._rankings)

    @property
    def statuses(self) -> dict[str, int]:
        """Number of rankings by status."""
        return dict(Counter(r.status for r in self._rankings))

    def to_pandas(self) -> "pd.DataFrame":
        """Data frame of all rankings, see `Ranking.to_pandas`."""
        import pandas as pd

        rows = [row for ranking in self._rankings for row in ranking.rows()]
        return pd.DataFrame(rows, columns=None if rows else COLUMNS)

    def to_trec(self, path: str | Path | None = None, tag: str = "promptrec") -> str:
        """The run in TREC format, written to `path` if given.

        The score column is n - rank + 1, so that evaluators that sort by score keep the order, ties included.

        Raises:
            InputError: an ID with white space in it, which the format cannot hold.
        """
        return _written("".join(line for r in self._rankings for line in _trec_lines(r, tag)), path)

    def to_jsonl(self, path: str | Path | None = None) -> str:
        """JSON lines that are valid against docs/schema/ranking.schema.json, written to `path` if given."""
        return _written("".join(r.model_dump_json() + "\n" for r in self._rankings), path)


def _counted(constraint: Constraint, report: FilterReport | None) -> str:
    """A constraint, and how many items meet it."""
    if report is None or not (report.columns or constraint.field == "allergen"):
        return f"{constraint.label} (no such column: left as words)"
    total = report.met + report.violated + report.unknown
    if constraint.field == "allergen" and not report.columns:
        return f"{constraint.label}, {report.violated} of {total} left out by their text"
    unknown = f", {report.unknown} unknown" if report.unknown else ""
    relaxed = ", relaxed: too few fit" if report.relaxed else "" if constraint.hard else ", a wish"
    return f"{constraint.label}, {report.met} of {total} fit{unknown}{relaxed}"


def _written(text: str, path: str | Path | None) -> str:
    if path is not None:
        with writing(path):
            Path(path).write_text(text, encoding="utf-8")
    return text


def _trec_lines(ranking: Ranking, tag: str) -> Iterator[str]:
    for name in (ranking.query_id, tag, *ranking.item_ids):
        if name.split() != [name]:
            raise InputError("id-not-for-trec", value=name)
    for item in ranking.items:
        score = len(ranking.items) - item.rank + 1
        yield f"{ranking.query_id} Q0 {item.item_id} {item.rank} {score} {tag}\n"
