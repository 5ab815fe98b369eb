"""`Ranking`: one ordered list of item IDs with the evidence for it."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from promptrec.errors import InputError
from promptrec.rank.ordering import DECIMALS

if TYPE_CHECKING:
    import pandas as pd

    from promptrec.template.template import Template

COLUMNS = ["query_id", "rank", "item_id", "title", "status", "score"]
Status = Literal["ok", "repaired", "fallback", "abstained", "failed"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RankedItem(_Record):
    """An item in its place (1 is best).

    `score` is what decided its place, higher is better: `scores[ranking.ordered_by]`, None where it has none. `scores`
    are all numbers by name; they are empty for an item that the model could not read.
    """

    item_id: str
    title: str
    rank: Annotated[int, Field(ge=1)]
    score: FiniteFloat | None = None
    scores: Mapping[str, FiniteFloat] = Field(default_factory=dict)


class TemplateRef(_Record):
    """Which template wrote the prompts, to the byte."""

    name: str
    sha256: str

    @classmethod
    def of(cls, template: "Template") -> "TemplateRef":
        """The reference to a loaded template."""
        return cls(name=template.name, sha256=template.sha256)


class ReplyReport(_Record):
    """What a written reply did not say well. See `promptrec.answer.base.ParseReport`."""

    missing: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Ledger(_Record):
    """What a ranking cost. Tokens are the engine's own counts; `seconds` is this ranking's share of its batch.

    `steps` counts the calls that had to wait for one another: 1 where all prompts are known from the start. `failed`
    counts the calls (each of one prompt) that came back with an error in place of an answer.
    """

    prompt_tokens: int = 0
    cached_tokens: int = 0
    decoded_tokens: int = 0
    calls: int = 0
    failed: int = 0
    steps: int = 0
    seconds: FiniteFloat = 0.0


class Ranking(_Record):
    """One ordered list of items for one query, with its evidence. Behaves as a sequence of `RankedItem`.

    Status:
        ok: every candidate was read and scored.
        repaired: some candidates were not read, or the model's reply was incomplete; they come last, in a seeded
            random order, and `reason` says how many.
        fallback: the model's answer could not be used at all; the order is the retriever's or a seeded random one.
        abstained: nothing is known of the person; the order is by popularity or the catalogue's.
        failed: nothing could be read; there are no items.

    `ordered_by` names the scores that decided the order; None where none did. `ties` counts items whose place among
    equals was decided by the seeded hash of their IDs. `signals` holds numbers about the ranking as a whole, such as
    the probability mass the model gave to valid labels.
    """

    query_id: str
    status: Status
    reason: str = ""
    items: tuple[RankedItem, ...] = ()
    ranker: str
    model: str | None = None
    engine: str | None = None
    engine_reason: str | None = None
    templates: tuple[TemplateRef, ...] = ()
    seed: int = 0
    ordered_by: str | None = None
    ties: int = 0
    signals: Mapping[str, FiniteFloat] = Field(default_factory=dict)
    reply: ReplyReport | None = None
    truncations: tuple[str, ...] = ()
    ledger: Ledger = Ledger()

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

    def tie_groups(self) -> tuple[tuple[str, ...], ...]:
        """The item IDs, best first, those that nothing tells apart in one group; items without a score come last."""
        groups: dict[float | None, list[str]] = {}
        for item in self.items:
            score = item.scores.get(self.ordered_by) if self.ordered_by else None
            groups.setdefault(None if score is None else round(score, DECIMALS), []).append(item.item_id)
        return tuple(map(tuple, groups.values()))

    def to_pandas(self) -> "pd.DataFrame":
        """One row for each item: query_id, rank, item_id, title, status, score, and a column for each of its scores."""
        import pandas as pd

        return pd.DataFrame(self.rows(), columns=None if self.items else COLUMNS)

    def rows(self) -> list[dict[str, object]]:
        """What `to_pandas` has of each item."""
        about: list[dict[str, object]] = []
        for i in self.items:
            values = (self.query_id, i.rank, i.item_id, i.title, self.status, i.score)
            about.append({**dict(zip(COLUMNS, values, strict=True)), **i.scores})
        return about

    def top(self, k: int) -> "Ranking":
        """The same ranking with its first `k` items only.

        Raises:
            InputError: k below 1.
        """
        if k < 1:
            raise InputError(f"k must be at least 1, got {k}")
        return self.model_copy(update={"items": self.items[:k]})

    def with_note(self, note: str) -> "Ranking":
        """The same ranking with one more remark (none if it is empty) in its reason."""
        return self.model_copy(update={"reason": "; ".join(filter(None, (self.reason, note)))})

    def __str__(self) -> str:
        from promptrec.rank.display import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from promptrec.rank.display import as_html

        return as_html(self)
