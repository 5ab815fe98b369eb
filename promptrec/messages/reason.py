"""`Reason`: why something is as it is, as English text that can also be read in Chinese."""

from collections.abc import Callable
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from promptrec.messages.catalogue import Message, message

CLAUSE_SEPARATORS = {"en": "; ", "zh": "；"}


class Reason(str):
    """English text of one or more messages, as a string; files keep the text alone.

    Args:
        parts: messages, other reasons, or words of another library, which stay as they are. Empty ones are left out.
    """

    messages: tuple[Message | str, ...]
    """The messages that the text is made of, by which a program can tell reasons apart."""

    def __new__(cls, *parts: Message | str) -> Self:
        """Join the parts."""
        flat = [m for part in parts for m in (part.messages if isinstance(part, Reason) else (part,)) if m]
        reason = super().__new__(cls, _joined(flat, "en"))
        reason.messages = tuple(flat)
        return reason

    def text(self, language: str = "en") -> str:
        """The reason in "en" or "zh"."""
        return _joined(self.messages, language)

    @property
    def message(self) -> Message:
        """The reason as one message, with which an error can be raised."""
        first = self.messages[0] if len(self.messages) == 1 else self
        return first if isinstance(first, Message) else message("free-text", text=self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.messages

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        def validate(value: object, inner: Callable[[object], str]) -> "Reason":
            return value if isinstance(value, cls) else cls(inner(value))

        return core_schema.no_info_wrap_validator_function(validate, core_schema.str_schema())


def reason(code: str, /, **slots: object) -> Reason:
    """The reason of one code of the catalogue, with the values of its slots."""
    return Reason(message(code, **slots))


def _joined(messages: list[Message | str] | tuple[Message | str, ...], language: str) -> str:
    return CLAUSE_SEPARATORS[language].join(m.text(language) if isinstance(m, Message) else m for m in messages)
