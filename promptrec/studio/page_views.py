"""What the page asks for and gets at once: itself, findings, the prompt, items to add."""

from itertools import islice
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from promptrec.authoring.sample_request import SAMPLE_WORDS
from promptrec.authoring.token_spans import shown_tokens
from promptrec.errors import InputError, PromptrecError, TemplateError
from promptrec.rank.expression import template_kinds
from promptrec.rank.registry import RANKERS
from promptrec.retrieve.candidates import candidate_pool
from promptrec.studio.messages import COOKIE, LANGUAGES
from promptrec.studio.messages import language_of as page_language
from promptrec.studio.new_pack import ways
from promptrec.studio.rendering import page
from promptrec.studio.request_form import Told
from promptrec.studio.session import BUDGET, SHOWN, Desk, language_of, names_of, query, templates_beside
from promptrec.studio.translate import fault
from promptrec.studio.workspace import Sheet

FOUND = 12


def studio(request: Request, desk: Desk) -> Response:
    """The whole page, with a template opened; where it is gone, with what this tab kept of it, to be written again."""
    name = request.query_params.get("open") or desk.first()
    sheet = desk.shelf.find(name)
    language = language_of(sheet)
    told: dict[str, Any] = {
        "sheet": sheet,
        "packs": desk.shelf.names(),
        "own": desk.shelf.own_names(),
        "folder": desk.shelf.own,
        "ways": ways(page_language(request)),
        "beside": [] if sheet.is_template else [path.stem for path in templates_beside(sheet)],
        "fields": _fields(desk, sheet),
        "rankers": _rankers(desk, sheet),
        "model": desk.model.name,
        "words": SAMPLE_WORDS[language],
        "catalog_size": _catalog_size(desk, sheet),
        "candidates": _first_candidates(desk, sheet),
    }
    answer = page(request, "studio", told)
    answer.status_code = 404 if sheet.gone else 200
    chosen = request.query_params.get("language")
    if chosen in LANGUAGES:
        answer.set_cookie(COOKIE, str(chosen), httponly=True, samesite="strict", max_age=31_536_000)
    return answer


def findings(request: Request, desk: Desk, told: Told) -> Response:
    """What is wrong with the text in the editor."""
    sheet = desk.shelf.open(told.name)
    return page(request, "findings", {"findings": desk.findings(told), "path": str(sheet.path)})


def prompt(request: Request, desk: Desk, told: Told) -> Response:
    """What the model would read, token by token."""
    items = desk.candidates(told)
    template = desk.edited(told)
    place = told.fields.get("place", "0")
    chosen = int(place) if place.isdecimal() and int(place) < len(items) else 0
    shown = shown_tokens(template, query(told), items, desk.model.tokenizer, place=chosen, budget=BUDGET)
    facts = {
        "shown": shown,
        "items": items,
        "place": chosen,
        "listwise": template.header.ranks.startswith("listwise"),
        "scored": template.header.ranks in ("query-likelihood", "item-pmi"),
        "model": desk.model.name,
        "missing": desk.model.missing,
        "trust": any(not chip.trusted for part in shown.parts for chip in part.chips),
    }
    return page(request, "prompt", facts)


def find(request: Request, desk: Desk, told: Told) -> Response:
    """Items of the catalogue whose title holds the words, to be added to the candidates."""
    words = told.fields.get("words", "").strip().casefold()
    catalog = desk.catalog(desk.shelf.open(told.name))
    hits = list(islice((item for item in catalog if words in item.title.casefold()), FOUND)) if words else []
    return page(request, "found", {"names": names_of(hits, catalog), "words": words})


def pick(request: Request, desk: Desk, told: Told) -> Response:
    """The candidates that BM25 finds for the person's words, in place of those there are."""
    catalog = desk.catalog(desk.shelf.open(told.name))
    asked = candidate_pool(catalog, query(told), SHOWN).request
    return page(request, "candidates", {"candidates": names_of(asked.candidates[:SHOWN], catalog), "oob": False})


def problem(request: Request, error: PromptrecError) -> Response:
    """Why there is nothing to show."""
    # A template that cannot be used is explained under its line, where it can be mended.
    told = {"error": fault(error, page_language(request)), "unusable": isinstance(error, TemplateError)}
    return page(request, "problem", told)


def _fields(desk: Desk, sheet: Sheet) -> list[str]:
    try:
        return list(desk.saved(Told(sheet.name, sheet.text)).header.fields)
    except PromptrecError:
        return []


def _rankers(desk: Desk, sheet: Sheet) -> list[str]:
    """The ways of ranking that ask with this kind of template; its own first."""
    try:
        ranks = desk.saved(Told(sheet.name, sheet.text)).header.ranks
    except PromptrecError:
        return []
    names = [name for name in RANKERS if template_kinds(name) == (ranks,)]
    return sorted(names, key=lambda name: name != ranks)


def _catalog_size(desk: Desk, sheet: Sheet) -> int:
    try:
        return len(desk.catalog(sheet))
    except (InputError, TemplateError):
        return 0


def _first_candidates(desk: Desk, sheet: Sheet) -> list[str]:
    try:
        catalog = desk.catalog(sheet)
    except (InputError, TemplateError):
        return []
    return names_of(list(islice(catalog, SHOWN)), catalog)
