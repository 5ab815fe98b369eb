"""Result builder: collects the scores, errors and cost of one request while it is ranked, and builds its ranking."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from promptrec.answer.base import ParseReport
from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine, Output, Usage
from promptrec.messages import Message, Reason, reason
from promptrec.rank.ordering import best_first
from promptrec.rank.ranking import RankedItem, Ranking, Status, TemplateRef


@dataclass
class ResultBuilder:
    """Scores by item ID and by name, errors, truncations and cost of one request."""

    request: RankRequest
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    errors: list[Reason] = field(default_factory=list)
    truncations: dict[Reason, None] = field(default_factory=dict)
    diagnostics: dict[str, float] = field(default_factory=dict)
    notes: list[Reason] = field(default_factory=list)
    reply: ParseReport | None = None
    status: Status = "ok"
    ordered_by: str | None = None
    """Name of the scores that decide the order; None for the ranker's own."""
    usage: Usage = Usage()
    """Cost so far. `steps` is 0 where one round of prompts is enough."""

    def count(self, output: Output[Any]) -> None:
        """Add the cost of an engine's output, and its error if it has one."""
        self.usage += replace(output.usage, calls=1, failed=int(output.error is not None))
        if output.error is not None:
            self.errors.append(Reason(output.error))

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
                reason=Reason(*e.notes),
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


def cause(ranking: Ranking) -> Reason:
    """Why candidates of a ranking could not be read, without what follows for the order; else its whole reason."""
    for part in ranking.reason.messages:
        if isinstance(part, Message) and part.code == "candidates-unread" and isinstance(part.slots["why"], Reason):
            return part.slots["why"]
    return ranking.reason


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
        why, *others = dict.fromkeys(e.errors or [reason("nothing-read")])
        e.notes.append(reason("first-of-reasons", why=why, others=len(others)) if others else why)
        return "failed", (), 0
    status = e.status
    if unread and e.errors:
        status = "repaired"
        e.notes.append(reason("candidates-unread", unread=unread, count=len(candidates), why=e.errors[0]))
    order, ties = best_first(candidates, by_ranker, seed)
    ranked = ((rank, item.item_id, item.title) for rank, item in enumerate(order, start=1))
    items = tuple(
        RankedItem(item_id=i, title=title, rank=rank, score=by_ranker.get(i), scores=e.scores.get(i, {}))
        for rank, i, title in ranked
    )
    return status, items, ties
