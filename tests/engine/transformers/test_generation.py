"""What the embedded engine writes: greedy, sampled, ended, and held to a constraint."""

import json
import random
import re
import shutil

import pytest

from promptrec.engine.base import OutputConstraint, Sampling
from promptrec.engine.models.registry import resolve
from promptrec.engine.transformers.engine import TransformersEngine
from promptrec.errors import InputError

PROMPTS = [tuple(random.Random(n).randrange(256) for _ in range(n % 7 + 1)) for n in range(6)]
END = 257


def likeliest(engine, prompt, tokens):
    """Greedy text by asking for one next token after another, the end of text last."""
    ids = list(prompt)
    for _ in range(tokens):
        values = engine.next_logprobs([tuple(ids)], range(258))[0].get()
        ids.append(values.index(max(values)))
        if ids[-1] == END:
            return engine.tokenizer.decode(tuple(ids[len(prompt) : -1]))
    return engine.tokenizer.decode(tuple(ids[len(prompt) :]))


def settings(folder, target, **changes):
    """A copy of a model folder whose generation settings say something of their own."""
    shutil.copytree(folder, target)
    path = target / "generation_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    return TransformersEngine(resolve(target))


def test_greedy_text_is_the_likeliest_token_each_time(tiny_engine):
    written = tiny_engine.generate(PROMPTS, Sampling(max_tokens=5))
    assert [r.get() for r in written] == [likeliest(tiny_engine, p, 5) for p in PROMPTS]
    assert all(
        r.usage.prompt_tokens == len(p) and 1 <= r.usage.decoded_tokens <= 5
        for r, p in zip(written, PROMPTS, strict=True)
    )


def test_more_prompts_than_one_batch_holds_come_back_in_order(tiny_engine):
    many = [tuple(random.Random(n).randrange(256) for _ in range(n % 9 + 1)) for n in range(35)]
    together = tiny_engine.generate(many, Sampling(max_tokens=2))
    assert together[20:23] == tiny_engine.generate(many[20:23], Sampling(max_tokens=2))
    assert [r.usage.prompt_tokens for r in together] == [len(p) for p in many]


def test_what_a_model_folder_says_of_sampling_is_not_obeyed(tiny_engine, tiny_folder, tmp_path):
    own = {"repetition_penalty": 5.0, "do_sample": True, "temperature": 3.0, "no_repeat_ngram_size": 1}
    engine = settings(tiny_folder, tmp_path / "own", **own, min_new_tokens=4, suppress_tokens=[65, 66], min_p=0.9)
    for sampling in (Sampling(max_tokens=5), Sampling(max_tokens=5, temperature=1.0, seed=3)):
        assert engine.generate(PROMPTS, sampling) == tiny_engine.generate(PROMPTS, sampling)


@pytest.mark.parametrize("ends", [[257, 70], 70])
def test_text_ends_at_every_end_the_model_or_its_tokenizer_names(tiny_folder, tmp_path, ends):
    engine = settings(tiny_folder, tmp_path / "ends", eos_token_id=ends)
    for reading in engine.generate(PROMPTS, Sampling(max_tokens=25)):
        assert engine.tokenizer.decode((70,)) not in reading.get() and "<|end|>" not in reading.get()


def test_a_constraint_ends_the_text_whatever_end_the_model_names(tiny_folder, tmp_path):
    engine = settings(tiny_folder, tmp_path / "other", eos_token_id=70)
    choice = ("a ship", "a train and more", "no")
    written = engine.generate(PROMPTS, Sampling(max_tokens=40), OutputConstraint(choice=choice))
    assert {r.get() for r in written} <= set(choice)


def test_a_seed_gives_the_same_text_in_any_company(tiny_engine):
    sampling = Sampling(max_tokens=5, temperature=1.0, seed=5)
    together = tiny_engine.generate(PROMPTS, sampling)
    assert together == tiny_engine.generate(PROMPTS, sampling)
    assert tiny_engine.generate(PROMPTS[7:8], sampling) == together[7:8]
    assert tiny_engine.generate(PROMPTS, Sampling(max_tokens=5, temperature=1.0, seed=6)) != together


def test_sampling_leaves_the_random_numbers_of_the_program_alone(tiny_engine):
    import torch

    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    tiny_engine.generate(PROMPTS[:2], Sampling(max_tokens=4, temperature=1.0))
    assert torch.equal(torch.rand(3), expected)


def test_the_earliest_of_several_stops_ends_the_text(tiny_engine):
    whole = next(r.get() for r in tiny_engine.generate(PROMPTS, Sampling(max_tokens=30)) if len(r.get()) > 20)
    prompt = next(p for p in PROMPTS if likeliest(tiny_engine, p, 30) == whole)
    late, early = whole[9:11], whole[4:6]
    (reading,) = tiny_engine.generate([prompt], Sampling(max_tokens=30, stop=("not there", late, early)))
    assert reading.get() == whole[: min(whole.find(late), whole.find(early))]


AWKWARD = (
    "",
    'say "no"',
    "back\\slash",
    "two\nlines",
    "tab\there",
    "[A] > [B]",
    "北京《故宫》",
    "😀",
    "a/b",
    "$x^{*}?",
    "\\n",
    "",
)


@pytest.mark.parametrize("text", AWKWARD)
def test_a_choice_may_hold_any_sign(tiny_engine, text):
    (reading,) = tiny_engine.generate([(1, 2)], Sampling(max_tokens=60), OutputConstraint(choice=(text,)))
    assert reading.get() == text


def test_choices_of_different_lengths_in_one_batch(tiny_engine):
    choice = ("a", "ab", "abc", "a longer answer than the others", "z" * 30)
    written = tiny_engine.generate(PROMPTS, Sampling(max_tokens=40), OutputConstraint(choice=choice))
    assert {r.get() for r in written} <= set(choice) and len({r.get() for r in written}) > 1


def test_a_constrained_text_cut_short_is_the_beginning_of_a_valid_one(tiny_engine):
    choice = ("alpha beta gamma", "delta epsilon")
    for reading in tiny_engine.generate(PROMPTS, Sampling(max_tokens=5), OutputConstraint(choice=choice)):
        assert len(reading.get()) == 5 and any(text.startswith(reading.get()) for text in choice)


def test_sampled_text_keeps_to_a_regular_expression_and_a_grammar(tiny_engine):
    sampling = Sampling(max_tokens=60, temperature=1.5, seed=2)
    for reading in tiny_engine.generate(PROMPTS, sampling, OutputConstraint(regex=r"[1-9][0-9]{0,2}(, [A-E]){2}")):
        assert re.fullmatch(r"[1-9][0-9]{0,2}(, [A-E]){2}", reading.get())
    for reading in tiny_engine.generate(PROMPTS, sampling, OutputConstraint(grammar='root ::= "<" [a-c] [a-c] ">"')):
        assert re.fullmatch("<[a-c]{2}>", reading.get())


@pytest.mark.parametrize("constraint", [{"regex": "(unclosed"}, {"grammar": "root = ?"}, {"choice": ()}])
def test_a_constraint_that_cannot_be_read_is_said_in_one_line(tiny_engine, constraint):
    with pytest.raises(InputError, match="the constraint") as raised:
        tiny_engine.generate([(1,)], Sampling(max_tokens=4), OutputConstraint(**constraint))
    assert "\n" not in str(raised.value)
    assert tiny_engine.generate([(1,)], Sampling(max_tokens=2))[0].value is not None
