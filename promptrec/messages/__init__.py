"""Catalogue of all messages by code, in English and Chinese: the YAML files of this folder, merged.

An entry has `en` and, where the linter or the studio can show it, `zh`; `hint` says what to do, in both languages;
`short` is the English of the linter where it differs from the exception's; `rule` is the linter's name for it; `when`
is a pattern of another library's words that the entry explains. `$name` is a slot, `${name!r}` one in quotes and
`${name:,}` a number with separators.
"""

from promptrec.messages.catalogue import (
    LANGUAGES,
    LIST_SEPARATORS,
    Message,
    Slot,
    entry,
    is_code,
    message,
    recognise,
    slot_of,
)
from promptrec.messages.reason import Reason, reason

__all__ = [
    "LANGUAGES",
    "LIST_SEPARATORS",
    "Message",
    "Reason",
    "Slot",
    "entry",
    "is_code",
    "message",
    "reason",
    "recognise",
    "slot_of",
]
