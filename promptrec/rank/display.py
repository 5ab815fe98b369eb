"""Rankings for people: a table in a terminal, a table in a notebook."""

import html
import io

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from promptrec.rank.ranking import Ranking

WIDTH = 100
# The columns of letters that a column gets at least whose text may go on in the next line.
LEAST = 12


def headline(ranking: Ranking) -> str:
    """Status, what ranked, and what it cost, in one line."""
    ledger = ranking.ledger
    read_by = " ".join(filter(None, (ranking.ranker, ranking.model and f"on {ranking.model}")))
    return (
        f"{ranking.query_id}: {ranking.status} · {read_by} · {ledger.prompt_tokens:,} prompt tokens "
        f"({ledger.cached_tokens:,} cached), {ledger.decoded_tokens:,} written · {ledger.seconds:.1f} s"
    )


def as_table(ranking: Ranking) -> Group:
    """What `rich` prints for a ranking: headline, reason, items. Text of items is never read as markup."""
    lines = [Text(headline(ranking), style="bold")]
    lines += [Text(ranking.reason, style="yellow")] if ranking.reason else []
    lines += (
        [Text(f"shortened to fit: {', '.join(ranking.truncations)}", style="yellow")] if ranking.truncations else []
    )
    return Group(*lines, _items(ranking)) if ranking.items else Group(*lines)


def as_text(ranking: Ranking) -> str:
    """The same as plain text, 100 columns wide (wide characters count as two), or as wide as its IDs need."""
    out = io.StringIO()
    Console(file=out, width=max(WIDTH, width_of(ranking)), color_system=None).print(as_table(ranking))
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip("\n").split("\n"))


def width_of(ranking: Ranking) -> int:
    """The columns of letters that a ranking needs: whoever copies an ID gets all of it."""
    return least_width(_items(ranking))


def least_width(table: Table) -> int:
    """The columns of letters that a table needs for the text that must not go on in the next line."""
    width = 1
    for column in table.columns:
        lengths = [cell_len(line) for cell in (column.header, *column.cells) for line in str(cell).split("\n")]
        width += 3 + (max(lengths) if column.no_wrap else min(max(lengths), LEAST))
    return width


def _items(ranking: Ranking) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("item", no_wrap=True)
    table.add_column("title", overflow="fold")
    table.add_column("score", justify="right", no_wrap=True)
    for item in ranking.items:
        title = " ".join(item.title.split())
        table.add_row(str(item.rank), Text(item.item_id), Text(title), _number(item.score))
    return table


def as_html(ranking: Ranking) -> str:
    """The same for a notebook, every value escaped."""
    rows = "".join(
        f"<tr><td>{item.rank}</td><td>{html.escape(item.item_id)}</td><td>{html.escape(item.title)}</td>"
        f"<td>{_number(item.score)}</td></tr>"
        for item in ranking.items
    )
    reason = f"<div>{html.escape(ranking.reason)}</div>" if ranking.reason else ""
    head = "<tr><th>#</th><th>item</th><th>title</th><th>score</th></tr>"
    return f"<div><b>{html.escape(headline(ranking))}</b>{reason}<table>{head}{rows}</table></div>"


def _number(score: float | None) -> str:
    return "–" if score is None else f"{score:.3f}"
