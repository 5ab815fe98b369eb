import io
import re

import pytest
from rich.console import Console

from promptrec.evaluate.report.console import as_console


def _printed(evaluation, width=160):
    console = Console(file=io.StringIO(), width=width)
    console.print(as_console(evaluation))
    return console.file.getvalue()


def test_the_headline_comes_before_the_table(evaluation):
    said = _printed(evaluation, 2000)
    for dataset in evaluation.datasets:
        assert dataset.headline in said
    table = said[said.index("A baseline won") :]
    assert table.index("A baseline won") < table.index("against embedding") < table.rindex("listwise-labels")
    assert said.count("memorisation gap") == 1 and "memorisation gap" not in table, "the second dataset has none"


def test_every_system_and_the_first_two_metrics_are_there(evaluation):
    said = _printed(evaluation)
    assert all(run.spec.ranker in said for dataset in evaluation.datasets for run in dataset.runs)
    assert "ndcg@10" in said and "hit@1" in said and "auc" not in said
    assert "The same 3 items came first" in said


def test_text_in_square_brackets_is_no_markup(evaluation):
    dataset = evaluation.datasets[0].model_copy(update={"headline": "[bold red]x[/]"})
    assert "[bold red]x[/]" in _printed(evaluation.model_copy(update={"datasets": (dataset,)}))


@pytest.mark.parametrize("width", [80, 120])
def test_names_are_whole_on_a_narrow_console_and_no_line_is_wider_than_it(evaluation, width):
    said = _printed(evaluation, width)
    assert max(map(len, said.splitlines())) <= width and "…" not in said
    for dataset in evaluation.datasets:
        assert all(re.search(rf"^{run.spec.ranker} +0\.\d\d\d ", said, re.MULTILINE) for run in dataset.runs)
    assert ("hit@1" in said) == (width == 120)
