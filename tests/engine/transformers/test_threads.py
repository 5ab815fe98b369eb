"""The number of threads: the fastest of those that come into question, looked for again, never another's business."""

import logging
import time

import pytest

from promptrec.engine.base import Sampling
from promptrec.engine.models.registry import ModelInfo, resolve
from promptrec.engine.options import EngineOptions
from promptrec.engine.server import ServerEngine
from promptrec.engine.transformers.threads import PAUSE, VARIABLES, Threads, possible_counts
from promptrec.errors import InputError


class Machine:
    """Computes in so many seconds with so many threads, by a clock of its own."""

    def __init__(self, seconds, usual):
        self.seconds, self.count, self.now, self.timed = seconds, usual, 0.0, []

    def set_count(self, count):
        self.count = count

    def work(self):
        self.timed.append(self.count)
        self.now += self.seconds[self.count]

    def threads(self, counts):
        return Threads(counts, lambda: self.count, self.set_count, self.work, lambda: self.now)


@pytest.mark.parametrize(
    ("usual", "counts"),
    [
        (1, [1]),
        (2, [2, 1]),
        (3, [3, 2, 1]),
        (8, [8, 7, 4, 2, 1]),
        (12, [12, 11, 6, 3, 1]),
        (64, [64, 63, 32, 16, 8, 4, 2, 1]),
    ],
)
def test_one_less_and_ever_half_as_many_come_into_question(usual, counts):
    assert possible_counts(usual, None, {}) == counts


@pytest.mark.parametrize("variable", VARIABLES)
def test_what_somebody_has_fixed_is_kept_and_not_timed(variable):
    assert possible_counts(8, None, {variable: "8"}) == [8] and possible_counts(8, 3, {variable: "8"}) == [3]
    assert possible_counts(8, 3, {}) == [3] and possible_counts(8, None, {variable: ""})[1:]
    machine = Machine({3: 1.0}, usual=8)
    assert machine.threads([3]).count == 3 and machine.timed == []


@pytest.mark.parametrize(
    ("seconds", "fastest"),
    [
        ({2: 0.02, 1: 0.04}, 2),  # quiet
        ({2: 0.07, 1: 0.03}, 1),  # beside one busy process
        ({2: 0.031, 1: 0.03}, 2),  # noise
        ({8: 0.05, 7: 0.03, 4: 0.05, 2: 0.09, 1: 0.2}, 7),  # one core is another's
        ({64: 0.4, 63: 0.4, 32: 0.3, 16: 0.2, 8: 0.06, 4: 0.04, 2: 0.08, 1: 0.16}, 4),  # a container of four cores
    ],
)
def test_the_fastest_is_taken_and_the_usual_one_where_nothing_is_clearly_faster(seconds, fastest):
    machine = Machine(seconds, usual=max(seconds))
    threads = machine.threads(sorted(seconds, reverse=True))
    assert threads.count == fastest and machine.count == max(seconds), "outside, the number is the program's own"
    with threads:
        assert machine.count == fastest
    assert machine.count == max(seconds)


def test_the_program_has_its_number_back_whatever_happens():
    machine = Machine({2: 0.07, 1: 0.03}, usual=2)
    threads = machine.threads([2, 1])
    with pytest.raises(ZeroDivisionError), threads:
        raise ZeroDivisionError
    assert machine.count == 2


def test_it_is_timed_again_when_that_costs_a_hundredth_and_what_changed_is_logged(caplog):
    machine = Machine({2: 0.02, 1: 0.04}, usual=2)
    threads = machine.threads([2, 1])
    took, timed = machine.now, len(machine.timed)
    machine.seconds = {2: 0.09, 1: 0.04}
    with threads, caplog.at_level(logging.INFO, "promptrec"):
        machine.now += PAUSE * took * 0.99
        threads.choose()
        assert (threads.count, len(machine.timed)) == (2, timed)
        machine.now += PAUSE * took * 0.02
        threads.choose()
        assert (threads.count, machine.count) == (1, 1)
    assert [r.getMessage() for r in caplog.records] == ["1 threads instead of 2: 2: 90 ms, 1: 40 ms"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        ({2: 0.07, 1: 0.03}, "1 of 2 threads"),
        ({2: 0.01, 1: 0.03}, "2 of 2 threads"),
        ({1: 1}, "1 thread"),
        ({3: 1}, "3 threads"),
    ],
)
def test_it_says_how_many_there_are(seconds, said):
    assert str(Machine(seconds, usual=2).threads(sorted(seconds, reverse=True))) == said


@pytest.fixture
def torch(monkeypatch):
    """With two threads, as on a machine of two cores, whoever runs the tests, and whatever vLLM did in the process."""
    import torch

    monkeypatch.setattr(torch, "set_num_threads", torch._C.set_num_threads)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield torch
    torch.set_num_threads(before)


@pytest.mark.parametrize("fastest", [1, 2])
def test_every_verb_computes_with_the_fastest_number_and_leaves_the_process_its_own(tiny_folder, torch, fastest):
    from promptrec.engine.transformers.engine import TransformersEngine

    def work():
        time.sleep(0.002 if torch.get_num_threads() == fastest else 0.04)

    engine, seen = TransformersEngine(resolve(tiny_folder)), []
    engine.threads = Threads([2, 1], torch.get_num_threads, torch.set_num_threads, work)
    engine._model.register_forward_pre_hook(lambda *_: seen.append(torch.get_num_threads()))
    engine.next_logprobs([(1, 2)], [3])
    engine.loglikelihood([(1, 2)], [(3,)])
    engine.generate([(1, 2)], Sampling(max_tokens=2))
    assert len(seen) > 3 and set(seen) == {fastest} and torch.get_num_threads() == 2


def test_an_engine_that_nobody_told_of_threads_times_those_of_the_process(tiny_folder, torch, monkeypatch):
    from promptrec.engine.transformers.engine import TransformersEngine

    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert str(TransformersEngine(resolve(tiny_folder)).threads) in ("1 of 2 threads", "2 of 2 threads")
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize("asked", [1, 2])
def test_a_fixed_number_reads_the_same_and_is_said(tiny_folder, torch, monkeypatch, asked):
    from promptrec.engine.registry import open_engine

    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    usual, choice = open_engine(tiny_folder, "transformers")
    fixed, fixed_choice = open_engine(tiny_folder, "transformers", EngineOptions.parse({"threads": str(asked)}))
    assert choice.reason == "asked for; 2 threads" and f"asked for; {asked} thread" in fixed_choice.reason
    prompts, ends = [(1, 2, 3, n) for n in range(9)], [tuple(range(20))] * 9
    for one, other in zip(usual.loglikelihood(prompts, ends), fixed.loglikelihood(prompts, ends), strict=True):
        assert one.get() == pytest.approx(other.get(), abs=1e-5) and one.usage == other.usage


def test_where_vllm_has_bound_the_threads_none_are_set_and_a_fixed_number_is_refused(torch, monkeypatch):
    calls = []
    monkeypatch.setattr(torch, "set_num_threads", lambda count: calls.append(count))
    threads = Threads.of_torch(torch, None, timed=True)
    with threads:
        threads.choose()
    assert str(threads) == "2 threads" and calls == []
    assert Threads.of_torch(torch, 2, timed=True).count == 2
    with pytest.raises(InputError, match="threads=1: vLLM has set 2"):
        Threads.of_torch(torch, 1, timed=True)


@pytest.mark.parametrize("wrong", ["0", "-1", "two", "1.5", "99999"])
def test_a_wrong_number_is_one_line_that_names_the_option(wrong):
    with pytest.raises(InputError, match=f"engine option threads='{wrong}': "):
        EngineOptions.parse({"threads": wrong})


def test_other_engines_refuse_the_option(tiny_folder):
    with pytest.raises(InputError, match="server does not take threads"):
        ServerEngine(ModelInfo("tiny", tiny_folder, "", ""), EngineOptions(threads=2))
