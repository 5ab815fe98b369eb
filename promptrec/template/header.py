"""The YAML header of a template: what it is for, and what may be shortened."""

from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from promptrec.errors import TemplateError

Kind = Literal["query-likelihood", "item-pmi", "yes-no", "listwise-labels", "listwise-text", "profile"]
LIKELIHOODS = ("query-likelihood", "item-pmi")


class Header(BaseModel):
    """What the author of a template says about it.

    kind: the ranker that asks with it; or profile, which puts a person into words for an evaluation. fields: item
    fields it uses that a catalogue may lack; they are empty then. chat: wrap it in the model's own chat format, where
    the model has one. answer: how a listwise-text reply is written. words: the yes word and the no word of a yes-no
    template. cut: what is shortened, and in which order, when a prompt is too long: query.preferences, query.context,
    query.history, or item.FIELD.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    domain: str
    language: Literal["en", "zh"]
    description: str
    fields: tuple[str, ...] = ()
    chat: bool = False
    answer: Literal["labels", "titles", "json"] = "labels"
    words: tuple[str, str] = ("Yes", "No")
    cut: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_cuts(self) -> Self:
        allowed = {"query.preferences", "query.context", "query.history", "item.title", "item.facts"}
        allowed |= {f"item.{name}" for name in self.fields}
        for name in self.cut:
            if name not in allowed:
                raise ValueError(f"cut names {name!r}; it can name {', '.join(sorted(allowed))}")
        return self


def split_header(source: str, path: str) -> tuple[Header, str, int]:
    """The header of a template's source, its body, and how many lines stand before the body.

    Raises:
        TemplateError: no header between two lines of ---, or one that says something it cannot; with line and field.
    """
    lines = source.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise TemplateError(f"{path}:1: a template starts with a YAML header between two lines of ---")
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    try:
        # The base loader reads every value as text: to YAML proper, the answer word Yes would be a truth value.
        told = yaml.load("\n".join(lines[1:end]), Loader=yaml.BaseLoader) or {}  # noqa: S506 - it builds only text
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise TemplateError(f"{path}:{line}: the header is not YAML: {getattr(error, 'problem', error)}") from None
    if not isinstance(told, dict):
        raise TemplateError(f"{path}:1: the header must be `name: value` lines")
    try:
        return Header.model_validate(told), "\n".join(lines[end + 1 :]), end + 1
    except ValidationError as error:
        raise TemplateError(_one_line(path, lines, error)) from None


def _one_line(path: str, lines: list[str], error: ValidationError) -> str:
    first = error.errors()[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    line = next((n for n, text in enumerate(lines, 1) if field and text.startswith(f"{field}:")), 1)
    if first["type"] == "extra_forbidden":
        return f"{path}:{line}: unknown header field {field!r}; known: {', '.join(Header.model_fields)}"
    return f"{path}:{line}: header field {field or 'cut'}: {first['msg'].removeprefix('Value error, ')}"
