"""Saving: first the difference, then the file."""

import difflib
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from promptrec.errors import PromptrecError
from promptrec.studio.messages import language_of
from promptrec.studio.rendering import page
from promptrec.studio.request_form import Told
from promptrec.studio.session import Desk
from promptrec.studio.translate import fault
from promptrec.studio.workspace import ChangedMeanwhile


def look(request: Request, desk: Desk, told: Told) -> Response:
    """What saving would change, where, and what stands in the way of it."""
    try:
        return page(request, "saving", _looked_at(desk, told))
    except PromptrecError as error:
        return page(request, "not_saving", {"error": fault(error, language_of(request))})


def save(request: Request, desk: Desk, told: Told) -> Response:
    """Write what was agreed to; if the file has changed since it was shown, show the difference again.

    Why it cannot be written is said in the dialog that asked, which stays.
    """
    try:
        sheet = desk.shelf.save(told.name, told.source, told.fields.get("seen", ""))
    except ChangedMeanwhile:
        return look(request, desk, told)
    except PromptrecError as error:
        answer = page(request, "problem", {"error": fault(error, language_of(request)), "unusable": False})
        answer.headers["HX-Retarget"] = "#not-saved"
        return answer
    return page(request, "saved", {"sheet": sheet, "time": f"{datetime.now():%H:%M}"})


def _looked_at(desk: Desk, told: Told) -> dict[str, Any]:
    target, sheet = desk.shelf.target(told.name), desk.shelf.find(told.name)
    changed = not sheet.gone and told.fields.get("opened") != sheet.sha256
    # Nothing of the author's own would be saved, only what stood there before.
    again = changed and told.fields.get("typed") == "no"
    before, after = (told.source, target.text) if again else (target.text, told.source)
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=2)
    return {
        "target": target,
        "lines": list(lines)[2:],
        "changed": changed,
        "again": again,
        "errors": 0 if sheet.gone else sum(f.severity == "error" for f in desk.findings(told)),
        "name": told.name,
    }
