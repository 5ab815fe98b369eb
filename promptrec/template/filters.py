"""Template filters of promptrec: dates, prices, sentences and lengths, by language."""

import datetime
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import jinja2
from babel.dates import format_date
from babel.numbers import UnknownCurrencyError, format_currency, get_currency_precision, validate_currency

from promptrec.errors import InvalidValue
from promptrec.template.spans import CLOSE, OPEN

LOCALES = {"en": "en", "zh": "zh_Hans_CN"}
CURRENCIES = {"en": "USD", "zh": "CNY"}
MOST_DIGITS = 15
LONGEST_NUMBER = 60
YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")
FULL_STOPS = {"en": ".", "zh": "。"}
BETWEEN_SENTENCES = {"en": " ", "zh": ""}
WITHOUT_MARKS = dict.fromkeys(map(ord, OPEN + CLOSE))
SENTENCE_ENDS = tuple(".!?…。！？؟।")
CLOSING_SIGNS = "\"'”’»)]）】」』"
# Name of the shortening function in the context; a template cannot write it.
SHORTEN = "_shortened"

Shorten = Callable[[str, int], str]
"""Function from a text and a number of tokens to the shortened text."""


@jinja2.pass_context
def shorten(context: jinja2.runtime.Context, value: Any, tokens: int) -> str:  # noqa: ANN401 - what a field may hold
    """At most `tokens` tokens of a text, by the model's tokenizer."""
    if not isinstance(tokens, int) or tokens < 1:
        raise InvalidValue("shorten-tokens", got=repr(tokens))
    shorten_text = context.get(SHORTEN)
    return shorten_text(str(value), tokens) if shorten_text else str(value)


def year(value: Any) -> str:  # noqa: ANN401
    """Year in a number, a date or a text; empty if there is none."""
    found = YEAR.search(str(value))
    return found.group() if found else ""


def lines_of(text: str) -> list[str]:
    """Lines of rendered text. A line end within the marks of untrusted text does not separate lines."""
    out, depth = [""], 0
    for piece in re.split(f"([{OPEN}{CLOSE}\n])", text):
        depth += (piece == OPEN) - (piece == CLOSE)
        if piece == "\n" and depth == 0:
            out.append("")
        else:
            out[-1] += piece
    return out


def language_filters(language: str) -> dict[str, Callable[..., Any]]:
    """The filters by name, for a language ("en" or "zh")."""

    def date(value: Any) -> str:  # noqa: ANN401
        """A date such as 2024-05-01 in words; what is no date stays as it is."""
        try:
            day = datetime.date.fromisoformat(str(value).strip()[:10])
        except ValueError:
            return str(value)
        return str(format_date(day, format="long", locale=LOCALES[language]))

    def price(value: Any, currency: str = CURRENCIES[language]) -> str:  # noqa: ANN401
        """An amount with its currency, an ISO 4217 code; what is no number stays as it is."""
        try:
            validate_currency(currency)
        except UnknownCurrencyError:
            raise InvalidValue("price-currency", got=repr(currency)) from None
        text = str(value).strip()
        try:
            amount = Decimal(text if len(text) <= LONGEST_NUMBER else "NaN")
        except InvalidOperation:
            return str(value)
        # What has more digits than any price would be written out digit by digit.
        if not amount.is_finite() or abs(amount.adjusted()) > MOST_DIGITS:
            return str(value)
        is_round = amount == amount.to_integral_value() and get_currency_precision(currency) > 0
        shape = "¤#,##0" if is_round else None
        return str(format_currency(amount, currency, shape, locale=LOCALES[language], currency_digits=not is_round))

    def sentences(text: str) -> str:
        """Each line of a text as a sentence of its own, behind the one before; lines that say nothing are left out.

        A line gets a full stop where it has none and another follows it. The last stays as it is.
        """
        shown = [(line.strip(), line.translate(WITHOUT_MARKS).strip()) for line in lines_of(text)]
        shown = [(line, seen) for line, seen in shown if seen]
        for place, (line, seen) in enumerate(shown[:-1]):
            if not seen.rstrip(CLOSING_SIGNS).endswith(SENTENCE_ENDS):
                shown[place] = (line + FULL_STOPS[language], seen)
        return BETWEEN_SENTENCES[language].join(line for line, _ in shown)

    return {"sentences": sentences, "shorten": shorten, "year": year, "date": date, "price": price}
