import shutil

import pytest

from promptrec.errors import InputError
from promptrec.evaluate.report.markdown import as_markdown
from promptrec.evaluate.report.page import write_report


def test_page_and_markdown_are_written_beside_the_evaluation(page, sample, evaluation):
    assert page == sample / "report.html" and page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (sample / "report.md").read_text(encoding="utf-8") == as_markdown(evaluation)
    assert not list(sample.glob("*.part"))


@pytest.mark.slow
def test_writing_again_gives_the_same_bytes(page, sample):
    before = page.read_bytes()
    write_report(sample)
    assert page.read_bytes() == before


def test_a_folder_without_an_evaluation_is_said(tmp_path):
    with pytest.raises(InputError, match="no evaluation.json in this folder: give the folder") as refused:
        write_report(tmp_path)
    error = refused.value
    assert (error.code, error.path, error.slots["file"]) == ("not-an-evaluation", str(tmp_path), "evaluation.json")


def test_a_run_that_is_not_there_any_more_is_named(sample, evaluation, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(sample, out)
    folder = out / evaluation.datasets[0].runs[0].folder
    shutil.rmtree(folder)
    with pytest.raises(InputError, match=folder.name):
        write_report(out)
