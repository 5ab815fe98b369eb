"""The worst queries, as a part of the page. Whatever a person, a catalogue or a model wrote is escaped."""

from html import escape

from promptrec.evaluate.report.error_analysis import WorstQueries, WorstQuery
from promptrec.rank.ranking import RankedItem, Ranking

TOP = 5


def worst_queries_section(worst: WorstQueries | None) -> str:
    """What was asked, what was right, what came first and why; prompts are folded. Empty where no model was read."""
    if worst is None:
        return ""
    head = f"<h3>Worst queries of {escape(worst.system)}</h3>"
    if worst.unavailable:
        return f'{head}<p class="about">They cannot be shown: {escape(worst.unavailable)}.</p>'
    no_prompts = f"Their prompts cannot be shown: {escape(worst.no_prompts)}." if worst.no_prompts else ""
    note = f'<p class="about">{no_prompts}</p>' if no_prompts else ""
    return head + note + "".join(map(_query, worst.queries))


def _query(worst: WorstQuery) -> str:
    text = " ".join(filter(None, (worst.query.preferences, worst.query.context)))
    facts = [
        *(f"<p>{escape(name)}: {escape(value)}</p>" for name, value in worst.query.attributes.items()),
        f"<p>History: {escape(', '.join(worst.query.history))}</p>" if worst.query.history else "",
    ]
    right = "".join(
        f'<li class="right">{escape(title)} <small>grade {grade}</small></li>' for title, grade in worst.right
    )
    prompts = "".join(
        f"<details><summary>{escape(name)}</summary><pre>{escape(text)}</pre></details>" for name, text in worst.prompts
    )
    ranked = _ranked(worst.ranking, frozenset(title for title, _ in worst.right))
    return (
        f'<article><h4>{escape(worst.query.query_id)} <span class="value">{worst.metric} {worst.value:.3f}</span></h4>'
        f"{f'<blockquote>{escape(text)}</blockquote>' if text else ''}{''.join(facts)}"
        f'<div class="details"><div>Right<ul>{right or "none of the catalogue"}</ul></div>'
        f"<div>Ranked first{ranked}</div></div>{prompts}</article>"
    )


def _ranked(ranking: Ranking, right: frozenset[str]) -> str:
    items = "".join(_item(item, item.title in right) for item in ranking.items[:TOP])
    remarks = [ranking.reason] + [
        f"{fault} in the reply: {', '.join(named)}"
        for fault, named in (ranking.reply.model_dump().items() if ranking.reply else ())
        if named
    ]
    outcome = "; ".join(filter(None, (ranking.status, *remarks)))
    return f"<small> {escape(outcome)}</small><ol>{items}</ol>"


def _item(item: RankedItem, right: bool) -> str:
    scores = ", ".join(f"{name} {score:.3f}" for name, score in item.scores.items())
    return f"<li{' class=right' if right else ''}>{escape(item.title)} <small>{escape(scores)}</small></li>"
