"""Budget of one rendering: steps and characters, counted and not timed, so that all machines refuse the same templates.

A step costs about as much as a name lookup. Each loop is charged for its body before each turn, and each filter for its
input and output, so a template that would run for ever, or fill the memory, ends with an error within about a second.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import jinja2
from jinja2.filters import make_attrgetter
from jinja2.runtime import Context
from jinja2.utils import _PassArg

from promptrec.errors import InvalidValue
from promptrec.template.context import Listed

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


Function = Callable[..., Any]

PRINTABLE = (str, int, float, Listed, type(None))
CALL = 10
LOOKUP = 5
# Additional steps of filters that use locale data or a tokenizer.
SLOW = {"date": 200, "price": 200, "shorten": 100}
# Characters charged for each character read: tokenizers are slow.
READING = {"shorten": 8}
TEXT_FILTERS = frozenset(
    "capitalize date escape lower price replace sentences shorten string title trim truncate upper wordcount "
    "year".split()
)
EAGER_FILTERS = frozenset({"sort", "unique"})
LIST_FILTERS = EAGER_FILTERS | frozenset("list map reject rejectattr reverse select selectattr".split())
COMPARISONS = frozenset("in eq ne lt le gt ge".split())
# More decimal places are of no use in a prompt.
MOST_DIGITS = 18


def to_text(value: Any) -> str:  # noqa: ANN401 - what an expression may hold
    """A value as text.

    Raises:
        UndefinedError: a missing value.
        InvalidValue: a list, a table, or another Python object.
    """
    if isinstance(value, PRINTABLE):
        return str(value)
    if isinstance(value, jinja2.Undefined):
        return str(value)  # raises, except for {{ 'a' if b }} without else, which is empty
    raise InvalidValue("not-printable")


def budgeted_filter(name: str, function: Function) -> Function:
    """Wrap a filter: charge its input before it runs, and its output after."""

    @jinja2.pass_context
    def pay(context: Context, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        budget = budget_of(context)
        budget.spend(CALL + SLOW.get(name, 0))
        for given in (*args, *kwargs.values()):
            budget.weigh(given)
        entry = ENTRY + CALL + sum(map(_per_entry, (*args, *kwargs.values())))
        if name in TEXT_FILTERS:
            value = to_text(value)
            budget.spend(0, READING.get(name, 1) * len(value))
        elif name in LIST_FILTERS:
            value = _entries(value, budget, entry, eager=name in EAGER_FILTERS)
        try:
            if name in BEFORE:
                BEFORE[name](budget, value, *args, **kwargs)
            out = function(*_passed(function, context), value, *args, **kwargs)
        except (TypeError, AttributeError, OverflowError):
            raise InvalidValue("filter-value", name=name) from None
        if isinstance(out, Iterator):
            return budget.each(out, entry)
        if name in TEXT_FILTERS:
            budget.copy_of(out)
        return out

    return pay


def budgeted_test(name: str, function: Function) -> Function:
    """Wrap a test: charge its operands, and refuse a text in place of a number."""
    if name not in COMPARISONS | {"even", "odd"}:
        return function

    @jinja2.pass_context
    def pay(context: Context, value: Any, *args: Any) -> Any:  # noqa: ANN401
        budget = budget_of(context)
        for given in (value, *args):
            budget.weigh(given)
        if name not in COMPARISONS and not isinstance(value, int | float):
            raise InvalidValue("test-for-numbers", name=name)
        return function(*_passed(function, context), value, *args)

    return pay


@jinja2.pass_context
def join(context: Context, value: Any, d: str = "", attribute: str | int | None = None) -> str:  # noqa: ANN401
    """Join the texts of a list, or one attribute of each entry."""
    budget = budget_of(context)
    budget.weigh(attribute)
    steps = ENTRY + CALL + _per_entry(attribute)
    if attribute is not None:
        value = map(make_attrgetter(context.environment, attribute), value)
    texts = [to_text(entry) for entry in budget.each(value, steps)]
    between = to_text(d)
    budget.spend(0, sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


def _per_entry(given: Any) -> int:  # noqa: ANN401
    """Steps for each entry of a list: an argument may name attributes to look up, as in "a.b,c"."""
    if not isinstance(given, str):
        return 0
    return len(given) // CHARACTERS_A_STEP + LOOKUP * (given.count(".") + given.count(","))


def _entries(value: Any, budget: Budget, entry: int, *, eager: bool) -> Any:  # noqa: ANN401
    """Charged entries of a list. An iterator is charged as it is read, unless `eager`."""
    if eager:
        value = list(budget.each(value, entry))
        budget.weigh(value)
    elif isinstance(value, str | list | tuple | Mapping):
        budget.spend(entry * len(value))
    return value


def _before_replace(budget: Budget, value: str, old: Any, new: Any, count: int | None = None) -> None:  # noqa: ANN401
    found = value.count(to_text(old))
    times = found if count is None or count < 0 else min(found, count)
    budget.spend(0, times * len(to_text(new)))


def _before_trim(budget: Budget, value: str, chars: str | None = None) -> None:
    budget.spend(0, len(value) * len(chars or ""))


def _before_round(budget: Budget, value: Any, precision: int = 0, method: str = "common") -> None:  # noqa: ANN401
    if not isinstance(precision, int) or abs(precision) > MOST_DIGITS:
        raise InvalidValue("round-places", most=MOST_DIGITS, got=repr(precision))


BEFORE: Mapping[str, Callable[..., None]] = {"replace": _before_replace, "trim": _before_trim, "round": _before_round}


def _passed(function: Function, context: Context) -> tuple[Any, ...]:
    """Arguments that a filter of Jinja takes before its value."""
    pass_arg = _PassArg.from_obj(function)
    if pass_arg is None:
        return ()
    return ({"context": context, "eval_context": context.eval_ctx, "environment": context.environment}[pass_arg.name],)
