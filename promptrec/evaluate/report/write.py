"""Writing an evaluation's report into its folder."""

from pathlib import Path

from promptrec.evaluate.report.error_analysis import worst_queries
from promptrec.evaluate.report.markdown import as_markdown
from promptrec.evaluate.report.page import as_page
from promptrec.evaluate.results import read_evaluation
from promptrec.evaluate.runs.query_results import read_values
from promptrec.evaluate.runs.store import replace_text

PAGE, MARKDOWN = "report.html", "report.md"


def write_report(out: str | Path) -> Path:
    """Write `report.html` and `report.md` of the evaluation in a folder; `evaluation.json` is the report as JSON.

    Returns:
        The page.

    Raises:
        InputError: no evaluation there. MissingExtra: no matplotlib.
    """
    out = Path(out)
    evaluation = read_evaluation(out)
    values = {
        dataset.name: {run.system: read_values(out / run.folder)[1][evaluation.config.primary] for run in dataset.runs}
        for dataset in evaluation.datasets
    }
    replace_text(out / MARKDOWN, as_markdown(evaluation))
    replace_text(out / PAGE, as_page(evaluation, values, worst_queries(out, evaluation)))
    return out / PAGE
