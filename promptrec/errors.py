"""What can go wrong for a caller, one class for each thing the caller can do about it.

Every message is one line: what was found, where (file, line, field), and what to do next.
"""

from collections.abc import Iterable

from rapidfuzz import process


class PromptrecError(Exception):
    """Base of all errors a user can mend. The command line prints its message and exits with 2."""


class InputError(PromptrecError):
    """Data, preferences or an option that cannot be used: mend the input."""


class TemplateError(PromptrecError):
    """A template that cannot be read or rendered: mend the template."""


class ModelError(PromptrecError):
    """A model that is missing or unusable: add or choose another model."""


class EngineError(PromptrecError):
    """An engine that cannot answer at all (dead server, killed process): restart or choose another engine."""


class MissingExtra(PromptrecError):
    """An optional dependency is not installed; the message holds the pip command."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"{package} is not installed: pip install 'promptrec[{extra}]'")


class UnknownName(PromptrecError):
    """A name nobody registered; the message lists the known ones, the nearest first."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        nearest = [match for match, *_ in process.extract(name, names, limit=1, score_cutoff=60)]
        hint = f" (did you mean {nearest[0]!r}?)" if nearest else ""
        listed = ", ".join(names) or "none"
        super().__init__(f"unknown {kind} {name!r}{hint}; known: {listed}")
