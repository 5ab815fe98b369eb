"""What was typed and not saved: other templates' too, that of a file that is gone, and more than a browser keeps."""

import json

import pytest

pytestmark = pytest.mark.server
OTHER = "wine/en/listwise-text"
LEAVING = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"


def reopen(tab, name):
    tab.select_option("#open", name)
    tab.get_by_role("button", name="Open", exact=True).click()
    tab.wait_for_selector(f"h1:has-text('{name}')")


def test_a_draft_of_another_template_is_marked_and_asked_about(open_page, put):
    tab = open_page(OTHER)
    put(tab, "A guest says", " unsaved")
    reopen(tab, "wine/en/query-likelihood")
    assert tab.locator(f"#open option[value='{OTHER}']").inner_text() == f"{OTHER} · yours · ● not saved"
    tab.keyboard.press("Control")
    assert tab.locator("#unsaved").inner_text() == "" and tab.evaluate(LEAVING)
    assert tab.said == [], "to open another is not to lose anything"
    reopen(tab, OTHER)
    assert "unsaved" in tab.locator(".cm-content").inner_text()
    put(tab, "A guest says", "")
    for _ in " unsaved":
        tab.keyboard.press("Backspace")
    tab.wait_for_selector("#unsaved:empty", state="attached")
    assert not tab.evaluate(LEAVING)


def test_what_was_typed_into_a_file_that_is_gone_is_still_there_and_is_saved(open_page, put, path):
    tab = open_page()
    put(tab, "A guest who", " please")
    path.unlink()
    tab.reload()
    tab.locator("#gone[role=alert]", has_text=f"There is no file {path}").wait_for()
    assert "please" in tab.locator(".cm-content").inner_text()
    tab.locator(".cm-content").click()
    tab.keyboard.press("Control+s")
    tab.locator("dialog:modal [role=alert]", has_text="There is no file").wait_for()
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#gone", state="detached")
    assert "please" in path.read_text()
    tab.locator("#findings h2", has_text="Nothing is wrong").wait_for()


def test_a_draft_of_a_file_that_is_gone_can_be_opened_from_another_page(open_page, put, path):
    tab = open_page()
    put(tab, "A guest who", " please")
    path.unlink()
    reopen(tab, OTHER)
    assert "● not saved" in tab.locator("#open option[value='wine/en/query-likelihood']").inner_text()
    reopen(tab, "wine/en/query-likelihood")
    assert "please" in tab.locator(".cm-content").inner_text()


def test_more_than_the_browser_keeps_is_said_and_the_template_is_kept(open_page, put):
    tab = open_page()
    # All that there is, less what a template needs and a person's long words do not fit into.
    tab.evaluate("""() => {
        let full = "";
        for (let more = 8_000_000; more >= 1; more = Math.floor(more / 2))
            try { sessionStorage.full = full + "x".repeat(more); full = sessionStorage.full; } catch { continue; }
        sessionStorage.full = full.slice(0, -6_000);
    }""")
    tab.fill("#preferences", "dry " * 5_000)
    said = tab.locator("#not-stored[role=alert]", has_text="more than the browser can keep")
    said.wait_for()
    put(tab, "A guest who", " please")
    tab.wait_for_selector("#unsaved:not(:empty)")
    kept = json.loads(tab.evaluate("sessionStorage['promptrec draft of wine/en/query-likelihood']"))
    assert "please" in kept["source"] and "preferences" not in kept
    tab.fill("#preferences", "dry")
    said.wait_for(state="hidden")
    assert tab.said == [], "nothing was thrown"
