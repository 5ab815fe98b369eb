"""First the difference is shown, then the file is written, and never over what somebody else wrote."""

import hashlib
import re
from pathlib import Path

from promptrec.studio import workspace

PACK = Path(__file__).parent / "pack"
NAME = "wine/en/query-likelihood"
SOURCE = (PACK / "query-likelihood.jinja").read_text()

EDITED = SOURCE.replace("A guest", "One <b>guest</b>")


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def seen(dialog):
    return re.search(r'name="seen" value="([^"]*)"', dialog)[1]


def test_the_difference_then_the_file(client, mine, form):
    path = mine / f"{NAME}.jinja"
    dialog = client.post("/save/look", data=form(EDITED, opened=sha(SOURCE))).text
    assert "<del>-A guest who would enjoy it says:</del>" in dialog
    assert "<ins>+One &lt;b&gt;guest&lt;/b&gt; who would enjoy it says:</ins>" in dialog
    assert str(path) in dialog and "was changed" not in dialog
    assert path.read_text() == SOURCE, "looking writes nothing"
    saved = client.post("/save", data=form(EDITED, opened=sha(SOURCE), seen=seen(dialog))).text
    assert path.read_text() == EDITED
    assert f'data-saved="{sha(EDITED)}"' in saved and "Saved as" in saved
    assert re.search(r'data-owned="yours · saved at \d\d:\d\d"', saved), "it is seen that it was saved"


def test_line_ends_of_a_form_are_those_of_the_file(client, mine, form):
    client.post("/save", data=form(EDITED.replace("\n", "\r\n"), seen=sha(SOURCE)))
    assert (mine / f"{NAME}.jinja").read_bytes() == EDITED.encode()


def test_a_change_on_disk_is_shown_and_not_overwritten_unasked(client, mine, form):
    path = mine / f"{NAME}.jinja"
    dialog = client.post("/save/look", data=form(EDITED, opened=sha(SOURCE))).text
    path.write_text(SOURCE + "by another program\n")
    again = client.post("/save", data=form(EDITED, opened=sha(SOURCE), seen=seen(dialog))).text
    assert path.read_text().endswith("by another program\n")
    assert "was changed after you opened it" in again and "<del>-by another program</del>" in again
    assert "Overwrite" in again
    client.post("/save", data=form(EDITED, opened=sha(SOURCE), seen=seen(again)))
    assert path.read_text() == EDITED


def test_what_came_with_promptrec_is_copied(client, mine, form, session):
    name = "general/en/query-likelihood"
    template_file = session.workspace.open(name)
    fields = form(template_file.text + "\n", name, opened=template_file.sha256)
    dialog = client.post("/save/look", data=fields).text
    assert "It comes with promptrec" in dialog and "yes-no.jinja" in dialog and "was changed" not in dialog
    client.post("/save", data=fields | {"seen": seen(dialog)})
    assert (mine / f"{name}.jinja").read_text() == template_file.text + "\n"
    assert (mine / "general/en/yes-no.jinja").is_file()


def test_a_broken_template_may_be_saved_but_not_unknowingly(client, form):
    assert (
        "Errors in it: 1. They must be mended"
        in client.post("/save/look", data=form("no header", opened=sha(SOURCE))).text
    )


def test_nothing_to_save_offers_no_button(client, form):
    dialog = client.post("/save/look", data=form(opened=sha(SOURCE))).text
    assert "No difference" in dialog and 'hx-post="/save"' not in dialog


def test_a_last_line_that_only_now_ends_is_a_difference(client, mine, form):
    path = mine / f"{NAME}.jinja"
    dialog = client.post("/save/look", data=form(SOURCE.rstrip("\n"), opened=sha(SOURCE))).text
    assert "No difference" not in dialog
    client.post("/save", data=form(SOURCE.rstrip("\n"), seen=seen(dialog)))
    assert path.read_text() == SOURCE.rstrip("\n")


def test_what_could_not_be_opened_again_is_not_saved(client, mine, form):
    long = SOURCE + "好" * 70_000
    answer = client.post("/save?language=zh", data=form(long, seen=sha(SOURCE))).text
    assert "200,000 字节" in answer and (mine / f"{NAME}.jinja").read_text() == SOURCE


def focused(dialog):
    return re.search(r"<(?:button|a) [^>]*autofocus[^>]*>([^<]*)", dialog)[1]


def test_a_refusal_is_said_in_the_dialog_that_asked(client, mine, form, monkeypatch):
    fields = form(EDITED, opened=sha(SOURCE), seen=sha(SOURCE))
    assert 'id="not-saved"' in client.post("/save/look", data=fields).text

    def forbidden(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(workspace.tempfile, "mkstemp", forbidden)
    answer = client.post("/save", data=fields)
    assert answer.headers["HX-Retarget"] == "#not-saved" and "cannot be written: Permission denied" in answer.text
    assert 'role="alert"' in answer.text and (mine / f"{NAME}.jinja").read_text() == SOURCE
    assert "query-likelihood.jinja：无法写入" in client.post("/save?language=zh", data=fields).text


def test_what_cannot_even_be_looked_at_is_said_in_a_dialog(client, session, form):
    object.__setattr__(session, "workspace", workspace.Workspace(None))
    dialog = client.post("/save/look", data=form(name="general/en/query-likelihood")).text
    assert "<dialog" in dialog and "start the studio with --templates" in dialog and focused(dialog) == "Close"


def test_enter_does_not_overwrite_what_somebody_else_wrote(client, mine, form):
    fields = form(EDITED, opened=sha(SOURCE), typed="yes")
    assert focused(client.post("/save/look", data=fields).text) == "Save"
    (mine / f"{NAME}.jinja").write_text(SOURCE + "by another program\n")
    dialog = client.post("/save/look", data=fields).text
    assert "Overwrite it" in dialog and focused(dialog) == "Cancel"


def test_where_nothing_was_typed_the_file_is_opened_again_and_not_overwritten(client, mine, form):
    (mine / f"{NAME}.jinja").write_text(SOURCE + "by another program\n")
    dialog = client.post("/save/look", data=form(opened=sha(SOURCE), typed="no")).text
    assert 'hx-post="/save"' not in dialog and focused(dialog) == "Open it again"
    assert "<ins>+by another program</ins>" in dialog, "what opening it brings"


def test_where_nothing_can_be_saved_cancel_has_the_focus(client, form):
    assert focused(client.post("/save/look", data=form(opened=sha(SOURCE), typed="no")).text) == "Cancel"
