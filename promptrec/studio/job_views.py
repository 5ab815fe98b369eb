"""What the page asks for and waits for: rankings, comparisons, tests, A/B. Each is a job; see `job`."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from promptrec.authoring.ab_test import compare_templates
from promptrec.authoring.diff import diff
from promptrec.authoring.run_tests import run_tests
from promptrec.data.catalog import Catalog
from promptrec.data.item import Item
from promptrec.evaluate.datasets.registry import open_dataset
from promptrec.rank.base import Setup
from promptrec.rank.expression import build_ranker, template_kinds
from promptrec.rank.ranking import Ranking
from promptrec.recommender import Recommender
from promptrec.studio.job import Job
from promptrec.studio.messages import Refused, language_of
from promptrec.studio.model import Watched
from promptrec.studio.rendering import page
from promptrec.studio.request_form import PageRequest
from promptrec.studio.session import Session, query
from promptrec.studio.translate import fault
from promptrec.studio.view_models import broken, found, moves, read
from promptrec.template.template import Template

Work = Callable[[Job], Mapping[str, Any]]
MOST_PEOPLE = 500


def ranked(session: Session, told: PageRequest) -> Work:
    """One person's ranking with the text in the editor, and how it differs from the list before."""
    template, person, items = session.edited(told), query(told), session.candidates(told)
    name = _ranker(told, template)
    before = _before(told)

    def work(job: Job) -> Mapping[str, Any]:
        with session.model.reading(job) as (engine, choice):
            recommender = _recommender(name, template, engine, choice, items)
            ranking = recommender.rank(person, items)
        parsed = read(ranking.reply, {item.item_id: item.title for item in items})
        return {"ranking": ranking, "moves": moves(before, ranking.item_ids), "replies": engine.replies, "read": parsed}

    return work


def compared(session: Session, told: PageRequest) -> Work:
    """One person's rankings with the text on disk and with the one in the editor."""
    saved, edited = session.saved(told), session.edited(told)
    person, items = query(told), session.candidates(told)
    sides = [(_ranker(told, template), template) for template in (saved, edited)]

    def work(job: Job) -> Mapping[str, Any]:
        with session.model.reading(job) as (engine, choice):
            first, second = (
                _recommender(name, template, engine, choice, items).rank(person, items) for name, template in sides
            )
        return {"saved": first, "edited": second, "moves": moves(first.item_ids, second.item_ids)}

    return work


def differed(request: Request, session: Session, told: PageRequest) -> Response:
    """What differs between the text on disk and the one in the editor, and in their prompts; needs no model."""
    saved, edited = session.saved(told), session.edited(told)
    found = diff(saved, edited, session.model.tokenizer, Catalog(session.candidates(told)), told.preferences or None)
    return page(request, "differed", {"diff": found})


def tested(session: Session, told: PageRequest) -> Work:
    """The tests of the header and of pack.yaml."""
    template, catalog = session.edited(told), session.catalog(session.workspace.open(told.name))
    if not template.header.tests:
        raise Refused("tests")

    def work(job: Job) -> Mapping[str, Any]:
        total = len(template.header.tests)
        with session.model.reading(job) as (engine, _):
            engine.watching = False
            ranker = build_ranker(template.header.ranks, Setup(catalog, {template.header.ranks: template}))

            def rank(requests: Sequence[Any]) -> list[Ranking]:
                out: list[Ranking] = []
                for place, request in enumerate(requests):
                    job.note("testing", place, total)
                    out += ranker.rank([request], engine)
                return out

            outcomes = run_tests(template, rank, catalog)
        passed = sum(outcome.passed for outcome in outcomes)
        return {"outcomes": [(outcome, broken(outcome)) for outcome in outcomes], "passed": passed}

    return work


def ab(session: Session, told: PageRequest) -> Work:
    """The saved and the edited template over the people of a dataset, compared person by person."""
    saved, edited = session.saved(told), session.edited(told)
    limit = told.fields.get("people", "")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST_PEOPLE:
        raise Refused("people", most=MOST_PEOPLE)
    if saved.sha256 == edited.sha256:
        raise Refused("same")

    def work(job: Job) -> Mapping[str, Any]:
        job.note("reading-data")
        dataset = open_dataset(told.fields.get("dataset", "").strip())
        people = min(int(limit), len(dataset.requests) or len(dataset.queries))
        with session.model.reading(job) as (engine, _):
            engine.watching = False

            def done(rankings: int) -> None:
                job.note("comparing", rankings, 2 * people)

            done(0)
            verdict = compare_templates(saved, edited, dataset, engine, limit=people, done=done)
        return {"verdict": verdict, **found(verdict)}

    return work


KINDS: dict[str, Callable[[Session, PageRequest], Work]] = {
    "run": ranked,
    "compare": compared,
    "tests": tested,
    "ab": ab,
}


def start(kind: str) -> Callable[[Request, Session, PageRequest], Response]:
    """What begins a job of a kind."""

    def begin(request: Request, session: Session, told: PageRequest) -> Response:
        work = KINDS[kind](session, told)
        return progress(request, session.jobs.start(kind, work, told.fields.get("tab", "")), session)

    return begin


def progress(request: Request, job: Job, session: Session) -> Response:
    """How far a job is; once it is done, what it found."""
    # Read before the rest: work that ends meanwhile has its result or its error before it has its state.
    state = job.state
    error = job.error and fault(job.error, language_of(request))
    facts = {"job": job, "state": state, "model": session.model.name, "error": error, **job.result}
    return page(request, "job", facts)


def _ranker(told: PageRequest, template: Template) -> str:
    if not template.kind.ranks:
        raise Refused("profile")
    name = told.fields.get("ranker") or template.header.ranks
    # One of another kind is left over from a header that was changed since.
    return name if template_kinds(name) == (template.header.ranks,) else template.header.ranks


def _recommender(name: str, template: Template, engine: Watched, choice: Any, items: Sequence[Item]) -> Recommender:  # noqa: ANN401
    catalog = Catalog(items)
    ranker = build_ranker(name, Setup(catalog, {template.header.ranks: template}))
    return Recommender(ranker, catalog, engine, choice, len(items), 0)


def _before(told: PageRequest) -> tuple[str, ...]:
    try:
        return tuple(map(str, json.loads(told.fields.get("before", "[]"))))
    except (ValueError, TypeError):
        return ()
