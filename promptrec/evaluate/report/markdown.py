"""A report in Markdown."""

from collections.abc import Iterable

from promptrec.evaluate.report import tables
from promptrec.evaluate.report.tables import Table
from promptrec.evaluate.results import DatasetResult, Evaluation


def as_markdown(evaluation: Evaluation) -> str:
    """The headline first, then what was measured, then everything needed to repeat it."""
    parts = [part for dataset in evaluation.datasets for part in _dataset(dataset, evaluation.config.metrics)]
    return "\n\n".join([*parts, "## To repeat it", _table(tables.repeat(evaluation))]) + "\n"


def dataset_summary(dataset: DatasetResult) -> str:
    """One sentence on what was ranked."""
    judged = "all have" if dataset.judged == dataset.queries else f"{dataset.judged:,} have"
    return (
        f"{dataset.queries:,} queries ({judged} something right, and count), {dataset.items:,} items, "
        f"candidates: {dataset.candidates}; {dataset.domain}, {dataset.language}; {_written_by(dataset)}"
        f"licence {dataset.licence}; source {dataset.source}. {dataset.coverage}"
    ).rstrip()


def _written_by(dataset: DatasetResult) -> str:
    """Whose templates wrote the prompts: a domain that nobody wrote any for has the general ones."""
    names = (template.name for run in dataset.runs for template in run.spec.templates)
    packs = dict.fromkeys(name.rpartition("/")[0] or name for name in names)
    return f"prompts by {', '.join(packs)}; " if packs else ""


def _dataset(dataset: DatasetResult, metrics: tuple[str, ...]) -> list[str]:
    accuracy = tables.accuracy(dataset, metrics)
    parts = [f"## {dataset.name}", f"**{_text(dataset.headline)}**"]
    parts += [f"> {_text(remark)}" for remark in dataset.remarks]
    parts += [_text(dataset_summary(dataset)), _table(accuracy)]
    parts.append(f"Baselines are in italics. {accuracy.note}")
    alarms = [f"- **{_text(run.system)}**: {_text(alarm)}" for run in dataset.runs for alarm in run.alarms]
    skipped = [f"- {_text(name)} is not there: {_text(why)}" for name, why in dataset.skipped.items()]
    parts += ["\n".join(lines) for lines in (alarms, skipped) if lines]
    for table in (tables.memorisation(dataset), tables.robustness(dataset)):
        parts += [f"### {_text(table.title)}", _table(table)] if table.rows else []
    for table in (tables.beyond_accuracy(dataset), tables.validity(dataset), tables.obedience(dataset)):
        parts += [f"### {_text(table.title)}", _table(table), _text(table.note)]
    return parts


def _table(table: Table) -> str:
    head = [_line(table.columns), _line(["---"] * len(table.columns))]
    return "\n".join([*head, *(_line(map(_text, row), n in table.baselines) for n, row in enumerate(table.rows))])


def _line(cells: Iterable[str], baseline: bool = False) -> str:
    first, *rest = cells
    return f"| {' | '.join([f'*{first}*' if baseline else first, *rest])} |"


def _text(cell: str) -> str:
    """Text that a table of Markdown can hold, and no markup."""
    return cell.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;").replace("*", "\\*")
