"""What one rendering may cost: steps and characters, counted and not timed, so that every machine refuses the same.

A step is about as much as looking up a name. Each loop pays for its body before each turn, each filter for what it
reads and writes, so a template that would run for ever, or fill the memory, ends with an error within about a second.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2.runtime import Context

from promptrec.errors import InvalidValue

# A list prompt of 1,000 items with ten fields each takes about a third of it.
MOST_STEPS = 1_000_000
# Of all texts that are made on the way, among them those that are not shown.
MOST_CHARACTERS = 4_000_000
# The name of the budget among the values a template is told; it cannot be written in one.
BUDGET = "_budget"
# What an entry of a list costs that is copied, sorted or filtered.
ENTRY = 8
# What it costs that a single text is weighed: the call takes longer than reading the text.
CALL_STEPS = 5
# Texts are compared and hashed much faster than they are changed.
CHARACTERS_A_STEP = 64


class OverBudget(InvalidValue):
    """A template that costs more than any prompt needs."""


class Budget:
    """What is left of the steps and characters of one rendering."""

    __slots__ = ("characters", "steps")

    def __init__(self, steps: int = MOST_STEPS, characters: int = MOST_CHARACTERS) -> None:
        self.steps = steps
        self.characters = characters

    def spend(self, steps: int, characters: int = 0) -> None:
        """Pay, before the thing is done wherever its cost is known beforehand.

        Raises:
            OverBudget: there is not enough left; nothing more can be done with this budget then.
        """
        self.steps -= steps
        self.characters -= characters
        if self.steps < 0:
            raise OverBudget("too-many-steps", steps=MOST_STEPS)
        if self.characters < 0:
            raise OverBudget("too-many-characters-made", characters=MOST_CHARACTERS)

    def weigh(self, value: Any) -> None:  # noqa: ANN401 - what a template may hold
        """Pay for looking at all of a value, lists within lists as often as they stand there.

        A list that holds a list twice, which holds a list twice, and so on, is small in memory and beyond all measure
        for whoever compares, sorts or prints it.
        """
        if isinstance(value, str):
            self.spend(CALL_STEPS + len(value) // CHARACTERS_A_STEP)
            return
        waiting = [value]
        while waiting:
            value = waiting.pop()
            if isinstance(value, str):
                self.spend(1 + len(value) // CHARACTERS_A_STEP)
            elif isinstance(value, Mapping):
                self.spend(1 + 2 * len(value))
                waiting += [*value.keys(), *value.values()]
            elif isinstance(value, list | tuple):
                self.spend(1 + len(value))
                waiting += value
            else:
                self.spend(1)

    def copy_of(self, value: Any) -> None:  # noqa: ANN401
        """Pay for a copy of a text or a list, without what stands in its entries."""
        if isinstance(value, str):
            self.spend(1, len(value))
        elif isinstance(value, list | tuple | Mapping):
            self.spend(ENTRY * len(value))

    def each(self, values: Iterable[Any], steps: int) -> Iterator[Any]:
        """The values as they are asked for, each paid."""
        for value in values:
            self.spend(steps)
            yield value


def budget_of(context: Context) -> Budget:
    """The budget of the rendering that a context belongs to."""
    budget: Budget = context.parent[BUDGET]
    return budget
