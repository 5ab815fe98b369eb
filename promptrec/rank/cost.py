"""Cost plan: what a ranker will cost for many queries, from ranking some of them with a dry-run engine."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pydantic import computed_field

from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.data.record import Record
from promptrec.engine.base import Usage
from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.errors import InputError
from promptrec.messages import Reason, message
from promptrec.rank.ranking import Ranking

# Titles that a made-up query names.
LIKED = 3
# Counts of a Usage that grow with the number of queries.
SCALED = ("prompt_tokens", "cached_tokens", "decoded_tokens", "calls")


@dataclass(frozen=True)
class Speed:
    """Tokens per second of a machine: prompt tokens that no cache held, and written tokens."""

    reading: float
    writing: float | None = None

    def __post_init__(self) -> None:
        for name, speed in (("reading", self.reading), ("writing", self.writing)):
            if speed is not None and not speed > 0:
                raise InputError("speed-not-positive", what=name, speed=f"{speed:g}")

    def seconds(self, usage: Usage) -> float | None:
        """Time for this usage; None where text is written and the writing speed is unknown."""
        read = (usage.prompt_tokens - usage.cached_tokens) / self.reading
        if usage.decoded_tokens == 0:
            return read
        return None if self.writing is None else read + usage.decoded_tokens / self.writing


class Plan(Record):
    """Expected cost of a ranker.

    Tokens are exact if every query was counted and no prompt depends on an answer: answers are made up. Made-up answers
    agree only by chance, so listwise-shifts, which stops when answers agree, is priced almost at its most: 94 % of
    four prompts with 8 candidates, 98 % with 20. A model that answers clearly costs less.
    """

    ranker: str
    model: str
    engine: str
    users: int
    """Number of queries the plan is for."""
    sampled: int
    """Number of queries that were counted."""
    candidates: float
    """Mean number of candidates per query."""
    total: Usage
    """Cost of all queries. `decoded_tokens` is an upper bound; `seconds` is 0 where no speed is known."""
    seconds: float | None = None
    """Time for all queries; None where no speed is known."""
    problem: Reason = Reason()
    """Why some of the queries cannot be ranked."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def per_user(self) -> dict[str, float]:
        """Mean tokens, calls and steps per query."""
        return {name: getattr(self.total, name) / self.users for name in (*SCALED, "steps")}

    @property
    def counts_all(self) -> bool:
        """Whether every query was counted."""
        return self.sampled == self.users


def plan(
    name: str,
    run: Callable[[Sequence[RankRequest]], Iterable[Ranking]],
    engine: DryRunEngine,
    requests: Sequence[RankRequest],
    *,
    users: int | None = None,
    items: float | None = None,
    speed: Speed | None = None,
) -> Plan:
    """Price a ranker by ranking some queries with a dry-run engine.

    Item scores that are cached, such as log P(item | empty profile), cost nothing from the second query on. So the same
    queries are ranked twice by the same ranker: the second pass is what queries cost, the difference what items cost.

    Args:
        name: of the ranker.
        run: ranks requests with `engine`: `Recommender.run` of a recommender that was not used yet.
        engine: that counts tokens.
        requests: a sample of the queries with their candidates.
        users: number of queries to price; None for those of `requests` alone.
        items: number of different items among the candidates of all queries.
        speed: of the machine, if it is known.

    Raises:
        InputError: no requests, or fewer users than requests.
    """
    users = len(requests) if users is None else users
    if not requests or users < len(requests):
        raise InputError("plan-of-too-few", users=users, count=len(requests))
    engine.reset()
    rankings = list(run(requests))
    total = _sum(rankings)
    steps = total.steps * users / len(requests)
    if users > len(requests):
        engine.reset()
        total = _scale(requests, total, _sum(run(requests)), users, items)
    seconds = speed and speed.seconds(total)
    return Plan(
        ranker=name,
        model=engine.model_id,
        engine=engine.name,
        users=users,
        sampled=len(requests),
        candidates=sum(len(request.candidates) for request in requests) / len(requests),
        total=replace(total, steps=round(steps), seconds=seconds or 0.0),
        seconds=seconds,
        problem=next((ranking.reason for ranking in rankings if ranking.status == "failed"), Reason()),
    )


def sample_requests(catalog: Catalog, people: int, candidates: int, seed: int = 0) -> tuple[RankRequest, ...]:
    """Made-up queries, each with three titles as preferences and random candidates of the catalogue.

    Args:
        catalog: where titles and candidates come from.
        people: number of queries.
        candidates: number of candidates per query.
        seed: of the random draws.

    Raises:
        InputError: a number below 1, or more candidates than the catalogue has items.
    """
    if people < 1 or not 1 <= candidates <= len(catalog):
        drawn = {"people": people, "candidates": candidates, "count": len(catalog), "catalog": catalog.name}
        raise InputError(message("people-cannot-be-drawn", **drawn))
    items = list(catalog)
    draw = random.Random(seed)
    requests = []
    for n in range(people):
        liked = draw.sample(items, min(LIKED, len(items)))
        words = ", ".join(item.title for item in liked)
        requests.append(RankRequest(Query(preferences=words, query_id=f"{n}"), tuple(draw.sample(items, candidates))))
    return tuple(requests)


def expected_items(catalog: Catalog, users: int, candidates: int) -> float:
    """Expected number of different items among the candidates of `users` random requests."""
    return len(catalog) * (1 - (1 - candidates / len(catalog)) ** users)


def _sum(rankings: Iterable[Ranking]) -> Usage:
    return sum((ranking.usage for ranking in rankings), Usage())


def _scale(requests: Sequence[RankRequest], first: Usage, again: Usage, users: int, items: float | None) -> Usage:
    """Cost of all queries, from that of a sample in the first pass and in the second, where its items are cached."""
    sampled_items = len({item.item_id for request in requests for item in request.candidates})
    item_factor = 1.0 if items is None else items / sampled_items
    scaled = {}
    for name in SCALED:
        before, after = getattr(first, name), getattr(again, name)
        scaled[name] = round(after * users / len(requests) + (before - after) * item_factor)
    return Usage(**scaled)
