"""Views that save a file: first the diff, then the write."""

import difflib
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from promptrec.errors import PromptrecError
from promptrec.studio.html_pages import page
from promptrec.studio.messages import error_text, language_of
from promptrec.studio.session import PageRequest, Session
from promptrec.studio.workspace import ChangedMeanwhile, Gone


def look(request: Request, session: Session, form: PageRequest) -> Response:
    """Dialog with the diff of saving, its target, and what prevents it."""
    language = language_of(request)
    try:
        dialog = _save_dialog(session, form)
    except PromptrecError as error:
        return page(request, "not_saving", {"error": error_text(error, language)})
    target = dialog["target"]
    return page(request, "saving", dialog | {"gone": target.gone and error_text(Gone(target.path), language)})


def save(request: Request, session: Session, form: PageRequest) -> Response:
    """Write the text whose diff was confirmed; if the file has changed since, show the diff again.

    If it cannot be written, the open dialog shows why.
    """
    try:
        template_file = session.workspace.save(form.name, form.source, form.fields.get("seen", ""))
    except ChangedMeanwhile:
        return look(request, session, form)
    except PromptrecError as error:
        answer = page(request, "problem", {"error": error_text(error, language_of(request)), "unusable": False})
        answer.headers["HX-Retarget"] = "#not-saved"
        return answer
    return page(request, "saved", {"template_file": template_file, "time": f"{datetime.now():%H:%M}"})


def _save_dialog(session: Session, form: PageRequest) -> dict[str, Any]:
    target, template_file = session.workspace.target(form.name), session.workspace.find(form.name)
    changed = not template_file.gone and form.fields.get("opened") != template_file.sha256
    # Nothing of the author's own would be saved, only what stood there before.
    again = changed and form.fields.get("typed") == "no"
    before, after = (form.source, target.text) if again else (target.text, form.source)
    lines = difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=2)
    return {
        "target": target,
        "lines": list(lines)[2:],
        "changed": changed,
        "again": again,
        "errors": 0 if template_file.gone else sum(f.severity == "error" for f in session.findings(form)),
        "name": form.name,
    }
