"""`make results`: what the configurations say, run once, kept, and written into one page."""

import pytest

from eval import results


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "HERE", tmp_path)
    monkeypatch.setattr(results, "RUNS", tmp_path / "runs")
    (tmp_path / "RESULTS.head.md").write_text("# Results\n")
    for name, more in (("few", ""), ("many", "robustness = true\n")):
        told = f'# What {name} show.\ndatasets = ["planted"]\nrankers = ["bm25"]\nmetrics = ["mrr"]\nlimit = 3\n{more}'
        (tmp_path / f"{name}.toml").write_text(told)
    return tmp_path


@pytest.mark.slow
def test_results_are_run_once_kept_and_written_with_what_is_not_run(folder, monkeypatch):
    results.main(["--model", "smollm2-135m", "--only", "few"])
    page = (folder / "RESULTS.md").read_text()
    assert "*What few show.* (`eval/few.toml`)" in page and "| *bm25* |" in page
    assert "make results (few.toml)" in page and page.rstrip().endswith("Not run yet: many.")
    monkeypatch.setattr(results, "evaluate", None)
    results.main(["--kept"])
    assert (folder / "RESULTS.md").read_text() == page
