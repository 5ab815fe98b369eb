"""A report as one page: no script, nothing from the network, light and dark, narrow and wide, on paper too."""

from collections.abc import Iterable, Mapping
from html import escape

from promptrec.evaluate.report import charts, tables
from promptrec.evaluate.report.error_analysis import WorstQueries
from promptrec.evaluate.report.error_section import worst_queries_section
from promptrec.evaluate.report.markdown import dataset_summary
from promptrec.evaluate.report.style import STYLE
from promptrec.evaluate.report.tables import Table
from promptrec.evaluate.results import DatasetResult, Evaluation

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
    names = [dataset.name for dataset in evaluation.datasets]
    sections = "".join(
        _dataset(dataset, evaluation, values.get(dataset.name, {}), worst.get(dataset.name))
        for dataset in evaluation.datasets
    )
    links = "".join(f'<a href="#{_anchor(name)}">{escape(name)}</a>' for name in names)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(', '.join(names))}: evaluation</title><style>{STYLE}</style></head><body><main>"
        f'<header><h1>Evaluation</h1><p class="about">{escape(_provenance(evaluation))}</p>'
        f'<div class="headlines" id="headline">{"".join(map(_headline, evaluation.datasets))}</div>'
        f'<nav>{links}<a href="#repeat">To repeat it</a></nav></header>{sections}'
        f'<section id="repeat"><h2>To repeat it</h2>{_table(tables.repeat(evaluation), facts=True)}</section>'
        f"<footer>Made by promptrec {escape(evaluation.versions.get('promptrec', ''))}.</footer></main></body></html>\n"
    )


def _provenance(evaluation: Evaluation) -> str:
    config = evaluation.config
    return f"Compared on {config.primary}, seed {config.seed}; {evaluation.date}; {evaluation.machine}."


def _headline(dataset: DatasetResult) -> str:
    """Who won in large letters; whether that is shown, below it."""
    shown = next((c.verdict for c in dataset.comparisons if dataset.headline.endswith(c.verdict)), "")
    lost = " lost" if dataset.runs[0].baseline else ""
    return (
        f'<div class="headline{lost}"><h2>{escape(dataset.name)}</h2>'
        f"<p>{escape(dataset.headline.removesuffix(shown))}</p>{f'<p>{escape(shown)}</p>' if shown else ''}</div>"
    )


def _dataset(
    dataset: DatasetResult,
    evaluation: Evaluation,
    values: Mapping[str, Mapping[str, float]],
    worst: WorstQueries | None,
) -> str:
    remarks = "".join(f'<p class="alarm">{escape(remark)}</p>' for remark in dataset.remarks)
    alarms = "".join(
        f'<p class="alarm"><b>{escape(run.system)}</b>: {escape(alarm)}</p>'
        for run in dataset.runs
        for alarm in run.alarms
    )
    skipped = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in dataset.skipped.items())
    checks = [table for table in (tables.memorisation(dataset), tables.robustness(dataset)) if table.rows]
    return (
        f'<section id="{_anchor(dataset.name)}"><h2>{escape(dataset.name)}</h2>{remarks}'
        f'<p class="about">{escape(dataset_summary(dataset))}</p>'
        f"{alarms}{_titled_table(tables.accuracy(dataset, evaluation.config.metrics))}"
        f"{f'<p>Not there:</p><ul>{skipped}</ul>' if skipped else ''}"
        f"{_pictures(dataset, evaluation.config.primary, values)}"
        f"{''.join(map(_titled_table, checks)) or _NOT_CHECKED}"
        f"{_titled_table(tables.beyond_accuracy(dataset))}{_titled_table(tables.validity(dataset))}{worst_queries_section(worst)}</section>"
    )


def _pictures(dataset: DatasetResult, metric: str, values: Mapping[str, Mapping[str, float]]) -> str:
    pictures = [
        charts.forest(dataset, metric),
        charts.distributions(dataset, metric, values),
        charts.pareto(dataset, metric),
    ]
    if any(run.position_lift for run in dataset.runs):
        pictures.append(charts.positions(dataset))
    return f'<div class="pictures">{"".join(pictures)}</div>'


_NOT_CHECKED = (
    '<p class="about">Memorisation and robustness were not measured: add <code>--memorisation --robustness</code>.</p>'
)


def _titled_table(table: Table) -> str:
    return f"<h3>{escape(table.title)}</h3>{_table(table)}"


def _table(table: Table, facts: bool = False) -> str:
    """A table; `facts` are long texts, and the cells of the others are numbers with what belongs to them below."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join(_row(row, n in table.baselines, facts) for n, row in enumerate(table.rows))
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    return (
        f'<div class="scroll"><table{" class=facts" if facts else ""}><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{note}"
    )


def _row(cells: Iterable[str], baseline: bool, facts: bool) -> str:
    first, *rest = cells
    if facts:
        lines = "".join(f"<td>{'<br>'.join(map(escape, cell.split('; ')))}</td>" for cell in rest)
        return f'<tr><th scope="row">{escape(first)}</th>{lines}</tr>'
    mark = ' class="baseline"' if baseline else ""
    numbers = "".join(f"<td>{_two_lines(*cell.partition(' ['))}</td>" for cell in rest)
    return f'<tr{mark}><th scope="row">{_two_lines(*first.partition(" · "))}</th>{numbers}</tr>'


def _two_lines(above: str, between: str, rest: str) -> str:
    """The two parts of a text that was parted, one below the other, and the p of a difference below its interval."""
    below = escape(between.strip(" ·") + rest).replace("], p ", "],<br>p ")
    return escape(above) + (f"<small>{below}</small>" if rest else "")


def _anchor(name: str) -> str:
    """An ID without quotes or spaces, for any name."""
    return "dataset-" + "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in name)
