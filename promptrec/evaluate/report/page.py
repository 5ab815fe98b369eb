"""A report as one page: no script, nothing from the network, light and dark, narrow and wide, on paper too.

Whatever a person, a catalogue or a model wrote is escaped.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2

from promptrec.evaluate.report import charts, tables
from promptrec.evaluate.report.error_analysis import WorstQueries
from promptrec.evaluate.report.markdown import dataset_summary
from promptrec.evaluate.results import Evaluation

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
        _pages()
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


def worst_queries_section(worst: WorstQueries | None) -> str:
    """The worst queries, as a part of the page; empty where no model was read."""
    return _pages().get_template("worst_queries.html").render(worst=worst)


@cache
def _pages() -> jinja2.Environment:
    pages = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"anchor": _anchor, "summary": dataset_summary}
    pages.tests["is_end_of"] = lambda end, text: text.endswith(end)
    return pages


def _anchor(name: str) -> str:
    """An ID without quotes or spaces, for any name."""
    return "dataset-" + "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in name)
