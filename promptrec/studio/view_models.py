"""Values that the result pages show: rank changes, failed expectations, the verdict of A/B."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from promptrec.authoring.ab_test import Verdict
from promptrec.authoring.run_tests import Outcome
from promptrec.rank.ranking import ReplyReport


def rank_changes(before: Sequence[str], now: Sequence[str]) -> dict[str, int | None]:
    """Number of ranks each item has risen (below 0: fallen); None for an item that is new."""
    places = {item_id: place for place, item_id in enumerate(before)}
    return {item_id: places[item_id] - place if item_id in places else None for place, item_id in enumerate(now)}


def failed_expectations(outcome: Outcome) -> list[tuple[str, str, int]]:
    """The expectations that a ranking fails: "include" or "exclude", the title, and its rank."""
    wanted, places = outcome.test, {item.title: item.rank for item in outcome.ranking.items}
    absent = [("include", title) for title in wanted.include if places.get(title, 0) > wanted.top]
    present = [("exclude", title) for title in wanted.exclude if places.get(title, wanted.top + 1) <= wanted.top]
    return [(what, title, places[title]) for what, title in (*absent, *present)]


def ab_result(verdict: Verdict) -> Mapping[str, Any]:
    """Which of "saved" and "edited" is significantly better, if any, with the numbers."""
    contrast = verdict.comparison.contrasts[verdict.metric]
    difference, names = contrast.difference, dict(zip(contrast.names, ("saved", "edited"), strict=True))
    if math.isnan(difference.low):
        return {"better": "few", "found": difference, "p": contrast.p_holm, "needs": None}
    needs = None if contrast.better else difference.users_needed
    more = needs if needs is not None and needs > difference.n else None
    return {
        "better": names.get(contrast.better or "", "none"),
        "found": difference,
        "p": contrast.p_holm,
        "needs": more,
    }


def reply_problems(reply: ReplyReport | None, titles: Mapping[str, str]) -> dict[str, list[str]]:
    """Faults of a written reply by their key in words.yaml, with the titles of the items."""
    problems = {} if reply is None else {"missing": reply.missing, "repeated": reply.repeated, "unknown": reply.unknown}
    return {name: [titles.get(entry, entry) for entry in entries] for name, entries in problems.items() if entries}
