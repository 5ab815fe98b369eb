"""View that creates a pack, as `promptrec template new` does."""

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from promptrec.authoring.scaffold import NoPackName, PackIsThere
from promptrec.errors import UnknownName
from promptrec.studio.html_pages import page
from promptrec.studio.request_form import PageRequest
from promptrec.studio.session import Session
from promptrec.template.kinds import KINDS
from promptrec.template.loader import SUFFIX, shipped_folder
from promptrec.template.template import Template


def create(request: Request, session: Session, form: PageRequest) -> Response:
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
