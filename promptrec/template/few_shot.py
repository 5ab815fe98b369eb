"""Few-shot examples: queries with known right items, from a file beside the template.

Each line of the file has a query, some items, and the titles of the right ones, best first:

    {"preferences": "something light with oysters", "items": [{"title": "Muscadet"}, {"title": "Barolo"}],
     "right": ["Muscadet"]}

One file is for every kind of template. The position of the right item rotates over the examples, and yes and no
alternate, so that the examples favour no position and no word.
"""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError

from promptrec.data.item import Item
from promptrec.data.query import Query
from promptrec.data.record import Record
from promptrec.errors import InputError, InvalidValue, TemplateError
from promptrec.messages import Message, message

MOST_ITEMS = 26
# Messages for pydantic's error types.
FIELD_ERRORS = {
    "tuple_type": "{got!r} is no list",
    "dict_type": "{got!r} is no item or table",
    "mapping_type": "{got!r} is no table",
    "string_type": "{got!r} is no text",
    "too_short": "there are too few",
    "too_long": "there are too many",
}


class Example(Record):
    """One query, its candidates and the titles of the right ones."""

    preferences: str = ""
    history: tuple[str, ...] = ()
    context: str = ""
    attributes: Mapping[str, str] = Field(default_factory=dict)
    items: tuple[Mapping[str, Any], ...] = Field(min_length=2, max_length=MOST_ITEMS)
    right: tuple[str, ...] = Field(min_length=1)

    @property
    def query(self) -> Query:
        """The query."""
        row = {"preferences": self.preferences, "history": self.history, "context": self.context}
        return Query(**row, attributes=dict(self.attributes))

    def ordered(self) -> list[Item]:
        """Items in the ideal order: the right ones first, best first."""
        items = [_item(n, row) for n, row in enumerate(self.items)]
        places = {title: n for n, title in enumerate(self.right)}
        return sorted(items, key=lambda item: places.get(item.title, len(places)))


def read_examples(text: str, path: str) -> tuple[Example, ...]:
    """Read the examples of a file.

    Raises:
        TemplateError: an invalid line, with file, line and field.
    """
    out = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise InvalidValue("not-an-example", why="a line is one whole example in braces")
            example = Example.model_validate(row)
            if example.query.is_empty:  # a query also refuses invalid text
                raise InvalidValue("example-without-person")
            titles = {item.title for item in example.ordered()}
        except ValidationError as error:
            raise TemplateError(_first_error(error), path=path, line=number) from None
        except json.JSONDecodeError as error:
            why = f"{error.msg}, at character {error.colno}"
            raise TemplateError("not-an-example", path=path, line=number, why=why) from None
        except InvalidValue as error:
            raise TemplateError(Message(error.code, error.slots), path=path, line=number) from None
        except InputError as error:
            code = "example-item-without-title" if error.code == "item-without-title" else "not-an-example"
            raise TemplateError(code, path=path, line=number, why=error.message) from None
        except (ValueError, RecursionError, TypeError) as error:
            raise TemplateError("not-an-example", path=path, line=number, why=str(error)) from None
        missing = [title for title in example.right if title not in titles]
        if missing:
            raise TemplateError("example-right", path=path, line=number, title=missing[0])
        out.append(example)
    return tuple(out)


def rotate_items(example: Example, turn: int) -> list[Item]:
    """Rotate the items so that the best one is at position `turn` (modulo their number)."""
    best, *others = example.ordered()
    slot = turn % (len(others) + 1)
    return [*others[:slot], best, *others[slot:]]


def item_and_answer(example: Example, turn: int, good: str, bad: str) -> tuple[Item, str]:
    """An item and its right answer word: the best item and the last item alternate."""
    items = example.ordered()
    return (items[0], good) if turn % 2 == 0 else (items[-1], bad)


def _first_error(error: ValidationError) -> Message:
    """Message for the first problem of a line."""
    first = error.errors()[0]
    field = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return message("example-unknown-field", name=field, known=tuple(Example.model_fields))
    if first["type"] == "missing":
        return message("example-field-missing", field=field)
    why = FIELD_ERRORS.get(first["type"], "{msg}").format(msg=first["msg"], got=first["input"])
    return message("example-field", field=field, why=why)


def _item(number: int, row: Mapping[str, Any]) -> Item:
    fields = {name: tuple(v) if isinstance(v, list) else v for name, v in row.items() if name != "title"}
    return Item(item_id=str(number), title=str(row.get("title", "")), fields=fields)
