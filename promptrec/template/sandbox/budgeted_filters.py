"""Filters and tests of templates, charged to the budget of the rendering."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jinja2
from jinja2.filters import make_attrgetter
from jinja2.runtime import Context
from jinja2.utils import _PassArg

from promptrec.errors import InvalidValue
from promptrec.template.context import Listed
from promptrec.template.sandbox.budget import CHARACTERS_A_STEP, ENTRY, Budget, budget_of

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


BEFORE: Mapping[str, Callable[..., None]] = {
    "replace": _before_replace,
    "trim": _before_trim,
    "round": _before_round,
}


def _passed(function: Function, context: Context) -> tuple[Any, ...]:
    """Arguments that a filter of Jinja takes before its value."""
    pass_arg = _PassArg.from_obj(function)
    if pass_arg is None:
        return ()
    return ({"context": context, "eval_context": context.eval_ctx, "environment": context.environment}[pass_arg.name],)
