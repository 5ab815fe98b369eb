"""Saving: first the difference, then the file."""

import difflib
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from promptrec.studio.desk import Desk
from promptrec.studio.form import Told
from promptrec.studio.pages import page
from promptrec.studio.shelf import ChangedMeanwhile


def look(request: Request, desk: Desk, told: Told) -> Response:
    """What saving would change, where, and what stands in the way of it."""
    target = desk.shelf.target(told.name)
    sheet = desk.shelf.open(told.name)
    lines = difflib.unified_diff(target.text.split("\n"), told.source.split("\n"), lineterm="", n=2)
    facts = {
        "target": target,
        "lines": list(lines)[2:],
        "changed": told.fields.get("opened") != sheet.sha256,
        "errors": sum(f.severity == "error" for f in desk.findings(told)),
        "name": told.name,
    }
    return page(request, "saving", facts)


def save(request: Request, desk: Desk, told: Told) -> Response:
    """Write what was agreed to; if the file has changed since it was shown, show the difference again."""
    try:
        sheet = desk.shelf.save(told.name, told.source, told.fields.get("seen", ""))
    except ChangedMeanwhile:
        return look(request, desk, told)
    return page(request, "saved", {"sheet": sheet, "time": f"{datetime.now():%H:%M}"})
