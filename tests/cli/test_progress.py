import io

import pytest
from rich.console import Console

from promptrec.cli.progress import BETWEEN_LINES, Lines, progress
from promptrec.engine.base import Usage
from promptrec.rank.ranking import Ranking


def rankings_of(n):
    """`n` rankings, each of 10 tokens."""
    return [
        Ranking(query_id=str(i), ranker="bm25", status="ok", usage=Usage(prompt_tokens=10), seed=0) for i in range(n)
    ]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def lines():
    """Lines, what they said, and a clock of one's own."""
    said, clock = [], Clock()
    return Lines(said.append, clock), said, clock


def test_a_run_says_that_it_starts_and_every_half_minute_how_far_it_is_and_what_time_is_left(lines):
    watch, said, clock = lines
    watch.on_run_start("mine", "item-pmi · tiny", 0, 300)
    clock.now += BETWEEN_LINES - 1
    watch.on_rankings(rankings_of(10), 0.5)
    assert said == ["item-pmi · tiny on mine: 0 of 300 people, 0%"], "too soon for another line"
    clock.now += 34
    watch.on_rankings(rankings_of(54), 0.25)
    assert said[1:] == ["item-pmi · tiny on mine: 64 of 300 people, 21%, about 4 min left; mean 0.250, 640 tokens"]
    watch.on_note("it is being downloaded")
    assert said[2:] == ["it is being downloaded"]
    clock.now += BETWEEN_LINES
    watch.on_rankings(rankings_of(236), 0.25)
    assert said[3:] == ["item-pmi · tiny on mine: 300 of 300 people, 100%; mean 0.250, 3,000 tokens"]


@pytest.mark.parametrize(
    ("total", "seconds", "share", "left"),
    [(300, 60, 0.25, "about 3 min left"), (8, 40, 0.5, "about 40 s left"), (50, 6000, 0.5, "about 1 h 40 min left")],
)
def test_before_the_first_batch_is_done_the_time_left_is_that_of_the_present_reading(
    lines, total, seconds, share, left
):
    watch, said, clock = lines
    watch.on_run_start("mine", "item-pmi · tiny", 0, total)
    clock.now += 1
    watch.on_read(share / 50)
    assert len(said) == 1, "too soon for another line"
    clock.now += seconds - 1
    watch.on_read(share)
    assert said[1].startswith(
        f"item-pmi · tiny on mine: 0 of {total} people, 0%; the model has read {share:.0%} of its"
    )
    assert left in said[1]


def test_the_second_reading_of_a_batch_has_a_time_of_its_own(lines):
    watch, said, clock = lines
    watch.on_run_start("mine", "item-pmi · tiny", 0, 8)
    clock.now += 1000
    watch.on_read(1.0)
    watch.on_read(0.01)
    clock.now += BETWEEN_LINES
    watch.on_read(0.5)
    assert "read 50%" in said[-1] and "about 30 s left" in said[-1]


def test_between_batches_the_time_left_goes_down_and_never_below_nothing(lines):
    watch, said, clock = lines
    watch.on_run_start("mine", "item-pmi · tiny", 100, 300)
    clock.now += 300
    watch.on_rankings(rankings_of(100), None)
    clock.now += 120
    watch.on_read(0.4)
    clock.now += 1000
    watch.on_read(0.9)
    assert [line.partition("%, ")[2].partition(";")[0] for line in said[1:]] == [
        "about 5 min left",
        "about 3 min left",
        "about 0 s left",
    ]


def test_a_run_of_which_nothing_is_left_to_rank_says_nothing_and_the_next_counts_from_its_own_start(lines):
    watch, said, clock = lines
    watch.on_run_start("mine", "bm25", 300, 300)
    watch.on_run_end()
    assert said == []
    watch.on_run_start("mine", "random", 0, 64)
    clock.now += BETWEEN_LINES
    watch.on_rankings([r.model_copy(update={"usage": Usage()}) for r in rankings_of(64)], None)
    assert said == ["random on mine: 0 of 64 people, 0%", "random on mine: 64 of 64 people, 100%"]


def test_a_terminal_has_bars_with_the_running_mean_and_all_else_has_lines():
    terminal, log = (Console(file=io.StringIO(), force_terminal=tty, width=120, markup=False) for tty in (True, False))
    for console in (terminal, log):
        with progress(console) as watch:
            watch.on_run_start("mine[/]", "bm25", 0, 64)
            watch.on_read(0.5)
            watch.on_rankings(rankings_of(64), 0.125)
            watch.on_run_end()
    assert "64/64" in terminal.file.getvalue() and "mean 0.125, 640 tokens" in terminal.file.getvalue()
    assert "bm25 on mine[/]" in terminal.file.getvalue()
    assert log.file.getvalue() == "bm25 on mine[/]: 0 of 64 people, 0%\n"
