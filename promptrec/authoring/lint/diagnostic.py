"""`Diagnostic`: one thing that is wrong with a template, where it stands, and how to mend it."""

from typing import Literal, Self

from pydantic import Field, PositiveInt

from promptrec.data.record import Record
from promptrec.messages import Message

Severity = Literal["error", "warning"]


class Diagnostic(Record):
    """One fault, in words for someone who knows their field and not computers.

    rule: its name, such as unknown-name. line: of the file `path`, counted from 1, header included. An error makes
    rankings wrong or impossible; a warning makes them worse or slower, or is likely not what was meant. message and
    suggestion are English; chinese: both in Chinese, which JSON leaves out.
    """

    rule: str
    path: str
    line: PositiveInt
    message: str
    suggestion: str
    severity: Severity = "error"
    chinese: tuple[str, str] | None = Field(default=None, exclude=True, repr=False)

    @classmethod
    def from_message(cls, message: Message, path: str, line: int, *, rule: str, severity: Severity = "error") -> Self:
        """A diagnostic in both languages, with the hint that the catalogue has for its message."""
        return cls(
            rule=rule,
            path=path,
            line=line,
            message=message.short("en"),
            suggestion=message.hint("en"),
            severity=severity,
            chinese=(message.short("zh"), message.hint("zh")),
        )

    def text(self, language: str) -> tuple[str, str]:
        """What is wrong and how to mend it, in "en" or "zh"; English where it was read from JSON."""
        return self.chinese if language == "zh" and self.chinese else (self.message, self.suggestion)

    def __str__(self) -> str:
        """As one line."""
        return f"{self.path}:{self.line}: {self.message}; {self.suggestion}"
