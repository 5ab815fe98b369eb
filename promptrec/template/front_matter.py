"""`Header`: the YAML header of a template, with its parser and validation."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
)
from pydantic_core import ErrorDetails

from promptrec.data.intent import FIELDS
from promptrec.data.languages import language_code
from promptrec.data.record import Record
from promptrec.errors import InputError, InvalidValue, TemplateError
from promptrec.intent.settings import IntentSettings, check_columns, check_refusals
from promptrec.messages import Message, Slot, message
from promptrec.plugins import ANSWERS, plugin_names
from promptrec.template.kinds import KINDS
from promptrec.template.syntax.yaml_hints import find_misread
from promptrec.template.syntax.yaml_loader import places, read_yaml
from promptrec.template.test_case import TemplateTest

# Names that authors use by mistake: former names, and names in other tools.
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
# Entries of `truncate` that do not depend on the declared fields.
TRUNCATABLE = ("query.preferences", "query.context", "query.history", "item.title", "item.facts", "item.others")
# Codes of messages for pydantic's error types, in the header and in a test.
HEADER_CODES = {
    "missing": "header-field-missing",
    "bool_parsing": "header-not-bool",
    "tuple_type": "header-not-list",
    "dict_type": "header-not-list",
    "mapping_type": "header-not-list",
    "string_type": "header-not-text",
    "too_short": "header-empty-list",
}
TEST_CODES = {
    "int_parsing": "test-not-number",
    "greater_than": "test-not-number",
    "dict_type": "test-attributes",
    "mapping_type": "test-attributes",
    "tuple_type": "test-not-title",
    "string_type": "test-not-title",
    "model_type": "not-a-test",
}
_WIDE_BRACKETS = re.compile("[【［]")
_WIDE_COMMA = re.compile(r"[^\W\d_][，、；]")

# Error types of a name or entry with characters that only resemble YAML's.
MISREAD = ("extra_forbidden", "model_type", "tuple_type", "dict_type", "mapping_type")
# Characters that word processors write for ---.
_DASHES = re.compile(r"[-\u2010-\u2015−－﹣─━]{1,12}")


def _default_answers(data: dict[str, Any]) -> tuple[str, ...]:
    kind = KINDS.get(data.get("kind", ""))
    return kind.words.default if kind and kind.words else ()


def _known_kind(name: str) -> str:
    if name not in KINDS:
        raise InvalidValue("header-choice", name=name, known=tuple(KINDS))
    return name


def _as_mapping(fields: object) -> object:
    """Expand short forms of `fields`: `[year, genres]` to `{year: [], genres: []}`, and one text to a list."""
    if isinstance(fields, list | tuple) and all(isinstance(name, str) for name in fields):
        return dict.fromkeys(fields, ())
    if isinstance(fields, dict):
        return {
            name: ((others,) if others else ()) if isinstance(others, str) else others
            for name, others in fields.items()
        }
    return fields


def _as_tuple(phrases: object) -> object:
    """One phrase may be a plain text."""
    return (phrases,) if isinstance(phrases, str) and phrases else phrases


def _answer_name(name: object, builtin: ValidatorFunctionWrapHandler) -> object:
    """Accept the name of a built-in answer format, or of one of another package."""
    try:
        return builtin(name)
    except ValidationError:
        if name in plugin_names(ANSWERS):
            return name
        raise


def _of_somebody(test: TemplateTest) -> TemplateTest:
    """Refuse a test with an empty query, whose ranking would test nothing."""
    if not (test.preferences.strip() or test.history or test.context or test.attributes):
        raise InvalidValue("test-without-person")
    return test


def _code(tag: object) -> object:
    """Code of a known language; other values are returned unchanged, and then refused."""
    try:
        return language_code(tag) if isinstance(tag, str) else tag
    except InputError:
        return tag


Language = Annotated[Literal["en", "zh"], BeforeValidator(_code)]
Fields = Annotated[Mapping[str, tuple[str, ...]], BeforeValidator(_as_mapping)]
Columns = Annotated[Mapping[str, tuple[str, ...]], BeforeValidator(_as_mapping), AfterValidator(check_columns)]
Refusals = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]
Truncate = Annotated[tuple[str, ...], Field(min_length=1)]
Tests = tuple[Annotated[TemplateTest, AfterValidator(_of_somebody)], ...]


class Header(Record):
    """Header of a template, merged with the settings of its pack.

    `pack.yaml` may have `domain`, `language`, `chat`, `truncate`, `fields`, `examples`, `columns`, `refusals` and
    `tests` for the whole pack.
    """

    kind: Annotated[str, AfterValidator(_known_kind)]
    """Name of its kind, one of `promptrec.template.kinds.KINDS`."""
    domain: str
    language: Language
    about: str
    """Its purpose, in a sentence."""
    fields: Fields = Field(default_factory=dict)
    """Item fields that a catalogue may lack (they are empty then), each with other names that its column may have."""
    chat: bool = False
    """Whether to use the model's own chat format, if it has one."""
    answer: Annotated[Literal["labels", "titles", "json"], WrapValidator(_answer_name)] = "labels"
    """Answer format of a listwise-text reply."""
    answers: tuple[str, ...] = Field(default_factory=_default_answers, validate_default=True)
    """The yes word and the no word of a yes-no template; the grades of a graded one, worst first."""
    truncate: Truncate
    """What to shorten if a prompt is too long, first to last: query.preferences, query.context, item.FIELD …"""
    examples: str | None = None
    """File of few-shot examples, beside the template."""
    columns: Columns = Field(default_factory=dict)
    """Further names of the columns that answer a constraint of a request, by the field of the constraint."""
    refusals: Refusals = ()
    """Phrases of requests that refuse what follows them, besides the known ones."""
    tests: Tests = ()
    """Test cases: titles that a ranking must and must not have first."""

    @field_validator("answers")
    @classmethod
    def _as_many_answers_as_the_kind_has(cls, words: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        kind = KINDS.get(info.data.get("kind", ""))
        expected = kind.words if kind else None
        if kind is None or expected is None:
            return words
        least, most = expected.least, expected.most
        if not least <= len(words) <= most or len(set(words)) < len(words) or not all(words):
            number = f"{least}" if least == most else f"{least} to {most}"
            slots = {"kind": kind.name, "number": number, "order": expected.order}
            raise InvalidValue("answer-words", found=str(list(words)), **slots)
        return words

    @field_validator("examples")
    @classmethod
    def _names_a_file(cls, examples: str | None) -> str | None:
        if examples is not None and not examples.strip():
            raise InvalidValue("header-empty")
        return examples

    @field_validator("truncate")
    @classmethod
    def _can_be_truncated(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        check_truncate(names, info.data.get("fields", ()))
        return names

    @field_validator("refusals")
    @classmethod
    def _are_phrases(cls, phrases: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        check_refusals(phrases, info.data.get("language", "en"))
        return phrases

    @property
    def intent_settings(self) -> IntentSettings:
        """What the pack adds to the rules that read a request; `fields` names columns too."""
        declared = {field: others for field, others in self.fields.items() if field in FIELDS and others}
        columns = {field: (*declared.get(field, ()), *names) for field, names in self.columns.items()}
        return IntentSettings(language=self.language, refusals=self.refusals, columns=declared | columns)


def check_truncate(names: Iterable[str], fields: Iterable[str]) -> None:
    """Check the entries of `truncate`.

    Args:
        names: the entries.
        fields: the declared item fields.

    Raises:
        InvalidValue: an entry that is no such field.
    """
    allowed = tuple(sorted({*TRUNCATABLE, *(f"item.{name}" for name in fields)}))
    for name in names:
        if name.startswith("item.") and f"item.{name}" in allowed:
            raise InvalidValue("truncate-with-item", name=name.removeprefix("item."), known=allowed)
        if name not in allowed:
            raise InvalidValue("unknown-truncate", name=name, known=allowed)


def split_header(source: str, path: str, pack: Mapping[str, Any] | None = None) -> tuple[Header, str, int]:
    """Split the source of a template into its header, its body, and the number of lines before the body.

    Args:
        source: text of the file.
        path: the file, for errors.
        pack: settings of its pack, which the header overrides; see `promptrec.template.pack`.

    Raises:
        TemplateError: no header between two lines of ---, or an invalid one; with line and field.
    """
    lines = source.split("\n")
    closed = "---" in (line.strip() for line in lines[1:])
    if lines[0].strip() != "---" or not closed:
        if instead := _instead_of_dashes(lines):
            raise TemplateError(instead[1], path=path, line=instead[0])
        begun = lines[0].strip() == "---"
        code = "header-second-dashes" if begun else "header-first-dashes" if closed else "header-missing"
        raise TemplateError(code, path=path, line=1)
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    text = "\n".join(lines[1:end])
    own = read_yaml(text, path, 1)
    shared = dict(pack or {})
    if "fields" in shared and "fields" in own:
        own["fields"] = _together(shared["fields"], own["fields"])
    try:
        return Header.model_validate(shared | own), "\n".join(lines[end + 1 :]), end + 1
    except ValidationError as error:
        raise first_error(path, text, error, Header, 1) from None


def _instead_of_dashes(lines: Sequence[str]) -> tuple[int, Message] | None:
    """Line (from 1) of something written in place of ---, and the message for it; None if there is none."""
    first = lines[0].strip()
    if first.startswith("```"):
        return 1, message("code-fence")
    if first.startswith("{\\rtf"):
        return 1, message("not-plain-text", what="an RTF file")
    sought = [(1, first)] if first != "---" else list(enumerate((line.strip() for line in lines[1:]), 2))
    found = next(((n, line) for n, line in sought if _DASHES.fullmatch(line)), None)
    return (found[0], message("header-dashes", sign=found[1])) if found else None


def first_error(
    path: str, text: str, error: ValidationError, model: type[BaseModel], lines_before: int = 0
) -> TemplateError:
    """Error for the first problem of a header that pydantic found, with its line.

    Args:
        path: the file.
        text: the YAML text.
        error: of pydantic.
        model: the model that the text was validated as.
        lines_before: number of lines of the file before the text.
    """
    # A field under a wrong name is also missing under the right one: report the wrong name.
    first = next((e for e in error.errors() if e["type"] == "extra_forbidden"), error.errors()[0])
    keys = tuple(str(part) for part in first["loc"])
    raised = first.get("ctx", {}).get("error")
    location = (*keys, *(raised.within if isinstance(raised, InvalidValue) else ()))
    lines = places(text)
    line = next((lines[location[:n]] + lines_before for n in range(len(location), 0, -1) if location[:n] in lines), 1)
    slipped = find_misread(keys[-1] if first["type"] == "extra_forbidden" else first["input"])
    if slipped and first["type"] in MISREAD:
        line = lines.get((*keys, slipped[0]), line - lines_before) + lines_before
        return TemplateError(slipped[1], path=path, line=line)
    found = _unknown_field(keys, model) if first["type"] == "extra_forbidden" else _wrong_value(keys, first)
    return TemplateError(found, path=path, line=line, field=".".join(keys))


def _unknown_field(keys: Sequence[str], model: type[BaseModel]) -> Message:
    """Message for an unknown field of a header or of a test."""
    name, is_test = keys[-1], len(keys) > 1
    known = tuple((TemplateTest if is_test else model).model_fields)
    right = OTHER_NAMES.get(name, name)
    if is_test:
        code = "test-other-name" if right != name and right in known else "test-unknown-field"
        return message(code, number=int(keys[1]) + 1, name=name, right=right, known=known)
    if right != name and right in known:
        return message("header-other-name", name=name, right=right, known=known)
    code = "header-field-of-test" if right in TemplateTest.model_fields else "header-unknown-field"
    return message(code, name=name, known=known)


def _wrong_value(keys: Sequence[str], first: ErrorDetails) -> Message:
    """Message for an invalid value of a field."""
    kind, got = first["type"], first["input"]
    number = int(keys[1]) + 1 if keys[0] == "tests" and len(keys) > 1 else 0
    slots: dict[str, Slot] = {"got": repr(got), "key": keys[2] if len(keys) > 2 else "", "number": number}
    raised = first.get("ctx", {}).get("error")
    if isinstance(raised, InvalidValue) and raised.code == "header-choice":
        return Message(raised.code, raised.slots)
    if kind == "literal_error":
        known = tuple(first["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", "))
        return message("header-choice", name=str(got), known=known)
    if keys[0] == "tests" and (kind in TEST_CODES or not number):
        code = TEST_CODES.get(kind, "not-a-test") if number else "not-a-test"
        return message("test-not-text" if slots["key"] in ("preferences", "context") else code, **slots)
    if kind in HEADER_CODES and len(keys) == 1 and (got == "" or _WIDE_BRACKETS.match(str(got))):
        return message("header-wide-brackets" if got else "header-empty", **slots)
    if len(keys) == 1 and _WIDE_COMMA.search(str(got)) and not number:
        return message("header-wide-comma", **slots)
    if isinstance(raised, InvalidValue):
        return Message(raised.code, {**slots, **raised.slots})
    return message(HEADER_CODES.get(kind, "header-other"), words=first["msg"], **slots)


def _together(shared: object, own: object) -> object:
    """Fields of the pack and of the template. A template's field without other names keeps those of the pack."""
    a, b = _as_mapping(shared), _as_mapping(own)
    if not (isinstance(a, dict) and isinstance(b, dict)):
        return own
    return a | {name: others or a.get(name, ()) for name, others in b.items()}
