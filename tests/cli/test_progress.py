import io

from rich.console import Console

from promptrec.cli.progress import BETWEEN_LINES, Lines, progress
from promptrec.rank.ranking import Ledger, Ranking


def ranked(n):
    """`n` rankings, each of 10 tokens."""
    return [
        Ranking(query_id=str(i), ranker="bm25", status="ok", ledger=Ledger(prompt_tokens=10), seed=0) for i in range(n)
    ]


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_where_there_is_no_terminal_a_run_says_that_it_starts_and_now_and_then_how_far_it_is():
    said, clock = [], Clock()
    lines = Lines(said.append, clock)
    lines.run_starts("mine", "item-pmi · tiny", 10, 300)
    lines.ranked(ranked(64), 0.5)
    assert said == ["mine · item-pmi · tiny: 10 of 300 ranked"], "too soon for another line"
    clock.now += BETWEEN_LINES
    lines.ranked(ranked(64), 0.25)
    assert said[1:] == ["mine · item-pmi · tiny: 138 of 300 ranked; mean 0.250, 1,280 tokens"]
    clock.now += BETWEEN_LINES - 1
    lines.ranked(ranked(64), 0.25)
    assert len(said) == 2
    lines.notes("it is being downloaded")
    assert said[2:] == ["it is being downloaded"]


def test_a_run_of_which_nothing_is_left_to_rank_says_nothing_and_the_next_counts_from_its_own_start():
    said, clock = [], Clock()
    lines = Lines(said.append, clock)
    lines.run_starts("mine", "bm25", 300, 300)
    lines.run_ends()
    assert said == []
    lines.run_starts("mine", "random", 0, 64)
    clock.now += BETWEEN_LINES
    lines.ranked([r.model_copy(update={"ledger": Ledger()}) for r in ranked(64)], None)
    assert said == ["mine · random: 0 of 64 ranked", "mine · random: 64 of 64 ranked"]


def test_a_terminal_has_bars_with_the_running_mean_and_all_else_has_lines():
    terminal, log = (Console(file=io.StringIO(), force_terminal=tty, width=120, markup=False) for tty in (True, False))
    for console in (terminal, log):
        with progress(console) as watch:
            watch.run_starts("mine[/]", "bm25", 0, 64)
            watch.ranked(ranked(64), 0.125)
            watch.run_ends()
    assert "64/64" in terminal.file.getvalue() and "mean 0.125, 640 tokens" in terminal.file.getvalue()
    assert "mine[/] · bm25" in terminal.file.getvalue()
    assert log.file.getvalue() == "mine[/] · bm25: 0 of 64 ranked\n"
