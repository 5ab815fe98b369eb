"""A report as one page: no script, nothing from the network, light and dark, narrow and wide, on paper too."""

from collections.abc import Iterable, Mapping
from html import escape

from promptrec.evaluate.evaluation import DatasetResult, Evaluation
from promptrec.evaluate.report import charts, tables
from promptrec.evaluate.report.markdown import about
from promptrec.evaluate.report.style import STYLE
from promptrec.evaluate.report.tables import Table
from promptrec.evaluate.report.worst import Worst, WorstOf

# Even if something slipped through escaping, a browser may neither run nor fetch anything.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def as_page(
    evaluation: Evaluation, values: Mapping[str, Mapping[str, Mapping[str, float]]], worst: Mapping[str, WorstOf]
) -> str:
    """The page.

    Args:
        evaluation: what was found.
        values: the primary metric by dataset, system and query ID.
        worst: the worst queries by dataset.
    """
    names = [dataset.name for dataset in evaluation.datasets]
    sections = [
        _dataset(dataset, evaluation, values.get(dataset.name, {}), worst.get(dataset.name))
        for dataset in evaluation.datasets
    ]
    headlines = "".join(
        f'<p class="headline"><b>{escape(d.name)}</b> {escape(d.headline)}</p>' for d in evaluation.datasets
    )
    links = "".join(f'<a href="#{_anchor(name)}">{escape(name)}</a>' for name in names)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(', '.join(names))}: evaluation</title><style>{STYLE}</style></head><body><main>"
        f'<header id="headline"><h1>Evaluation</h1>{headlines}'
        f'<nav>{links}<a href="#repeat">to repeat it</a></nav></header>'
        f'{"".join(sections)}<section id="repeat">{_table(tables.repeat(evaluation), narrow=True)}</section>'
        f"<footer>promptrec {escape(evaluation.versions.get('promptrec', ''))} · {escape(evaluation.date)}</footer>"
        "</main></body></html>\n"
    )


def _dataset(
    dataset: DatasetResult, evaluation: Evaluation, values: Mapping[str, Mapping[str, float]], worst: WorstOf | None
) -> str:
    metric = evaluation.config.primary
    alarms = "".join(
        f'<p class="alarm"><b>{escape(run.system)}</b> {escape(alarm)}</p>'
        for run in dataset.runs
        for alarm in run.alarms
    )
    skipped = "".join(f"<li>{escape(name)}: {escape(why)}</li>" for name, why in dataset.skipped.items())
    pictures = [charts.forest(dataset, metric)]
    if values:
        pictures.append(charts.distributions(dataset, metric, values))
    pictures.append(charts.pareto(dataset, metric))
    if any(run.position_lift for run in dataset.runs):
        pictures.append(charts.positions(dataset))
    checks = [table for table in (tables.memorisation(dataset), tables.robustness(dataset)) if table.rows]
    return (
        f'<section id="{_anchor(dataset.name)}"><h2>{escape(dataset.name)}</h2>'
        f'<p class="about">{escape(about(dataset))}</p>'
        f"{alarms}{_table(tables.accuracy(dataset, evaluation.config.metrics))}"
        f"{f'<p>Baselines that are not there:</p><ul>{skipped}</ul>' if skipped else ''}"
        f'<div class="pictures">{"".join(f"<figure>{picture}</figure>" for picture in pictures)}</div>'
        f"{''.join(map(_table, checks))}{'' if checks else _NOT_CHECKED}"
        f"{_table(tables.beyond(dataset))}{_table(tables.validity(dataset))}{_worst(worst)}</section>"
    )


_NOT_CHECKED = (
    '<p class="about">Memorisation and robustness were not measured: add <code>--memorisation --robustness</code>.</p>'
)


def _table(table: Table, narrow: bool = False) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join(_row(row, n in table.baselines) for n, row in enumerate(table.rows))
    note = f'<p class="note">{escape(table.note)}</p>' if table.note else ""
    kind = ' class="narrow"' if narrow else ""
    return (
        f'<h3>{escape(table.title)}</h3><div class="scroll"><table{kind}><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{note}"
    )


def _row(cells: Iterable[str], baseline: bool) -> str:
    first, *rest = cells
    mark = ' class="baseline"' if baseline else ""
    return f'<tr{mark}><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>'


def _worst(worst: WorstOf | None) -> str:
    if worst is None:
        return ""
    head = f"<h3>Worst queries of {escape(worst.system)}</h3>"
    if worst.missing:
        return f'{head}<p class="about">They cannot be shown: {escape(worst.missing)}.</p>'
    return head + "".join(map(_query, worst.queries))


def _query(worst: Worst) -> str:
    right = set(worst.right)
    ranked = "".join(
        f"<li{' class=right' if item.title in right else ''}>{escape(item.title)}"
        f"<small> {escape(', '.join(f'{name} {score:.3f}' for name, score in item.scores.items()))}</small></li>"
        for item in worst.ranking.items[:5]
    )
    told = [worst.query.preferences, worst.query.context, *worst.query.attributes.values()]
    history = f"<p>History: {escape(', '.join(worst.query.history))}</p>" if worst.query.history else ""
    prompts = "".join(
        f"<details><summary>{escape(name)}</summary><pre>{escape(text)}</pre></details>" for name, text in worst.prompts
    )
    reason = f" ({escape(worst.ranking.reason)})" if worst.ranking.reason else ""
    return (
        f'<article><h4>{escape(worst.query.query_id)} <span class="value">{worst.value:.3f}</span></h4>'
        f"<blockquote>{escape(' '.join(filter(None, told)))}</blockquote>{history}"
        f"<p>Right: {escape('; '.join(worst.right)) or 'none of the catalogue'}</p>"
        f"<p>Ranked first, {escape(worst.ranking.status)}{reason}:</p><ol>{ranked}</ol>{prompts}</article>"
    )


def _anchor(name: str) -> str:
    """An ID without quotes or spaces, for any name."""
    return "dataset-" + "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in name)
