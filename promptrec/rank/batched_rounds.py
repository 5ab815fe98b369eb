"""Batched rounds: run generator-based algorithms together, with one engine call for all that they request in a round.

A member is a generator that yields a list of requests, is sent as many answers, and returns its result.
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")
Result = TypeVar("Result")
Rounds = Generator[list[Request], list[Answer], Result]


def gather(members: Sequence[Rounds[Request, Answer, Result]]) -> Rounds[Request, Answer, list[Result]]:
    """Combine members into one generator that returns their results in order.

    Each round holds the requests of all members that have not finished, so there are as many rounds as the longest
    member has.
    """
    pending: dict[int, list[Request]] = {}
    results: dict[int, Result] = {}

    def advance(n: int, answers: list[Answer] | None) -> None:
        try:
            pending[n] = next(members[n]) if answers is None else members[n].send(answers)
        except StopIteration as stop:
            pending.pop(n, None)
            results[n] = stop.value

    for n in range(len(members)):
        advance(n, None)
    while pending:
        current = dict(pending)
        answers = yield [request for requests in current.values() for request in requests]
        start = 0
        for n, requests in current.items():
            advance(n, answers[start : start + len(requests)])
            start += len(requests)
    return [results[n] for n in range(len(members))]


def run(rounds: Rounds[Request, Answer, Result], answer: Callable[[list[Request]], list[Answer]]) -> Result:
    """Run a generator to its end, with `answer` answering each round; returns its result."""
    try:
        requests = next(rounds)
        while True:
            requests = rounds.send(answer(requests))
    except StopIteration as stop:
        result: Result = stop.value
        return result
