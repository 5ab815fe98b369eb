"""The YAML header of a template: what it is for, and what may be shortened."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo, field_validator

from promptrec.errors import TemplateError
from promptrec.template.expectation import Expectation

Kind = Literal["query-likelihood", "item-pmi", "yes-no", "graded", "listwise-labels", "listwise-text", "profile"]
LIKELIHOODS = ("query-likelihood", "item-pmi")
# Fewest and most answer words of the kinds that read them, and their order.
WORDS = {"yes-no": (2, 2, "the yes word and the no word"), "graded": (2, 9, "worst first")}
# Its YAML is read letter by letter, slowly.
LONGEST_HEADER = 20_000
MOST_BRACKETS = 20
# What these are called elsewhere, and once were here.
OTHER_NAMES = {"kind": "ranks", "description": "about", "cut": "limits"}


def _default_words(told: dict[str, Any]) -> tuple[str, ...]:
    return ("Yes", "No") if told.get("ranks") == "yes-no" else ()


def _as_mapping(fields: object) -> object:
    """`[year, genres]` is short for `{year: [], genres: []}`, and one other name need not be a list."""
    if isinstance(fields, list | tuple):
        return dict.fromkeys(fields, ())
    if isinstance(fields, dict):
        return {
            name: ((others,) if others else ()) if isinstance(others, str) else others
            for name, others in fields.items()
        }
    return fields


Fields = Annotated[Mapping[str, tuple[str, ...]], BeforeValidator(_as_mapping)]


class Header(BaseModel):
    """What the author of a template says about it.

    about: what it is for, in a sentence. ranks: the way of ranking that asks with it; or profile, which puts a person
    into words for an evaluation. fields: item fields it uses that a catalogue may lack (they are empty then), each with
    the names it may have there instead. chat: wrap it in the model's own chat format, where the model has one. answer:
    how a listwise-text reply is written. words: the yes word and the no word of a yes-no template, the grades of a
    graded one. limits: what is shortened, and in which order, when a prompt is too long: query.preferences,
    query.context, query.history, or item.FIELD. examples: the file beside it with people whose answer is known.
    tests: what its rankings must and must not have first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranks: Kind
    domain: str
    language: Literal["en", "zh"]
    about: str
    fields: Fields = Field(default_factory=dict)
    chat: bool = False
    answer: Literal["labels", "titles", "json"] = "labels"
    words: tuple[str, ...] = Field(default_factory=_default_words, validate_default=True)
    limits: tuple[str, ...] = Field(min_length=1)
    examples: str | None = None
    tests: tuple[Expectation, ...] = ()

    @field_validator("words")
    @classmethod
    def _as_many_words_as_asked(cls, words: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        ranks = told.data.get("ranks")
        if ranks in WORDS:
            least, most, order = WORDS[ranks]
            if not least <= len(words) <= most or len(set(words)) < len(words) or not all(words):
                number = f"{least}" if least == most else f"{least} to {most}"
                raise ValueError(f"a {ranks} template has {number} different words, {order}; found {list(words)}")
        return words

    @field_validator("limits")
    @classmethod
    def _known_limits(cls, limits: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        allowed = {"query.preferences", "query.context", "query.history", "item.title", "item.facts"}
        allowed |= {f"item.{name}" for name in told.data.get("fields", ())}
        for name in limits:
            if name not in allowed:
                raise ValueError(f"limits names {name!r}; it can name {', '.join(sorted(allowed))}")
        return limits


def split_header(source: str, path: str, pack: Mapping[str, Any] | None = None) -> tuple[Header, str, int]:
    """The header of a template's source, its body, and how many lines stand before the body.

    `pack` is what all templates of its folder say; see `promptrec.template.pack`.

    Raises:
        TemplateError: no header between two lines of ---, or one that says something it cannot; with line and field.
    """
    lines = source.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise TemplateError(f"{path}:1: a template starts with a YAML header between two lines of ---")
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    told = read_yaml("\n".join(lines[1:end]), path, 1)
    shared = dict(pack or {})
    if "fields" in shared and "fields" in told:
        told["fields"] = _together(shared["fields"], told["fields"])
    try:
        return Header.model_validate(shared | told), "\n".join(lines[end + 1 :]), end + 1
    except ValidationError as error:
        raise TemplateError(first_error(path, lines, error, Header)) from None


class _Plain(yaml.BaseLoader):
    """Every value a text, and written where it stands: `*name` for what stands elsewhere makes headers explode.

    Brackets within brackets are counted as they are read, since the reader slows down with each.
    """

    def fetch_flow_collection_start(self, token: type[yaml.Token]) -> None:
        if self.flow_level >= MOST_BRACKETS:
            said = f"more than {MOST_BRACKETS} brackets within one another"
            raise yaml.MarkedYAMLError(problem=said, problem_mark=self.get_mark())
        super().fetch_flow_collection_start(token)

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            said = "a value that starts with * stands for another; write it out, or put it in quotes"
            raise yaml.MarkedYAMLError(problem=said, problem_mark=self.peek_event().start_mark)  # type: ignore[no-untyped-call]
        return super().compose_node(parent, index)


def read_yaml(text: str, path: str, lines_before: int = 0) -> dict[str, Any]:
    """What a YAML mapping says, every value a text, a list or a mapping.

    Raises:
        TemplateError: not YAML, or not a mapping; with the line.
    """
    if len(text) > LONGEST_HEADER:
        raise TemplateError(f"{path}:{lines_before + 1}: the header is longer than {LONGEST_HEADER:,} characters")
    try:
        # The base loader reads every value as text: to YAML proper, the answer word Yes would be a truth value.
        told = yaml.load(text, Loader=_Plain) or {}  # noqa: S506 - it builds only text
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 + lines_before if mark else 1
        raise TemplateError(f"{path}:{line}: the header is not YAML: {getattr(error, 'problem', error)}") from None
    except RecursionError:
        raise TemplateError(f"{path}:1: the header is nested too deeply") from None
    if not isinstance(told, dict):
        raise TemplateError(f"{path}:1: the header must be `name: value` lines")
    return told


def first_error(path: str, lines: list[str], error: ValidationError, model: type[BaseModel]) -> str:
    """The first thing that a header says wrongly, with its line, in one sentence."""
    # A field under a wrong name is missing under the right one: the wrong name is what to mend.
    first = next((e for e in error.errors() if e["type"] == "extra_forbidden"), error.errors()[0])
    place = ".".join(str(part) for part in first["loc"])
    field = str(first["loc"][0]) if first["loc"] else ""
    line = next((n for n, text in enumerate(lines, 1) if field and text.startswith(f"{field}:")), 1)
    if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
        meant = f"it is called {OTHER_NAMES[field]} here; " if field in OTHER_NAMES else ""
        return f"{path}:{line}: unknown header field {field!r}; {meant}known: {', '.join(model.model_fields)}"
    return f"{path}:{line}: header field {place}: {first['msg'].removeprefix('Value error, ')}"


def _together(shared: object, own: object) -> object:
    """The fields of the pack and those that a template adds, which has the pack's other names unless it names some."""
    a, b = _as_mapping(shared), _as_mapping(own)
    if not (isinstance(a, dict) and isinstance(b, dict)):
        return own
    return a | {name: others or a.get(name, ()) for name, others in b.items()}
