"""Views that answer at once: the page, diagnostics, the prompt, items to add."""

from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from promptrec.authoring.sample_request import SAMPLE_WORDS
from promptrec.authoring.scaffold import NoPackName, PackIsThere
from promptrec.authoring.token_spans import view_prompt
from promptrec.data.catalog import Catalog
from promptrec.errors import InputError, PromptrecError, TemplateError, UnknownName
from promptrec.rank.expression import template_kinds
from promptrec.rank.registry import RANKERS
from promptrec.retrieve.candidates import retrieve_candidates
from promptrec.studio.html_pages import page
from promptrec.studio.messages import COOKIE, LANGUAGES, error_text
from promptrec.studio.messages import language_of as page_language
from promptrec.studio.session import BUDGET, SHOWN, PageRequest, Session, language_of, names_of, query, templates_beside
from promptrec.studio.workspace import Gone, TemplateFile
from promptrec.template.front_matter import Header
from promptrec.template.kinds import KINDS
from promptrec.template.loader import SUFFIX, shipped_folder
from promptrec.template.template import Template

FOUND = 12


def studio(request: Request, session: Session) -> Response:
    """The page with an open template. If its file is missing, the status is 404; the tab restores unsaved text."""
    name = request.query_params.get("open") or session.first()
    template_file = session.workspace.find(name)
    header, catalog = _header(session, template_file), _catalog(session, template_file)
    values: dict[str, Any] = {
        "template_file": template_file,
        "gone": template_file.gone and error_text(Gone(template_file.path), page_language(request)),
        "packs": session.workspace.names(),
        "own": session.workspace.own_names(),
        "folder": session.workspace.own,
        "ways": ways(page_language(request)),
        "beside": [] if template_file.is_template else [path.stem for path in templates_beside(template_file)],
        "fields": list(header.fields) if header else [],
        "rankers": _rankers(header) if header else [],
        "model": session.model.name,
        "words": SAMPLE_WORDS[language_of(template_file)],
        "catalog_size": len(catalog) if catalog else 0,
        "candidates": names_of(list(islice(catalog, SHOWN)), catalog) if catalog else [],
    }
    answer = page(request, "studio", values)
    answer.status_code = 404 if template_file.gone else 200
    chosen = request.query_params.get("language")
    if chosen in LANGUAGES:
        answer.set_cookie(COOKIE, str(chosen), httponly=True, samesite="strict", max_age=31_536_000)
    return answer


def findings(request: Request, session: Session, form: PageRequest) -> Response:
    """Diagnostics of the text in the editor."""
    template_file = session.workspace.open(form.name)
    return page(request, "findings", {"findings": session.findings(form), "path": str(template_file.path)})


def prompt(request: Request, session: Session, form: PageRequest) -> Response:
    """The prompt that the model would read, token by token."""
    items = session.candidates(form)
    template = session.edited_template(form)
    place = form.fields.get("place", "0")
    chosen = int(place) if place.isdecimal() and int(place) < len(items) else 0
    shown = view_prompt(template, query(form), items, session.model.tokenizer, place=chosen, budget=BUDGET)
    missing = session.model.missing
    facts = {
        "shown": shown,
        "items": items,
        "place": chosen,
        "listwise": template.kind.lists_candidates,
        "scored": template.kind.scores is not None,
        "model": session.model.name,
        "missing": missing and error_text(missing, page_language(request)),
        "trust": any(not token_span.trusted for part in shown.parts for token_span in part.token_spans),
    }
    return page(request, "prompt", facts)


def find(request: Request, session: Session, form: PageRequest) -> Response:
    """Items whose title contains the words, to be added to the candidates."""
    words = form.fields.get("words", "").strip().casefold()
    catalog = session.catalog(session.workspace.open(form.name))
    hits = list(islice((item for item in catalog if words in item.title.casefold()), FOUND)) if words else []
    return page(request, "found", {"names": names_of(hits, catalog), "words": words})


def pick(request: Request, session: Session, form: PageRequest) -> Response:
    """The candidates that BM25 retrieves for the query, in place of the present ones."""
    catalog = session.catalog(session.workspace.open(form.name))
    retrieved = retrieve_candidates(catalog, query(form), SHOWN).request
    return page(request, "candidates", {"candidates": names_of(retrieved.candidates[:SHOWN], catalog), "oob": False})


def problem(request: Request, error: PromptrecError) -> Response:
    """Message of an error."""
    # A template that cannot be used is explained under its line, where it can be mended.
    values = {"error": error_text(error, page_language(request)), "unusable": isinstance(error, TemplateError)}
    return page(request, "problem", values)


def _header(session: Session, template_file: TemplateFile) -> Header | None:
    """Header of the saved template, None if it cannot be loaded."""
    try:
        return session.saved_template(PageRequest(template_file.name, template_file.text)).header
    except PromptrecError:
        return None


def _rankers(header: Header) -> list[str]:
    """The rankers that use this kind of template; the one of the same name first."""
    names = [name for name in RANKERS if template_kinds(name) == (header.kind,)]
    return sorted(names, key=lambda name: name != header.kind)


def _catalog(session: Session, template_file: TemplateFile) -> Catalog | None:
    """Catalogue to try a template with, None if it cannot be read."""
    try:
        return session.catalog(template_file)
    except (InputError, TemplateError):
        return None


def create_pack(request: Request, session: Session, form: PageRequest) -> Response:
    """Create the pack of the form, and redirect to its template of the chosen kind.

    Raises:
        UnknownName: no such way. InputError: no folder of the author's own, or one that cannot be written to.
    """
    domain, language, way = (form.fields.get(name, "").strip() for name in ("domain", "written", "way"))
    pack = f"{domain}/{language}"
    if way not in ways("en"):
        raise UnknownName("way of ranking", way, ways("en"))
    try:
        session.workspace.create_pack(pack)
    except NoPackName:
        return page(request, "not_begun", {"why": "bad_name", "pack": ""})
    except PackIsThere:
        return page(request, "not_begun", {"why": "already", "pack": pack})
    return Response(status_code=201, headers={"HX-Redirect": f"/?{urlencode({'open': f'{pack}/{way}'})}"})


@cache
def ways(language: str) -> Mapping[str, str]:
    """Template kinds of a new pack and their descriptions, in a language of the page."""
    files = (shipped_folder() / "general" / language).glob(f"*{SUFFIX}")
    headers = [Template.from_file(path).header for path in files]
    return {h.kind: h.about for h in sorted(headers, key=lambda h: list(KINDS).index(h.kind))}
