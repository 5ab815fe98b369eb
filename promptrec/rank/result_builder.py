"""Result builder: collects the scores, errors and cost of one request while it is ranked, and builds its ranking."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine, Output, Usage
from promptrec.rank.ordering import best_first
from promptrec.rank.ranking import RankedItem, Ranking, ReplyReport, Status, TemplateRef

COME_LAST = "come last in a seeded random order: "


@dataclass
class ResultBuilder:
    """Scores by item ID and by name, errors, truncations and cost of one request."""

    request: RankRequest
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    truncations: dict[str, None] = field(default_factory=dict)
    diagnostics: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reply: ReplyReport | None = None
    status: Status = "ok"
    ordered_by: str | None = None
    """Name of the scores that decide the order; None for the ranker's own."""
    usage: Usage = Usage()
    """Cost so far. `steps` is 0 where one round of prompts is enough."""

    def count(self, output: Output[Any]) -> None:
        """Add the cost of an engine's output, and its error if it has one."""
        failed = output.error is not None
        self.usage += replace(output.usage, calls=1, failed=int(failed))
        if failed:
            self.errors.append(output.error or "")

    def count_step(self) -> None:
        """Count a round of prompts that had to wait for the answers of the one before."""
        self.usage += Usage(steps=1)

    def score(self, item_id: str, **scores: float) -> None:
        """Add scores of an item; underscores in a name become hyphens."""
        named = {name.replace("_", "-"): value for name, value in scores.items()}
        self.scores.setdefault(item_id, {}).update(named)


def build_rankings(
    evidence: Sequence[ResultBuilder],
    ranker: str,
    seed: int,
    templates: Sequence[TemplateRef] = (),
    engine: Engine | None = None,
    *,
    seconds: float,
) -> list[Ranking]:
    """Build the ranking of each request.

    Args:
        evidence: one builder for each request of the batch.
        ranker: name of the ranker and, unless a builder says otherwise, of the scores that decide the order.
        seed: decides the order of ties and of items without a score.
        templates: that wrote the prompts.
        engine: that read them; None for a ranker without a model.
        seconds: of the batch, shared out by prompt tokens.
    """
    total = sum(e.usage.prompt_tokens for e in evidence)
    rankings = []
    for e in evidence:
        share = e.usage.prompt_tokens / total if total else 1 / len(evidence)
        status, items, ties = _outcome(e, ranker, seed)
        rankings.append(
            Ranking(
                query_id=e.request.query.query_id,
                status=status,
                reason="; ".join(e.notes),
                items=items,
                ranker=ranker,
                model=engine and engine.model_id,
                engine=engine and engine.name,
                templates=tuple(templates),
                seed=seed,
                ordered_by=_ordered_by(e, ranker) if items else None,
                ties=ties,
                diagnostics=e.diagnostics,
                reply=e.reply,
                truncations=tuple(e.truncations),
                usage=replace(e.usage, steps=e.usage.steps or min(e.usage.calls, 1), seconds=seconds * share),
            )
        )
    return rankings


def cause(ranking: Ranking) -> str:
    """The reason of a ranking without what follows for the order."""
    return ranking.reason.partition(COME_LAST)[2] or ranking.reason


def _ordered_by(e: ResultBuilder, ranker: str) -> str | None:
    """Name of the scores that decide the order; None where no item has such a score."""
    name = e.ordered_by or ranker
    return name if any(name in scores for scores in e.scores.values()) else None


def _outcome(e: ResultBuilder, ranker: str, seed: int) -> tuple[Status, tuple[RankedItem, ...], int]:
    """Status, items and number of ties; reasons are added to the builder's notes."""
    candidates = e.request.candidates
    name = e.ordered_by or ranker
    by_ranker = {item_id: scores[name] for item_id, scores in e.scores.items() if name in scores}
    unread = len(candidates) - len(by_ranker)
    if e.status == "failed" or (not by_ranker and e.errors):
        reasons = list(dict.fromkeys(e.errors)) or ["nothing could be read"]
        e.notes.append(reasons[0] + (f" (and {len(reasons) - 1} other reasons)" if reasons[1:] else ""))
        return "failed", (), 0
    status = e.status
    if unread and e.errors:
        status = "repaired"
        e.notes.append(f"{unread} of {len(candidates)} candidates could not be read and {COME_LAST}{e.errors[0]}")
    order, ties = best_first(candidates, by_ranker, seed)
    items = tuple(
        RankedItem(
            item_id=item.item_id,
            title=item.title,
            rank=rank,
            score=by_ranker.get(item.item_id),
            scores=e.scores.get(item.item_id, {}),
        )
        for rank, item in enumerate(order, start=1)
    )
    return status, items, ties
