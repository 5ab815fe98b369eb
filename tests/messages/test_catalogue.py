"""The message catalogue: complete in both languages, and in step with the code that uses it."""

import ast
import copy
import json
import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter

import promptrec
from promptrec.errors import EngineError, InputError, TemplateError, UnknownName
from promptrec.messages import Reason, entry, is_code, message, reason, recognise
from promptrec.messages.catalogue import SLOT

ROOT = Path(promptrec.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
HYPHENS = re.compile(r"[a-z]+(?:-[a-z]+)+")
# The loader in C where there is one: it is ten times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FILES = sorted((ROOT / "messages").glob("*.yaml"))
ENTRIES = {path.stem: yaml.load(path.read_text(encoding="utf-8"), LOADER) for path in FILES}  # noqa: S506
CATALOGUE = {code: told for entries in ENTRIES.values() for code, told in entries.items()}
# Their codes are put together: of a rule's cases, of what another library says, of what things are called.
FAMILIES = ("unknown-name/", "cache-order/", "not-shown/", "test-contradiction/", "several-names/", "words-order/")
FAMILIES += ("such-", "jinja/", "python/", "yaml/", "kind/", "line-format/", "no-calls", "no-import", "status/")
FAMILIES += ("shares-a-word/", "was-found/", "candidates-filled/", "lora-setting/")
# What takes a code first.
TAKERS = re.compile(r"(?:message|reason|fault|recognise|InvalidValue|MissingValue|Disallowed|OverBudget|_refusing)$")
ERRORS = re.compile(
    r"(?:InputError|TemplateError|ModelError|EngineError|PromptTooLong|PromptrecError|NoPackName|PackIsThere"
    r"|BatchRefused|RequestFailed|_TryAgain)$"
)
# Where every error has a code.
ROOMS_WITH_CODES = {"answer", "authoring", "cli", "data", "engine", "evaluate", "messages", "rank", "recommender.py"}
ROOMS_WITH_CODES |= {"retrieve", "serve", "studio", "template", "testing"}


def slots(pattern):
    return {found["name"] or found["braced"] for found in SLOT.finditer(pattern)}


def hints(told):
    return [(told["hint"]["en"], told["hint"]["zh"])] if "hint" in told else []


def strings(tree):
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def first_arguments(tree, takers):
    """First arguments of calls of `takers`, and both branches of those that are conditional."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and takers.match(ast.unparse(node.func).rpartition(".")[2]):
            choices = [node.args[0]]
            while choices:
                choice = choices.pop()
                choices += [choice.body, choice.orelse] if isinstance(choice, ast.IfExp) else []
                yield choice


def codes_given(tree, takers):
    """First arguments of calls that take a code, where they are written out."""
    return [str(a.value) for a in first_arguments(tree, takers) if isinstance(a, ast.Constant)]


def is_prose(argument):
    """Whether an argument is text put together at the call, or a string that is not a code."""
    if isinstance(argument, ast.Constant):
        return not is_code(str(argument.value))
    is_str = isinstance(argument, ast.Call) and ast.unparse(argument.func) == "str"
    return is_str or isinstance(argument, ast.JoinedStr | ast.BinOp)


@cache
def trees():
    """Syntax trees of all modules, by path."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in ROOT.rglob("*.py")}


def test_no_code_is_given_twice_and_every_entry_has_what_the_reader_expects():
    assert len(CATALOGUE) == sum(map(len, ENTRIES.values()))
    for code, told in CATALOGUE.items():
        assert set(told) <= {"when", "rule", "en", "short", "zh", "hint"} and "en" in told, code
        for english, chinese in ((told["en"], told.get("zh")), (told.get("short", ""), None), *hints(told)):
            wordless = not re.search("[a-z]", SLOT.sub("", english))
            assert not re.search(r"[\u4e00-\u9fff]{2}", english) and (wordless or HAN.search(chinese or "这")), code


@pytest.mark.parametrize("file", ENTRIES)
def test_both_languages_of_a_message_have_the_same_slots(file):
    """Chinese may leave out what the hint says, or what stands in another library's words."""
    for code, told in ENTRIES[file].items():
        filled = slots(told["en"]) | set(re.compile(told.get("when", "")).groupindex) | {"number", "key"}
        assert slots(told.get("zh", "")) <= filled and slots(told.get("short", "")) <= filled, code
        assert file != "lint" or slots(told["zh"]) == slots(told["en"]), code
        for english, chinese in hints(told):
            assert slots(english) - {"known"} == slots(chinese) - {"known"}, code
            if file != "lint":
                assert slots(english) <= filled | {"meant"}, code


@pytest.mark.slow
def test_every_code_is_used():
    used = set().union(*map(strings, trees().values()))
    assert {code for code in CATALOGUE if code not in used and not code.startswith(FAMILIES)} == set()


def test_every_code_that_is_used_is_in_the_catalogue():
    given = {code for tree in trees().values() for code in codes_given(tree, TAKERS)}
    given |= {code for tree in trees().values() for code in codes_given(tree, ERRORS) if HYPHENS.fullmatch(code)}
    assert {code for code in given if not is_code(code) and code not in ("jinja", "python", "yaml")} == set()


@pytest.mark.parametrize("room", sorted(ROOMS_WITH_CODES))
def test_rooms_raise_errors_with_codes_and_not_with_prose(room):
    sources = {path: tree for path, tree in trees().items() if path.is_relative_to(ROOT / room)}
    assert sources
    for path, tree in sources.items():
        assert [ast.unparse(a) for a in first_arguments(tree, ERRORS) if is_prose(a)] == [], path


def test_the_wording_of_all_messages_is_as_it_was_when_somebody_last_looked():
    """A snapshot: after a change of wording, write the file anew with what this prints."""
    lines = [f"{code}: {told['en']} | {told.get('zh', '')}" for code, told in sorted(CATALOGUE.items())]
    assert "\n".join(lines) + "\n" == (Path(__file__).parent / "wording.txt").read_text(encoding="utf-8")


def test_an_error_carries_its_code_place_slots_and_hint():
    error = TemplateError("unknown-block", path="a/b.jinja", line=3, name="usr", known=("system", "user"))
    assert (error.code, error.path, error.line, error.slots["name"]) == ("unknown-block", "a/b.jinja", 3, "usr")
    assert str(error) == "a/b.jinja:3: unknown block 'usr'; known: system, user"
    assert error.hint == "did you mean 'user'? known: system, user"
    assert error.text("zh") == "a/b.jinja:3: 没有叫 'usr' 的块"


def test_slots_hold_no_credentials():
    error = InputError("cannot-be-written", file="http://me:secret@there/x", why="no", then="go")
    assert "secret" not in str(error) + error.text("zh") + str(error.slots)


def test_words_of_other_libraries_are_recognised_and_any_others_are_handed_on():
    assert recognise("jinja", "Encountered unknown tag 'foreach'.").code == "jinja/loop"
    assert recognise("jinja", "what nobody knows").text() == "what nobody knows"
    with pytest.raises(KeyError):
        recognise("cobol", "x")


def test_credentials_are_masked_in_messages_within_messages():
    inner = Reason(
        message("no-such-file"), message("connection-broke", why="http://me:secret@there/x"), "http://a:secret@b/c"
    )
    error = InputError("server-unreachable", path="a", server="x", why=inner)
    assert "secret" not in f"{error.slots} {error.reason} {error.reason.messages}"
    assert error.reason.text("zh") == "a: " + error.message.text("zh") and error.reason == str(error)


def test_an_error_of_a_reason_has_its_code_where_there_is_one():
    assert EngineError(reason("prompt-empty").message).code == "prompt-empty"
    both = EngineError(Reason(reason("prompt-empty"), "words").message)
    assert both.code == "free-text" and both.text("zh") == entry("prompt-empty")["zh"] + "；words"


def test_the_kinds_of_names_have_a_chinese_name():
    error = UnknownName("engine", "vlm", ["vllm"])
    assert (
        error.code == "unknown-name-of"
        and error.text("zh") == "没有叫 'vlm' 的引擎（是不是想写 'vllm'？）；可以用的有：vllm"
    )
    assert message("nothing").text("zh") == "无" and entry("nothing")["en"] == "nothing"


def test_a_reason_is_english_text_that_can_be_read_in_chinese_and_survives_pydantic_and_copies():
    because = Reason(reason("no-such-file"), "words of another library", "", message("file-is-empty"))
    codes = [part if isinstance(part, str) else part.code for part in because.messages]
    assert codes == ["no-such-file", "words of another library", "file-is-empty"] and because.count("; ") == 2
    chinese = [entry("no-such-file")["zh"], "words of another library", entry("file-is-empty")["zh"]]
    assert because.text("zh") == "；".join(chinese)
    nested = reason("cannot-be-written", file="a.csv", why=because, then="x")
    assert because in nested and copy.deepcopy(nested).messages == nested.messages
    kind = TypeAdapter(Reason)
    assert kind.validate_python(because) is because and kind.dump_json(because) == json.dumps(str(because)).encode()
    assert kind.validate_python("plain").text("zh") == "plain"
