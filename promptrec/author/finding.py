"""`Finding`: one thing that is wrong with a template, where it stands, and how to mend it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, PositiveInt


class Finding(BaseModel):
    """One fault, in words for someone who knows their field and not computers.

    rule: its name, such as unknown-name. line: of the file `path`, counted from 1, header included. An error makes
    rankings wrong or impossible; a warning makes them worse or slower, or is likely not what was meant.
    """

    model_config = ConfigDict(frozen=True)

    rule: str
    path: str
    line: PositiveInt
    said: str
    suggestion: str
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """As one line."""
        return f"{self.path}:{self.line}: {self.said}; {self.suggestion}"
