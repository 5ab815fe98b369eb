"""What an author typed or asked for is not lost in the browser: by a reload, another tab, another program, a search."""

import re

import pytest

pytestmark = pytest.mark.server


def test_what_was_typed_stays_when_the_file_changes_on_disk_and_is_not_saved_over_it(open_page, path, put):
    tab = open_page()
    before = path.read_text()
    put(tab, "A guest who", " typed here")
    path.write_text(before + "{# by another program #}\n")
    tab.get_by_role("link", name="中文").click()
    tab.wait_for_selector("html[lang=zh-CN] #findings h2")
    assert "typed here" in tab.locator(".cm-content").inner_text()
    tab.keyboard.press("Control+s")
    tab.locator("dialog:modal [role=alert]", has_text="磁盘上的文件被改动过").wait_for()
    tab.get_by_role("link", name="放弃你写的内容").click()
    tab.wait_for_selector(".cm-line:has-text('by another program')")
    assert "typed here" not in tab.locator(".cm-content").inner_text()
    assert tab.said == []


def test_a_file_that_changed_on_disk_is_seen_anew_where_nothing_was_typed_into_it(open_page, path):
    tab = open_page()
    before = path.read_text()
    tab.fill("#preferences", "dry")
    path.write_text(before + "{# by another program #}\n")
    tab.reload()
    tab.wait_for_selector(".cm-line:has-text('by another program')")
    assert tab.locator("#preferences").input_value() == "dry"


def test_of_two_tabs_the_later_one_is_told_of_the_other(open_page, path, put):
    one, other = open_page(), open_page()
    put(one, "A guest who", " from the first")
    put(other, "A guest who", " from the second")
    one.keyboard.press("Control+s")
    one.wait_for_selector("dialog:modal ins")
    other.keyboard.press("Control+s")
    other.wait_for_selector("dialog:modal ins")
    one.keyboard.press("Enter")
    one.wait_for_selector("dialog", state="detached")
    other.keyboard.press("Enter")
    other.locator("dialog:modal del", has_text="from the first").wait_for()
    assert other.locator("dialog [role=alert]").count() == 1
    assert "from the first" in path.read_text()


def test_a_search_for_a_title_asks_for_nothing_else(open_page):
    tab = open_page()
    tab.locator("summary", has_text="Candidates").click()
    tab.wait_for_load_state("networkidle")
    tab.asked.clear()
    tab.fill("#words", "mos")
    tab.wait_for_selector("#found button")
    tab.wait_for_timeout(800)
    assert [url.rpartition("/")[2] for url in tab.asked] == ["find"]


def test_quick_typing_breaks_no_request_off(open_page, put):
    tab = open_page()
    held = []
    tab.route("**/prompt", lambda route: held.append(route), times=1)
    with tab.expect_request("**/prompt"):
        put(tab, "A guest who", "one")
    put(tab, "A guest who", "two")
    with tab.expect_response("**/diff"):  # later than the prompt is asked for
        pass
    held[0].continue_()
    tab.wait_for_load_state("networkidle")
    assert tab.said == []


def test_a_tab_with_unsaved_words_asks_before_it_is_closed_also_after_a_refused_new_template(open_page, put):
    tab = open_page()
    leaving = """() => {
        const event = new Event("beforeunload", { cancelable: true });
        return !window.dispatchEvent(event);
    }"""
    assert not tab.evaluate(leaving)
    put(tab, "A guest who", " unsaved")
    tab.locator("summary", has_text="New template").click()
    tab.fill("#domain", "wine")
    tab.get_by_role("button", name="Make and open").click()
    tab.wait_for_selector("#begun [role=alert]")
    assert tab.evaluate(leaving)


def test_facts_about_the_person_survive_a_reload_and_reach_the_prompt(open_page, put):
    tab = open_page()
    put(tab, "A guest who", " {{ query.attributes.age }}")
    tab.locator("summary", has_text="facts about them").click()
    tab.fill("#attributes", "age: 41")
    tab.locator("#prompt .part", has_text=re.compile(r"says:.* 41")).wait_for()
    tab.reload()
    tab.locator("#prompt .part", has_text=re.compile(r"says:.* 41")).wait_for()
    assert tab.input_value("#attributes") == "age: 41"


@pytest.mark.model
def test_long_work_is_stopped_with_the_keyboard_and_goes_on_in_the_other_tab(open_page, put):
    tab, other = open_page(), open_page()
    for page in (tab, other):
        put(page, "A guest who", " here")
        page.click("#tab-ab")
        page.get_by_role("button", name="Compare", exact=True).click()
        page.wait_for_selector("#work-ab button")
    tab.focus("#work-ab button")
    with tab.expect_response("**/job/*"), tab.expect_response("**/job/*"):
        pass
    assert tab.evaluate("document.activeElement.innerText") == "Stop"
    tab.keyboard.press("Enter")
    tab.locator("#work-ab", has_text="Stopped.").wait_for()
    assert other.locator("#work-ab progress").count() == 1
    other.click("#work-ab button")
    other.locator("#work-ab", has_text="Stopped.").wait_for()


def test_that_the_studio_does_not_answer_is_said_until_it_does(open_page, put):
    tab = open_page()
    tab.wait_for_load_state("networkidle")
    tab.route("**/*", lambda route: route.abort())
    put(tab, "A guest who", " here")
    said = tab.locator("#status.problem", has_text="copy it before you close it")
    said.wait_for()
    assert said.count() == 1
    tab.unroute("**/*")
    put(tab, "A guest who", " again")
    said.wait_for(state="detached")
    assert said.count() == 0
