"""Budget of one rendering: steps and characters, counted and not timed, so that all machines refuse the same templates.

A step costs about as much as a name lookup. Each loop is charged for its body before each turn, and each filter for its
input and output, so a template that would run for ever, or fill the memory, ends with an error within about a second.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2.runtime import Context

from promptrec.errors import InvalidValue

# A list prompt of 1,000 items with ten fields each takes about a third of it.
MOST_STEPS = 1_000_000
# Of all texts made during a rendering, also those that are not shown.
MOST_CHARACTERS = 4_000_000
# Name of the budget in the context; a template cannot write it.
BUDGET = "_budget"
# Steps for an entry of a list that is copied, sorted or filtered.
ENTRY = 8
# Steps for one call of `weigh`, which takes longer than reading the text.
CALL_STEPS = 5
# Texts are compared and hashed much faster than they are changed.
CHARACTERS_A_STEP = 64


class OverBudget(InvalidValue):
    """The budget of a rendering is spent."""


class Budget:
    """Remaining steps and characters of one rendering."""

    __slots__ = ("characters", "steps")

    def __init__(self, steps: int = MOST_STEPS, characters: int = MOST_CHARACTERS) -> None:
        self.steps = steps
        self.characters = characters

    def spend(self, steps: int, characters: int = 0) -> None:
        """Charge steps and characters, before the operation if its cost is known.

        Raises:
            OverBudget: too little is left. All later charges of this budget fail too.
        """
        self.steps -= steps
        self.characters -= characters
        if self.steps < 0:
            raise OverBudget("too-many-steps", steps=MOST_STEPS)
        if self.characters < 0:
            raise OverBudget("too-many-characters-made", characters=MOST_CHARACTERS)

    def weigh(self, value: Any) -> None:  # noqa: ANN401 - what a template may hold
        """Charge for reading all of a value; a nested list is charged as often as it occurs.

        A list that has another list twice, which has another twice, and so on, is small in memory but takes exponential
        time to compare, sort or print.
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
        """Charge for a shallow copy of a text or a list."""
        if isinstance(value, str):
            self.spend(1, len(value))
        elif isinstance(value, list | tuple | Mapping):
            self.spend(ENTRY * len(value))

    def each(self, values: Iterable[Any], steps: int) -> Iterator[Any]:
        """Iterate over values, and charge each."""
        for value in values:
            self.spend(steps)
            yield value


def budget_of(context: Context) -> Budget:
    """Budget of the rendering of a context."""
    budget: Budget = context.parent[BUDGET]
    return budget
