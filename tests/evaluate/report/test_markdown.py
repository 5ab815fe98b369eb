import io
import re
from html import escape

from rich.console import Console

from promptrec.evaluate.report.console import as_console
from promptrec.evaluate.report.markdown import as_markdown, dataset_summary
from promptrec.evaluate.report.page import as_page

ROW = re.compile(r"(?<!\\)\|")


def test_each_dataset_begins_with_its_headline(evaluation):
    text = as_markdown(evaluation)
    for dataset in evaluation.datasets:
        assert f"## {dataset.name}\n\n**{dataset.headline}**" in text
    assert "**A baseline won: embedding" in text


def test_tables_are_whole_and_end_with_what_repeating_needs(evaluation):
    text = as_markdown(evaluation)
    blocks = [block.splitlines() for block in text.split("\n\n") if block.startswith("| ")]
    # The second dataset was not checked for memorisation and robustness.
    assert len(blocks) == 6 + 4 + 1
    for lines in blocks:
        assert len({len(ROW.findall(line)) for line in lines}) == 1
        assert set(lines[1]) == set("| -")
    assert "## To repeat it" in text and evaluation.command in blocks[-1][2]


def test_the_templates_that_wrote_the_prompts_are_named(evaluation):
    films = evaluation.datasets[0]
    assert "; films, en; prompts by films/en; licence" in dataset_summary(films)
    unread = films.model_copy(update={"runs": tuple(run for run in films.runs if run.baseline)})
    assert "prompts by" not in dataset_summary(unread)


def test_baselines_are_in_italics_and_ours_are_not(evaluation):
    text = as_markdown(evaluation)
    assert "| *embedding* | 0." in text and "| query-likelihood · tiny-4l | 0." in text
    assert "| *query-likelihood" not in text


def test_alarms_and_what_is_missing_are_said(evaluation):
    text = as_markdown(evaluation)
    assert text.count("- **listwise-labels · tiny-4l**: The same 3 items came first") == 2
    assert text.count("- item-knn is not there: the dataset has no training interactions") == 2
    assert "not measured" in text


def test_text_of_others_cannot_become_markup(evaluation):
    bad = "a|b\n<img src=x> *c*"
    dataset = evaluation.datasets[0].model_copy(update={"headline": bad, "skipped": {bad: bad}})
    text = as_markdown(evaluation.model_copy(update={"datasets": (dataset,)}))
    assert "a\\|b &lt;img src=x> \\*c\\*" in text and "<img" not in text


def test_what_makes_numbers_doubtful_stands_before_them_on_every_surface(evaluation):
    remark = "ANSWERS IN THE TRAINING DATA: 2 interactions | of <u> are right"
    films = evaluation.datasets[0].model_copy(update={"remarks": (remark,)})
    doubtful = evaluation.model_copy(update={"datasets": (films,)})
    text = as_markdown(doubtful)
    assert text.index("\n> ANSWERS IN THE TRAINING DATA: 2 interactions") < text.index("| system")
    page = as_page(doubtful, {}, {})
    assert f'<p class="alarm">{escape(remark)}</p>' in page
    printed = io.StringIO()
    Console(file=printed, width=2000).print(as_console(doubtful))
    assert printed.getvalue().index(remark) < printed.getvalue().index("against embedding")
    assert "ANSWERS" not in as_markdown(evaluation)
