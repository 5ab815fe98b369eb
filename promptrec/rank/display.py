"""Tables to print: a ranking in a terminal or a notebook, and how wide a table must be."""

import html
import io
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

WIDTH = 100
# Least width of a column whose text may be wrapped.
LEAST = 12


@dataclass(frozen=True)
class RankingTable:
    """A ranking to print.

    Attributes:
        headline: status, ranker and cost in one line.
        remarks: the ranking's reason, and what was shortened.
        rows: rank, item ID, title, score and fit of each item.
    """

    headline: str
    remarks: tuple[str, ...]
    rows: tuple[tuple[int, str, str, float | None, str], ...]

    def rich(self) -> Group:
        """A `rich` renderable. Text of items is never read as markup."""
        lines = [Text(self.headline, style="bold"), *(Text(remark, style="yellow") for remark in self.remarks)]
        return Group(*lines, self._items()) if self.rows else Group(*lines)

    def text(self) -> str:
        """Plain text, 100 columns wide (wide characters count as two), or as wide as its IDs need."""
        out = io.StringIO()
        Console(file=out, width=max(WIDTH, self.least_width), color_system=None).print(self.rich())
        return "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))

    def html(self) -> str:
        """HTML with every value escaped."""
        rows = "".join(
            f"<tr><td>{rank}</td><td>{html.escape(item_id)}</td><td>{html.escape(title)}</td>"
            f"<td>{_number(score)}</td>{f'<td>{html.escape(fit)}</td>' if self._shows_fit else ''}</tr>"
            for rank, item_id, title, score, fit in self.rows
        )
        remarks = "".join(f"<div>{html.escape(remark)}</div>" for remark in self.remarks)
        fit_head = "<th>fit</th>" if self._shows_fit else ""
        head = f"<tr><th>#</th><th>item</th><th>title</th><th>score</th>{fit_head}</tr>"
        return f"<div><b>{html.escape(self.headline)}</b>{remarks}<table>{head}{rows}</table></div>"

    @property
    def least_width(self) -> int:
        """Columns it needs so that no ID is cut."""
        return least_width(self._items())

    @property
    def _shows_fit(self) -> bool:
        return any(fit for *_, fit in self.rows)

    def _items(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        table.add_column("#", justify="right", no_wrap=True)
        table.add_column("item", no_wrap=True)
        table.add_column("title", overflow="fold")
        table.add_column("score", justify="right", no_wrap=True)
        if self._shows_fit:
            table.add_column("fit", overflow="fold")
        for rank, item_id, title, score, fit in self.rows:
            cells = (str(rank), Text(item_id), Text(" ".join(title.split())), _number(score), Text(fit))
            table.add_row(*cells[: len(table.columns)])
        return table


def least_width(table: Table) -> int:
    """Columns a table needs so that no text of its `no_wrap` columns is cut."""
    width = 1
    for column in table.columns:
        lengths = [cell_len(line) for cell in (column.header, *column.cells) for line in str(cell).split("\n")]
        width += 3 + (max(lengths) if column.no_wrap else min(max(lengths), LEAST))
    return width


def _number(score: float | None) -> str:
    return "–" if score is None else f"{score:.3f}"
