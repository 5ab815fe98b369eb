"""`Plan`: what a way of ranking will cost, counted by ranking a few people with an engine that reads nothing."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from promptrec.data.catalog import Catalog
from promptrec.data.query import Query, RankRequest
from promptrec.engine.dry_run.engine import DryRunEngine
from promptrec.errors import InputError
from promptrec.rank.ranking import Ranking

# How many titles a made-up person names.
LIKED = 3
# Of each field of a Cost, in their order.
Counts = tuple[float, ...]


@dataclass(frozen=True)
class Speed:
    """Tokens a second: of those that are read and not taken from a cache, and of those that are written."""

    reading: float
    writing: float | None = None

    def __post_init__(self) -> None:
        for name, speed in (("reading", self.reading), ("writing", self.writing)):
            if speed is not None and not speed > 0:
                raise InputError(f"the speed of {name} must be above 0 tokens a second, got {speed:g}")

    def seconds(self, cost: "Cost") -> float | None:
        """How long it takes; None where text is written and nobody said how fast."""
        read = (cost.prompt_tokens - cost.cached_tokens) / self.reading
        if cost.decoded_tokens == 0:
            return read
        return None if self.writing is None else read + cost.decoded_tokens / self.writing


class Cost(BaseModel):
    """Tokens and calls, as a ranking's ledger counts them; `decoded_tokens` are the most that might be written."""

    model_config = ConfigDict(frozen=True)

    prompt_tokens: float
    cached_tokens: float
    decoded_tokens: float
    calls: float


class Plan(BaseModel):
    """What `ranker` will cost for `users` people, from `sampled` of them.

    Tokens are exact where that is all of them and no prompt depends on an answer: those are made up. Made-up answers
    agree only by chance, so listwise-shifts, which stops when answers agree, is priced almost at its most: 94 % of
    four prompts with 8 candidates, 98 % with 20. A model that answers clearly costs less.

    `steps` is how many rounds of asking one person needs that wait on one another, and `candidates` how many each has,
    both as means. `seconds` is None where no speed is known. `problem` says why the ranker cannot rank some of them.
    """

    model_config = ConfigDict(frozen=True)

    ranker: str
    model: str
    engine: str
    users: int
    sampled: int
    candidates: float
    per_user: Cost
    total: Cost
    steps: float
    seconds: float | None = None
    problem: str = ""

    @property
    def counts_all(self) -> bool:
        """Whether everybody's prompts were written to count them."""
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
    """Price a way of ranking by letting it rank some people.

    What it reads once for each item, such as an item's likelihood to nobody in particular, does not grow with the
    number of people. So the same people are ranked a second time by the same ranker, whose memory then holds their
    items: that is what a person costs, and the difference is what their items cost.

    Args:
        name: of the ranker.
        run: ranks requests with `engine`: `Recommender.run` of a recommender that was not used yet.
        engine: what it reads with.
        requests: some of the people, with their candidates: the first of them, or a fair sample.
        users: how many people there will be; None for those of `requests` alone.
        items: how many different items all of them will be asked about.
        speed: of the machine, if it is known.

    Raises:
        InputError: no requests, or fewer users than requests.
    """
    users = len(requests) if users is None else users
    if not requests or users < len(requests):
        raise InputError(f"a plan for {users} people needs some of them to count, not {len(requests)}")
    engine.forget()
    rankings = list(run(requests))
    total = _sum(rankings)
    if users > len(requests):
        engine.forget()
        total = _scaled(requests, total, _sum(run(requests)), users, items)
    cost = _cost(total)
    return Plan(
        ranker=name,
        model=engine.model_id,
        engine=engine.name,
        users=users,
        sampled=len(requests),
        candidates=sum(len(request.candidates) for request in requests) / len(requests),
        per_user=_cost(tuple(n / users for n in total)),
        total=cost,
        steps=sum(ranking.ledger.steps for ranking in rankings) / len(requests),
        seconds=speed and speed.seconds(cost),
        problem=next((ranking.reason for ranking in rankings if ranking.status == "failed"), ""),
    )


def sample_requests(catalog: Catalog, people: int, candidates: int, seed: int = 0) -> tuple[RankRequest, ...]:
    """Made-up people: each names three titles of the catalogue, and has as many items of it as candidates.

    Raises:
        InputError: a number below 1, or more candidates than the catalogue has items.
    """
    if people < 1 or not 1 <= candidates <= len(catalog):
        raise InputError(
            f"{people} people with {candidates} candidates each cannot be drawn: give at least 1 of both, and at most "
            f"the {len(catalog)} items of {catalog.name} as candidates"
        )
    items = list(catalog)
    draw = random.Random(seed)
    requests = []
    for n in range(people):
        liked = draw.sample(items, min(LIKED, len(items)))
        words = ", ".join(item.title for item in liked)
        requests.append(RankRequest(Query(preferences=words, query_id=f"{n}"), tuple(draw.sample(items, candidates))))
    return tuple(requests)


def expected_items(catalog: Catalog, users: int, candidates: int) -> float:
    """How many different items that many draws of candidates are expected to hold."""
    return len(catalog) * (1 - (1 - candidates / len(catalog)) ** users)


def _sum(rankings: Iterable[Ranking]) -> Counts:
    """Prompt, cached and decoded tokens and calls of all."""
    ledgers = [ranking.ledger for ranking in rankings]
    return (
        sum(ledger.prompt_tokens for ledger in ledgers),
        sum(ledger.cached_tokens for ledger in ledgers),
        sum(ledger.decoded_tokens for ledger in ledgers),
        sum(ledger.calls for ledger in ledgers),
    )


def _scaled(requests: Sequence[RankRequest], first: Counts, again: Counts, users: int, items: float | None) -> Counts:
    """The cost for all, from that of a few people and from their cost when their items are known already."""
    asked = len({item.item_id for request in requests for item in request.candidates})
    more = 1.0 if items is None else items / asked
    return tuple(a * users / len(requests) + (f - a) * more for f, a in zip(first, again, strict=True))


def _cost(counts: Counts) -> Cost:
    return Cost(**dict(zip(Cost.model_fields, counts, strict=True)))
