"""Many questions that wait for answers, asked together: what all of them need next is one call of the model.

An asking is a generator. It yields a list of what it wants to know, is sent as many answers, and returns what it
made of them.
"""

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

Wanted = TypeVar("Wanted")
Answer = TypeVar("Answer")
Outcome = TypeVar("Outcome")
Rounds = Generator[list[Wanted], list[Answer], Outcome]


def together(askings: Sequence[Rounds[Wanted, Answer, Outcome]]) -> Rounds[Wanted, Answer, list[Outcome]]:
    """One asking made of many: each round wants what all that have not finished want next.

    It takes as many rounds as its longest member alone, and returns their outcomes in order.
    """
    waiting: dict[int, list[Wanted]] = {}
    outcomes: dict[int, Outcome] = {}

    def advance(n: int, answers: list[Answer] | None) -> None:
        try:
            waiting[n] = next(askings[n]) if answers is None else askings[n].send(answers)
        except StopIteration as stop:
            waiting.pop(n, None)
            outcomes[n] = stop.value

    for n in range(len(askings)):
        advance(n, None)
    while waiting:
        asked = dict(waiting)
        answers = yield [wanted for wants in asked.values() for wanted in wants]
        start = 0
        for n, wants in asked.items():
            advance(n, answers[start : start + len(wants)])
            start += len(wants)
    return [outcomes[n] for n in range(len(askings))]


def answered(asking: Rounds[Wanted, Answer, Outcome], answer: Callable[[list[Wanted]], list[Answer]]) -> Outcome:
    """What an asking comes to when `answer` answers each of its rounds."""
    try:
        wanted = next(asking)
        while True:
            wanted = asking.send(answer(wanted))
    except StopIteration as stop:
        outcome: Outcome = stop.value
        return outcome
