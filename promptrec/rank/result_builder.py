"""What was found out about one request, gathered while it is ranked, and the ranking it comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from promptrec.data.query import RankRequest
from promptrec.engine.base import Engine, Output, Usage
from promptrec.rank.ordering import best_first
from promptrec.rank.ranking import Ledger, RankedItem, Ranking, ReplyReport, Status, TemplateRef

COME_LAST = "come last in a seeded random order: "


@dataclass
class ResultBuilder:
    """Scores by item and by name, failures, cuts and cost of one request."""

    request: RankRequest
    scores: dict[str, dict[str, float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    truncations: dict[str, None] = field(default_factory=dict)
    signals: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    reply: ReplyReport | None = None
    status: Status = "ok"
    ordered_by: str | None = None
    """The name of the scores that decide the order, where it is not the ranker's own."""
    usage: Usage = Usage()
    calls: int = 0
    failed: int = 0
    """Calls that came back with an error."""
    steps: int = 0
    """Rounds of asking, each of which needed the answers of the one before; 0 stands for one round."""

    def count(self, reading: Output[Any]) -> None:
        """Add a reading's cost, and its error if it has one."""
        self.usage += reading.usage
        self.calls += 1
        if reading.error is not None:
            self.errors.append(reading.error)
            self.failed += 1

    def score(self, item_id: str, **scores: float) -> None:
        """Add scores of an item; a name written with underscores is kept with hyphens."""
        named = {name.replace("_", "-"): value for name, value in scores.items()}
        self.scores.setdefault(item_id, {}).update(named)


def build_ranking(
    evidence: Sequence[ResultBuilder],
    ranker: str,
    seed: int,
    templates: Sequence[TemplateRef] = (),
    engine: Engine | None = None,
    *,
    seconds: float,
) -> list[Ranking]:
    """The ranking each request's evidence comes to; `seconds` of the batch are shared out by prompt tokens."""
    total = sum(e.usage.prompt for e in evidence)
    rankings = []
    for e in evidence:
        share = e.usage.prompt / total if total else 1 / len(evidence)
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
                signals=e.signals,
                reply=e.reply,
                truncations=tuple(e.truncations),
                ledger=Ledger(
                    prompt_tokens=e.usage.prompt,
                    cached_tokens=e.usage.cached,
                    decoded_tokens=e.usage.decoded,
                    calls=e.calls,
                    failed=e.failed,
                    steps=e.steps or min(e.calls, 1),
                    seconds=seconds * share,
                ),
            )
        )
    return rankings


def cause(ranking: Ranking) -> str:
    """Why something could not be read, without what became of the order."""
    return ranking.reason.partition(COME_LAST)[2] or ranking.reason


def _ordered_by(e: ResultBuilder, ranker: str) -> str | None:
    """The name of the scores that decided; None where no item has such a score."""
    name = e.ordered_by or ranker
    return name if any(name in scores for scores in e.scores.values()) else None


def _outcome(e: ResultBuilder, ranker: str, seed: int) -> tuple[Status, tuple[RankedItem, ...], int]:
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
