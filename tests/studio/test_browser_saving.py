"""Saving with the keyboard alone: a refusal is seen, nobody's work is overwritten unread, and the focus comes back."""

import pytest

pytestmark = pytest.mark.server


def in_the_editor(tab):
    return tab.evaluate("document.activeElement.classList.contains('cm-content')")


def test_a_refused_save_is_seen_where_it_was_asked_for_and_may_be_tried_again(open_page, put, path):
    tab, before = open_page(viewport={"width": 420, "height": 700}), path.read_text()
    put(tab, "A guest who", " please")
    tab.keyboard.press("Control+s")
    tab.wait_for_selector("dialog:modal ins")
    tab.evaluate("document.getElementById('source').value += 'x'.repeat(200_000)")
    tab.keyboard.press("Enter")
    said = tab.locator("dialog:modal [role=alert]", has_text="200,000 bytes")
    said.wait_for()
    box = said.bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= 700, "it is on the screen"
    assert path.read_text() == before
    tab.evaluate("document.getElementById('source').value = document.getElementById('source').value.slice(0, -200_000)")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog", state="detached")
    assert "please" in path.read_text()


def test_the_focus_is_in_the_editor_again_after_saving(open_page, put, path):
    tab = open_page()
    put(tab, "A guest who", " please")
    tab.keyboard.press("Control+s")
    tab.wait_for_selector("dialog:modal ins")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog", state="detached")
    assert in_the_editor(tab)
    tab.keyboard.type(" and thank you")
    assert "please and thank you" in tab.locator(".cm-content").inner_text()


def test_enter_cancels_where_another_program_wrote_and_the_focus_comes_back(open_page, put, path):
    tab, theirs = open_page(), path.read_text() + "{# by another program #}\n"
    put(tab, "A guest who", " please")
    path.write_text(theirs)
    tab.keyboard.press("Control+s")
    tab.wait_for_selector("dialog:modal [role=alert]")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog", state="detached")
    assert path.read_text() == theirs and in_the_editor(tab)


def test_enter_opens_the_file_again_where_nothing_was_typed(open_page, path):
    tab = open_page()
    path.write_text(path.read_text() + "{# by another program #}\n")
    tab.locator(".cm-content").click()
    tab.keyboard.press("Control+s")
    tab.wait_for_selector("dialog:modal a.button:focus")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".cm-line:has-text('by another program')")
    assert tab.said == []


def test_that_the_studio_does_not_answer_is_said_in_an_open_dialog(open_page, put, path):
    tab, before = open_page(), path.read_text()
    tab.route("**/save", lambda route: route.abort())
    put(tab, "A guest who", " please")
    tab.keyboard.press("Control+s")
    tab.wait_for_selector("dialog:modal ins")
    tab.keyboard.press("Enter")
    tab.locator("dialog:modal #not-saved", has_text="no longer answers").wait_for()
    assert path.read_text() == before and "says: please\n" in tab.input_value("#source")
