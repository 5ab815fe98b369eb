"""The YAML header of a template: what it is for, and what may be shortened."""

from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from promptrec.errors import TemplateError

Kind = Literal["query-likelihood", "item-pmi", "yes-no", "graded", "listwise-labels", "listwise-text", "profile"]
LIKELIHOODS = ("query-likelihood", "item-pmi")
# Fewest and most answer words of the kinds that read them, and their order.
WORDS = {"yes-no": (2, 2, "the yes word and the no word"), "graded": (2, 9, "worst first")}


def _default_words(told: dict[str, Any]) -> tuple[str, ...]:
    return ("Yes", "No") if told.get("kind") == "yes-no" else ()


class Header(BaseModel):
    """What the author of a template says about it.

    kind: what is asked with it, called after a ranker; or profile, which puts a person into words for an evaluation.
    fields: item fields it uses that a catalogue may lack; they are empty then. chat: wrap it in the model's own chat
    format, where the model has one. answer: how a listwise-text reply is written. words: the yes word and the no word
    of a yes-no template, the grades of a graded one. cut: what is shortened, and in which order, when a prompt is too
    long: query.preferences, query.context, query.history, or item.FIELD.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    domain: str
    language: Literal["en", "zh"]
    description: str
    fields: tuple[str, ...] = ()
    chat: bool = False
    answer: Literal["labels", "titles", "json"] = "labels"
    words: tuple[str, ...] = Field(default_factory=_default_words, validate_default=True)
    cut: tuple[str, ...] = Field(min_length=1)

    @field_validator("words")
    @classmethod
    def _as_many_words_as_asked(cls, words: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        kind = told.data.get("kind")
        if kind in WORDS:
            least, most, order = WORDS[kind]
            if not least <= len(words) <= most or len(set(words)) < len(words) or not all(words):
                number = f"{least}" if least == most else f"{least} to {most}"
                raise ValueError(f"a {kind} template has {number} different words, {order}; found {list(words)}")
        return words

    @field_validator("cut")
    @classmethod
    def _known_cuts(cls, cut: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        allowed = {"query.preferences", "query.context", "query.history", "item.title", "item.facts"}
        allowed |= {f"item.{name}" for name in told.data.get("fields", ())}
        for name in cut:
            if name not in allowed:
                raise ValueError(f"cut names {name!r}; it can name {', '.join(sorted(allowed))}")
        return cut


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
    return f"{path}:{line}: header field {field}: {first['msg'].removeprefix('Value error, ')}"
