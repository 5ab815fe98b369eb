"""Views that run as jobs: rankings, comparisons, tests, A/B."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from promptrec.answer.base import ParseReport
from promptrec.authoring.ab_test import Verdict, compare_templates
from promptrec.authoring.diff import diff_templates
from promptrec.authoring.run_tests import Outcome, run_tests
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.engine.registry import EngineChoice
from promptrec.errors import InputError
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.ranking import Ranking
from promptrec.recommender import Recommender
from promptrec.studio.html_pages import page
from promptrec.studio.intent_form import IntentForm, intent_query
from promptrec.studio.job import Job
from promptrec.studio.messages import error_text, language_of
from promptrec.studio.model import ObservedEngine
from promptrec.studio.session import PageRequest, Session
from promptrec.template.template import Template

Work = Callable[[Job], Mapping[str, Any]]
MOST_PEOPLE = 500


def rank_edited(session: Session, form: PageRequest) -> Work:
    """Rank with the text in the editor, and compare with the list before."""
    template, items = session.edited_template(form), session.candidates(form)
    intent_form = IntentForm.of(form, template.header.intent_settings)
    person = intent_query(form, template.header.intent_settings)
    name = _ranker(form, template)
    before = _before(form)

    def work(job: Job) -> Mapping[str, Any]:
        with session.model.reading(job) as (engine, choice):
            recommender = _recommender(name, template, engine, choice, items)
            ranking = recommender.rank(person, items)
        return {
            "ranking": ranking,
            "moves": rank_changes(before, ranking.item_ids),
            "reports": intent_form.reports(ranking),
            "replies": engine.replies,
            "read": reply_problems(ranking.reply, {item.item_id: item.title for item in items}),
        }

    return work


def rank_both(session: Session, form: PageRequest) -> Work:
    """Rank with the text on disk and with the text in the editor."""
    saved, edited = session.saved_template(form), session.edited_template(form)
    person, items = intent_query(form, edited.header.intent_settings), session.candidates(form)
    sides = [(_ranker(form, template), template) for template in (saved, edited)]

    def work(job: Job) -> Mapping[str, Any]:
        with session.model.reading(job) as (engine, choice):
            first, second = (_recommender(name, t, engine, choice, items).rank(person, items) for name, t in sides)
        return {"saved": first, "edited": second, "moves": rank_changes(first.item_ids, second.item_ids)}

    return work


def show_diff(request: Request, session: Session, form: PageRequest) -> Response:
    """Diff of the text on disk and the text in the editor, and of their prompts; needs no model."""
    saved, edited = session.saved_template(form), session.edited_template(form)
    catalog = Catalog(session.candidates(form))
    diff = diff_templates(saved, edited, session.model.tokenizer, catalog, form.preferences or None)
    return page(request, "differed", {"diff": diff})


def run_template_tests(session: Session, form: PageRequest) -> Work:
    """Run the tests of the header and of pack.yaml."""
    template, catalog = session.edited_template(form), session.catalog(session.workspace.open(form.name))
    if not template.header.tests:
        raise InputError("no-tests-yet")

    def work(job: Job) -> Mapping[str, Any]:
        total = len(template.header.tests)
        with session.model.reading(job) as (engine, _):
            engine.watching = False
            ranker = build_ranker(template.header.kind, Setup(catalog, {template.header.kind: template}))

            def rank(requests: Sequence[Any]) -> list[Ranking]:
                out: list[Ranking] = []
                for place, request in enumerate(requests):
                    job.note("testing", place, total)
                    out += ranker.rank([request], engine)
                return out

            outcomes = run_tests(template, rank, catalog)
        passed = sum(outcome.passed for outcome in outcomes)
        return {"outcomes": [(outcome, failed_expectations(outcome)) for outcome in outcomes], "passed": passed}

    return work


def compare_on_dataset(session: Session, form: PageRequest) -> Work:
    """Compare the saved and the edited template on the queries of a dataset."""
    saved, edited = session.saved_template(form), session.edited_template(form)
    limit = form.fields.get("people", "")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST_PEOPLE:
        raise InputError("people-out-of-range", most=MOST_PEOPLE)
    if saved.sha256 == edited.sha256:
        raise InputError("same-prompts")

    def work(job: Job) -> Mapping[str, Any]:
        job.note("reading-data")
        dataset = open_dataset(form.fields.get("dataset", "").strip())
        people = min(int(limit), len(dataset.requests) or len(dataset.queries))
        with session.model.reading(job) as (engine, _):
            engine.watching = False

            def done(rankings: int) -> None:
                job.note("comparing", rankings, 2 * people)

            done(0)
            verdict = compare_templates(saved, edited, dataset, engine, limit=people, on_progress=done)
        return {"verdict": verdict, **ab_result(verdict)}

    return work


KINDS: dict[str, Callable[[Session, PageRequest], Work]] = {
    "run": rank_edited,
    "compare": rank_both,
    "tests": run_template_tests,
    "ab": compare_on_dataset,
}


def start(kind: str) -> Callable[[Request, Session, PageRequest], Response]:
    """View that starts a job of a kind."""

    def begin(request: Request, session: Session, form: PageRequest) -> Response:
        work = KINDS[kind](session, form)
        job = session.jobs.start(kind, work, form.fields.get("tab", ""))
        if kind != "run":
            return progress(request, job, session)
        settings = session.edited_template(form).header.intent_settings
        return progress(request, job, session, IntentForm.of(form, settings))

    return begin


def progress(request: Request, job: Job, session: Session, intent_form: IntentForm | None = None) -> Response:
    """Progress of a job, or its result; with the chips of an intent, if there are any to be shown anew."""
    # Read before the rest: work that ends meanwhile has its result or its error before it has its state.
    state = job.state
    error = job.error and error_text(job.error, language_of(request))
    facts = {
        "job": job,
        "state": state,
        "model": session.model.name,
        "error": error,
        "intent_form": intent_form,
        **job.result,
    }
    return page(request, "job", facts)


def _ranker(form: PageRequest, template: Template) -> str:
    if not template.kind.ranks:
        raise InputError("profile-ranks-nothing")
    name = form.fields.get("ranker") or template.header.kind
    # One of another kind is left over from a header that was changed since.
    return name if template_kinds(name) == (template.header.kind,) else template.header.kind


def _recommender(
    name: str, template: Template, engine: ObservedEngine, choice: EngineChoice | None, items: Sequence[Item]
) -> Recommender:
    catalog = Catalog(items)
    ranker = build_ranker(name, Setup(catalog, {template.header.kind: template}))
    return Recommender(ranker, catalog, engine, choice, len(items), 0)


def _before(form: PageRequest) -> tuple[str, ...]:
    try:
        return tuple(map(str, json.loads(form.fields.get("before", "[]"))))
    except (ValueError, TypeError):
        return ()


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
    better = names.get(contrast.better or "", "none")
    return {"better": better, "found": difference, "p": contrast.p_holm, "needs": more}


def reply_problems(reply: ParseReport | None, titles: Mapping[str, str]) -> dict[str, list[str]]:
    """Faults of a written reply by their key in words.yaml, with the titles of the items."""
    problems = {} if reply is None else {"missing": reply.missing, "repeated": reply.repeated, "unknown": reply.unknown}
    return {name: [titles.get(entry, entry) for entry in entries] for name, entries in problems.items() if entries}
