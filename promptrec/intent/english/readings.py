"""A condition that was found in words, and an amount with its comparison."""

from dataclasses import dataclass
from typing import cast, get_args

from promptrec.data.intent import Operator
from promptrec.intent.english.amounts import Amount

Value = float | tuple[float, float] | str
_IN_YEARS = {"older": "<", "newer": ">", "not older": ">=", "not newer": "<=", "or older": "<=", "or newer": ">="}
_IN_AGES = {"older": ">", "newer": "<", "not older": "<=", "not newer": ">=", "or older": ">=", "or newer": "<="}


@dataclass(frozen=True)
class Reading:
    """A condition found in the words `first` to `last` - 1."""

    field: str
    operator: Operator
    value: Value
    unit: str | None
    first: int
    last: int
    soft: bool = False


@dataclass(frozen=True)
class Compared:
    """An amount with its comparison; `first` and `last` include the words of the comparison."""

    amount: Amount
    operator: str
    first: int
    last: int

    def of(self, field: str, unit: str | None = None, default: str = "=") -> Reading:
        """The condition on a field; `default` is the operator where nothing compares."""
        amount, operator = self.amount, self.operator or default
        operator = (_IN_YEARS if field == "year" else _IN_AGES).get(operator, operator)
        value: Value = amount.low
        if amount.high is not None and operator in ("=", "between", "about", ">=", ""):
            operator, value = "between", (amount.low, amount.high)
        elif amount.high is not None:
            value = amount.high
        if operator not in get_args(Operator) or (operator == "between" and amount.high is None):
            operator = "="
        return Reading(field, cast(Operator, operator), value, unit, self.first, self.last, soft=operator == "about")
