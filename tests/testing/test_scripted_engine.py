import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptrec.engine.base import Output, OutputConstraint, Sampling
from promptrec.errors import EngineError, InputError
from promptrec.messages import Reason
from promptrec.testing.byte_ngram_model import BytesModel
from promptrec.testing.bytes_tokenizer import CONTROL, WORDS, BytesTokenizer
from promptrec.testing.scripted_engine import ScriptedEngine, first_match

TOKENIZER = BytesTokenizer()


@given(st.text(max_size=40))
def test_untrusted_text_comes_back_and_holds_no_control_token(text):
    text = text.encode("utf-8", "ignore").decode()
    ids = TOKENIZER.encode(text + CONTROL[0], trusted=False)
    assert TOKENIZER.decode(ids) == text + CONTROL[0]
    assert not any(256 <= i < 256 + len(CONTROL) for i in ids)


def test_control_tokens_and_words_are_one_token_each():
    assert [len(TOKENIZER.encode(text, trusted=True)) for text in (*CONTROL, *WORDS)] == [1] * 7


@given(st.binary(max_size=30), st.binary(min_size=0, max_size=6))
def test_the_little_model_is_a_distribution_everywhere(context, continuation):
    model = BytesModel((*context, *continuation), 256)
    assert math.isclose(sum(math.exp(model.logprobs((t,))[0]) for t in range(256)), 1.0, abs_tol=1e-9)


def test_phrases_of_the_context_are_likelier():
    engine = ScriptedEngine()
    prompt = TOKENIZER.encode("A captain steers a leaking schooner. Someone says:", trusted=True)
    said, unsaid = (TOKENIZER.encode(text, trusted=False) for text in (" leaking schooner", " wooden railways"))
    ours, theirs = engine.loglikelihood([prompt, prompt], [said, unsaid])
    assert sum(ours.get()) > sum(theirs.get()) + 10


def test_it_writes_what_it_is_told_even_against_a_constraint_and_remembers_what_it_read():
    engine = ScriptedEngine(reply=lambda text: text.upper())
    written = engine.generate([TOKENIZER.encode("abc", trusted=True)], Sampling(), OutputConstraint(choice=("x",)))[0]
    assert written.get() == "ABC" and written.usage.decoded_tokens == 3 and engine.prompts == ["abc"]


def test_scripted_failures_and_labels():
    engine = ScriptedEngine(
        fail=lambda text: "broken" if "b" in text else None, next=lambda text, label: -float(len(text))
    )
    good, bad = engine.next_logprobs([(97,), (98,)], [1, 2])
    assert good.get() == (-1.0, -1.0) and bad.error == "broken"


def test_a_reading_has_a_value_or_an_error_and_says_which():
    with pytest.raises(ValueError, match="either a value or an error"):
        Output("x", error=Reason("y"))
    with pytest.raises(ValueError, match="either"):
        Output(None)
    with pytest.raises(EngineError, match="too long"):
        Output(None, error=Reason("too long")).get()


def test_a_constraint_is_exactly_one():
    for wrong in ({}, {"choice": ("a",), "regex": "a"}):
        with pytest.raises(ValueError, match="exactly one"):
            OutputConstraint(**wrong)


@pytest.mark.parametrize(
    "pattern", [r"\[(A|B)\]( > \[(A|B)\]){2}", r"1\. (x|y)\n2\. (x|y)", "a+b?", "[abc]d", r"\[\"A\"(,\"A\"){3}\]"]
)
def test_the_first_text_that_matches(pattern):
    assert re.fullmatch(pattern, first_match(pattern))


def test_what_it_cannot_write_it_says():
    with pytest.raises(InputError, match="cannot write"):
        first_match("(?=a)a")
    with pytest.raises(InputError, match="supports no grammars: give it reply="):
        ScriptedEngine().generate([(97,)], Sampling(), OutputConstraint(grammar='root ::= "a"'))
