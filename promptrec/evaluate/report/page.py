"""A report as one page: no script, nothing from the network, light and dark, narrow and wide, on paper too.

Whatever a person, a catalogue or a model wrote is escaped.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2

from promptrec.evaluate.report import charts, tables
from promptrec.evaluate.report.error_analysis import WorstQueries, worst_queries
from promptrec.evaluate.report.markdown import as_markdown, dataset_summary
from promptrec.evaluate.results import Evaluation, read_evaluation
from promptrec.evaluate.runs.store import read_values, replace_text

# Even if something slipped through escaping, a browser may neither run nor fetch anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def as_page(
    evaluation: Evaluation, values: Mapping[str, Mapping[str, Mapping[str, float]]], worst: Mapping[str, WorstQueries]
) -> str:
    """The page.

    Args:
        evaluation: what was found.
        values: the primary metric by dataset, system and query ID.
        worst: the worst queries by dataset.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    return (
        pages()
        .get_template("page.html")
        .render(
            evaluation=evaluation,
            metric=evaluation.config.primary,
            values=values,
            worst_by_dataset=worst,
            policy=POLICY,
            charts=charts,
            tables=tables,
        )
    )


@cache
def pages() -> jinja2.Environment:
    """Environment of the report's own pages, with autoescape."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"anchor": _anchor, "summary": dataset_summary}
    environment.tests["is_end_of"] = lambda end, text: text.endswith(end)
    return environment


def _anchor(name: str) -> str:
    """An ID without quotes or spaces, for any name."""
    return "dataset-" + "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in name)


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
