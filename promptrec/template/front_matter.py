"""The YAML header of a template: what it is for, and what may be shortened."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)

from promptrec.data.languages import language_code
from promptrec.errors import InputError, TemplateError
from promptrec.plugins import ANSWERS, plugin_names
from promptrec.template.kinds import KINDS
from promptrec.template.syntax.yaml_hints import misread
from promptrec.template.syntax.yaml_loader import places, read_yaml
from promptrec.template.test_case import Expectation

# What these are called elsewhere, and once were here.
OTHER_NAMES = {
    "ranks": "kind",
    "words": "answers",
    "limits": "truncate",
    "description": "about",
    "cut": "truncate",
    "person": "preferences",
    "has": "include",
    "lacks": "exclude",
}
# What `truncate` can name whatever the fields are.
TRUNCATABLE = ("query.preferences", "query.context", "query.history", "item.title", "item.facts", "item.others")
# What pydantic calls in words of Python.
WRONGLY = {
    "int_parsing": "{!r} is no whole number",
    "greater_than": "{!r} is not above 0",
    "bool_parsing": "{!r} is neither true nor false",
    "tuple_type": "{!r} is no list, as in [a, b]",
    "dict_type": "{!r} is no list, as in [a, b]",
    "mapping_type": "{!r} is no list, as in [a, b]",
    "string_type": "{!r} is no text",
    "model_type": "{!r} is no test, as in `- preferences: …`",
}

# What becomes of a name or an entry whose signs YAML does not know.
MISREAD = ("extra_forbidden", "model_type", "tuple_type", "dict_type", "mapping_type")
# What programs for writing make of ---.
_DASHES = re.compile(r"[-\u2010-\u2015−－﹣─━]{1,12}")


def _default_answers(told: dict[str, Any]) -> tuple[str, ...]:
    kind = KINDS.get(told.get("kind", ""))
    return kind.words.default if kind and kind.words else ()


def _known_kind(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"{name!r} is none of {', '.join(KINDS)}")
    return name


def _as_mapping(fields: object) -> object:
    """`[year, genres]` is short for `{year: [], genres: []}`, and one other name need not be a list."""
    if isinstance(fields, list | tuple) and all(isinstance(name, str) for name in fields):
        return dict.fromkeys(fields, ())
    if isinstance(fields, dict):
        return {
            name: ((others,) if others else ()) if isinstance(others, str) else others
            for name, others in fields.items()
        }
    return fields


def _answer_name(name: object, builtin: ValidatorFunctionWrapHandler) -> object:
    """The name of a built-in answer format, or of one that another package adds."""
    try:
        return builtin(name)
    except ValidationError:
        if name in plugin_names(ANSWERS):
            return name
        raise


def _of_somebody(test: Expectation) -> Expectation:
    """A forgotten person would be ranked for, and tell nothing."""
    if not (test.preferences.strip() or test.history or test.context or test.attributes):
        raise ValueError("this test has no person")
    return test


def _code(tag: object) -> object:
    """The code of a language that is known; anything else stays, and is refused as no code."""
    try:
        return language_code(tag) if isinstance(tag, str) else tag
    except InputError:
        return tag


Language = Annotated[Literal["en", "zh"], BeforeValidator(_code)]
Fields = Annotated[Mapping[str, tuple[str, ...]], BeforeValidator(_as_mapping)]
Truncate = Annotated[tuple[str, ...], Field(min_length=1)]
Tests = tuple[Annotated[Expectation, AfterValidator(_of_somebody)], ...]


class Header(BaseModel):
    """What the author of a template says about it.

    `pack.yaml` may hold `domain`, `language`, `chat`, `truncate`, `fields`, `examples` and `tests` for all of its pack.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Annotated[str, AfterValidator(_known_kind)]
    """One of `promptrec.template.kinds.KINDS`: which ranker asks with it; or profile, which ranks nothing."""
    domain: str
    language: Language
    about: str
    """What it is for, in a sentence."""
    fields: Fields = Field(default_factory=dict)
    """Item fields that a catalogue may lack (they are empty then), each with the names it may have there instead."""
    chat: bool = False
    """Whether to wrap the prompt in the model's own chat format, where the model has one."""
    answer: Annotated[Literal["labels", "titles", "json"], WrapValidator(_answer_name)] = "labels"
    """The form in which a model writes a listwise-text reply."""
    answers: tuple[str, ...] = Field(default_factory=_default_answers, validate_default=True)
    """The yes word and the no word of a yes-no template; the grades of a graded one, worst first."""
    truncate: Truncate
    """What is shortened when a prompt is too long, first to last: query.preferences, query.context, item.FIELD …"""
    examples: str | None = None
    """The file beside it with people whose answer is known."""
    tests: Tests = ()
    """What its rankings must and must not have first."""

    @field_validator("answers")
    @classmethod
    def _as_many_answers_as_the_kind_has(cls, words: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        kind = KINDS.get(told.data.get("kind", ""))
        expected = kind.words if kind else None
        if kind is None or expected is None:
            return words
        least, most = expected.least, expected.most
        if not least <= len(words) <= most or len(set(words)) < len(words) or not all(words):
            number = f"{least}" if least == most else f"{least} to {most}"
            found = f"{expected.order}; found {list(words)}"
            raise ValueError(f"a {kind.name} template has {number} different words, {found}")
        return words

    @field_validator("examples")
    @classmethod
    def _names_a_file(cls, examples: str | None) -> str | None:
        if examples is not None and not examples.strip():
            raise ValueError("it is empty")
        return examples

    @field_validator("truncate")
    @classmethod
    def _can_be_truncated(cls, names: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        check_truncate(names, told.data.get("fields", ()))
        return names


def check_truncate(names: Iterable[str], fields: Iterable[str]) -> None:
    """Raise ValueError for a name under `truncate` that nothing has; `fields` are those that are declared."""
    allowed = {*TRUNCATABLE, *(f"item.{name}" for name in fields)}
    for name in names:
        if name not in allowed:
            raise ValueError(f"truncate names {name!r}; it can name {', '.join(sorted(allowed))}")


def split_header(source: str, path: str, pack: Mapping[str, Any] | None = None) -> tuple[Header, str, int]:
    """The header of a template's source, its body, and how many lines stand before the body.

    `pack` is what all templates of its folder say; see `promptrec.template.pack`.

    Raises:
        TemplateError: no header between two lines of ---, or one that says something it cannot; with line and field.
    """
    lines = source.split("\n")
    closed = "---" in (line.strip() for line in lines[1:])
    if lines[0].strip() != "---" or not closed:
        missing = "the second" if lines[0].strip() == "---" else "the first" if closed else "each"
        if instead := _instead_of_dashes(lines):
            raise TemplateError(f"{path}:{instead[0]}: {instead[1]}")
        raise TemplateError(
            f"{path}:1: a template starts with a YAML header between two lines of ---; {missing} is missing"
        )
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    text = "\n".join(lines[1:end])
    told = read_yaml(text, path, 1)
    shared = dict(pack or {})
    if "fields" in shared and "fields" in told:
        told["fields"] = _together(shared["fields"], told["fields"])
    try:
        return Header.model_validate(shared | told), "\n".join(lines[end + 1 :]), end + 1
    except ValidationError as error:
        raise TemplateError(first_error(path, text, error, Header, 1)) from None


def _instead_of_dashes(lines: Sequence[str]) -> tuple[int, str] | None:
    """The line, from 1, that stands where --- is missed, and what it is; None where nothing is like it."""
    first = lines[0].strip()
    if first.startswith("```"):
        return 1, "a line of ``` is of another program"
    if first.startswith("{\\rtf"):
        return 1, "an RTF file, and no plain text"
    sought = [(1, first)] if first != "---" else list(enumerate((line.strip() for line in lines[1:]), 2))
    found = next(((n, line) for n, line in sought if _DASHES.fullmatch(line)), None)
    return (found[0], f"{found[1]} is not three plain hyphens") if found else None


def first_error(path: str, text: str, error: ValidationError, model: type[BaseModel], lines_before: int = 0) -> str:
    """The first thing that a header says wrongly, with its line, in one sentence."""
    # A field under a wrong name is missing under the right one: the wrong name is what to mend.
    first = next((e for e in error.errors() if e["type"] == "extra_forbidden"), error.errors()[0])
    keys = tuple(str(part) for part in first["loc"])
    whole = (*keys, *getattr(first.get("ctx", {}).get("error"), "within", ()))
    lines = places(text)
    line = next((lines[whole[:n]] + lines_before for n in range(len(whole), 0, -1) if whole[:n] in lines), 1)
    slipped = misread(keys[-1] if first["type"] == "extra_forbidden" else first["input"])
    if slipped and first["type"] in MISREAD:
        line = lines.get((*keys, slipped[0]), line - lines_before) + lines_before
        return f"{path}:{line}: the header is not YAML: {slipped[1]}"
    if first["type"] == "extra_forbidden" and len(keys) == 1:
        meant = _called_now(keys[0], model)
        return f"{path}:{line}: unknown header field {keys[0]!r}; {meant}known: {', '.join(model.model_fields)}"
    if first["type"] == "extra_forbidden":
        return (
            f"{path}:{line}: header field {'.'.join(keys)}: unknown {keys[-1]!r}; "
            f"{_called_now(keys[-1], Expectation)}known: {', '.join(Expectation.model_fields)}"
        )
    if first["type"] == "literal_error":
        choices = first["ctx"]["expected"].replace(" or ", ", ").replace("'", "")
        return f"{path}:{line}: header field {'.'.join(keys)}: {first['input']!r} is none of {choices}"
    plainly = WRONGLY.get(first["type"])
    why = plainly.format(first["input"]) if plainly else first["msg"].removeprefix("Value error, ")
    return f"{path}:{line}: header field {'.'.join(keys)}: {why}"


def _called_now(name: str, model: type[BaseModel]) -> str:
    """The new name of a field that was once called so; empty where the model has none."""
    now = OTHER_NAMES.get(name)
    return f"it is called {now} here; " if now in model.model_fields else ""


def _together(shared: object, own: object) -> object:
    """The fields of the pack and those that a template adds, which has the pack's other names unless it names some."""
    a, b = _as_mapping(shared), _as_mapping(own)
    if not (isinstance(a, dict) and isinstance(b, dict)):
        return own
    return a | {name: others or a.get(name, ()) for name, others in b.items()}
