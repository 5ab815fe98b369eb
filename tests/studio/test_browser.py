"""The studio as an author meets it: the real command, a real browser, and the real 135M model."""

import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.server
PACK = Path(__file__).parent / "pack"
# PyTorch is imported and the model read before the first answer: seconds of work, of a processor that others may have.
LOADING = 300_000


def order(tab):
    return tab.locator("#result-run tr[data-ranked]").evaluate_all("rows => rows.map(r => r.dataset.ranked)")


@pytest.mark.model
def test_an_author_mends_tries_and_saves_a_template(open_page, path, put):
    tab = open_page()
    before = path.read_text()

    put(tab, "Wine: ", " {{ item.yaer }}")
    fault = tab.wait_for_selector(".under.error")
    assert "yaer" in fault.inner_text()
    above = fault.evaluate("box => box.previousElementSibling.textContent")
    assert above.endswith("{{ item.yaer }}"), "it stands under its own line"
    for _ in " {{ item.yaer }}":
        tab.keyboard.press("Backspace")
    tab.wait_for_selector(".under", state="detached")

    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector("#result-run tr[data-ranked]", timeout=LOADING)
    first = order(tab)
    assert sorted(first) == ["1", "2", "3"]
    words = "Burgundy, white and stony" if first[0] != "2" else "a wine from the Mosel"
    tab.fill("#preferences", words)
    tab.wait_for_selector("#result-run .move.up")
    assert order(tab) != first and tab.locator("#result-run .move.down").count()

    put(tab, "A guest who", " please")
    tab.keyboard.press("Control+s")
    tab.wait_for_selector("dialog:modal ins")
    assert tab.locator("dialog ins").inner_text() == "+A guest who would enjoy it says: please"
    assert path.read_text() == before
    tab.keyboard.press("Escape")
    tab.wait_for_selector("dialog", state="detached")
    tab.keyboard.press("Control+s")
    tab.wait_for_selector("dialog:modal ins")
    assert path.read_text() == before
    tab.keyboard.press("Enter")
    tab.wait_for_selector("dialog", state="detached")
    assert path.read_text() == before.replace("it says:", "it says: please")
    assert tab.locator("#unsaved").inner_text() == ""

    host = tab.url.partition("?")[0]
    assert tab.asked and all(url.startswith((host, "data:")) for url in tab.asked)
    assert tab.said == [], "no policy was broken, nothing was thrown, no script of an item ran"


def test_a_dialog_is_seen_only_once_its_button_works(open_page, path, put):
    tab = open_page()
    put(tab, "A guest who", " quickly")
    pressed_at_first_sight = """() => new Promise(done => {
        new MutationObserver((_, watch) => {
            if (!document.querySelector("dialog:modal")) return;
            watch.disconnect();
            done(document.activeElement.click());
        }).observe(document.body, {subtree: true, childList: true, attributes: true});
        document.getElementById("save").click();
    })"""
    tab.evaluate(pressed_at_first_sight)
    tab.wait_for_selector("dialog", state="detached", timeout=10_000)
    assert " quickly" in path.read_text()


def test_nothing_moves_when_a_text_is_changed(open_page, put):
    tab = open_page(viewport={"width": 1280, "height": 900})
    tops = "['#editor', '#save'].map(each => document.querySelector(each).getBoundingClientRect().top)"
    before = tab.evaluate(tops)
    put(tab, "A guest who", " slowly")
    tab.locator("#unsaved", has_text="not saved").wait_for()
    assert tab.evaluate(tops) == before


def test_what_an_item_is_called_is_text_whatever_it_says(open_page):
    tab = open_page()
    tab.locator("summary", has_text="Candidates").click()
    tab.fill("#words", "script")
    found = tab.wait_for_selector("#found button")
    assert found.inner_text() == "+ <script>alert(1)</script>"
    tab.select_option("#place", label="<script>alert(1)</script>")
    tab.locator("#prompt .part.varies", has_text="nowhere").wait_for()
    assert tab.locator("#prompt script, #prompt .part b").count() == 0
    assert tab.said == []


def test_the_keyboard_reaches_everything(open_page):
    tab = open_page()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.locator(".skip").evaluate("e => e.getBoundingClientRect().top") >= 0, "it is seen once it has focus"
    tab.focus("#tab-prompt")
    for name in ("ranking", "compare", "tests", "ab", "prompt"):
        tab.keyboard.press("ArrowRight")
        assert tab.evaluate("document.activeElement.id") == f"tab-{name}"
        assert tab.locator("[role=tabpanel]:visible").get_attribute("id") == f"panel-{name}"
    unnamed = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea:not([hidden])')]
        .filter(e => !e.labels.length).map(e => e.outerHTML)"""
    assert tab.evaluate(unnamed) == []
    read_references = tab.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert read_references == "solid", "focus is seen"


def test_what_was_typed_survives_a_change_of_language(open_page, put):
    tab = open_page()
    put(tab, "A guest who", " 你好")
    tab.get_by_role("link", name="中文").click()
    tab.wait_for_selector("html[lang=zh-CN] #findings h2")
    assert "你好" in tab.locator(".cm-content").inner_text()
    assert tab.locator("#unsaved").inner_text() == "未保存" and tab.locator("#save").inner_text().startswith("保存")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_telephone_shows_it_without_scrolling_sideways(open_page, scheme):
    tab = open_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert tab.locator("html").evaluate("e => [e.scrollWidth, innerWidth]") == [390, 390]


def test_strangers_are_refused(open_page, link):
    tab = open_page()
    address = link.partition("?")[0]
    stranger = tab.context.browser.new_context()
    try:
        assert stranger.request.get(address).status == 403
        assert stranger.request.get(address + "static/studio.js").status == 403
        port = address.rpartition(":")[2]
        evil = stranger.request.get(link, headers={"Host": f"evil.example:{port}"}, max_redirects=0)
        assert evil.status == 421
    finally:
        stranger.close()


def test_a_new_template_is_begun_with_the_keyboard_alone(open_page, folder, put):
    tab = open_page(viewport={"width": 390, "height": 844})
    put(tab, "A guest who", " unsaved")
    tab.focus("summary:has-text('New template')")
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.type("wine")
    tab.keyboard.press("Enter")
    refused = tab.wait_for_selector("#begun [role=alert]")
    assert "wine/en is there already" in refused.inner_text()
    assert tab.locator("html").evaluate("e => [e.scrollWidth, innerWidth]") == [390, 390]
    tab.keyboard.press("Control+a")
    tab.keyboard.type("茶")
    # The second language, the third way of ranking, the button.
    for key in ("Tab", "ArrowDown", "Tab", "ArrowDown", "ArrowDown", "Tab", "Enter"):
        tab.keyboard.press(key)
    tab.wait_for_selector("h1:has-text('茶/zh/yes-no')")
    assert (folder / "茶" / "zh" / "yes-no.jinja").is_file()
    tab.wait_for_selector("#findings h2:has-text('Nothing is wrong')")
    tab.go_back()
    tab.wait_for_selector("#prompt .chip")
    assert "unsaved" in tab.locator(".cm-content").inner_text(), "what was typed is still there"
    assert tab.said == []


def watch(tab, kind):
    """Keep what is said of the progress of a piece of work, however short it is to be seen."""
    keep = """kind => {
        const place = document.getElementById(`work-${kind}`), told = (window.told = []);
        new MutationObserver(() => told.push(place.innerText)).observe(place, { childList: true, subtree: true });
    }"""
    tab.evaluate(keep, kind)
    return lambda: tab.evaluate("window.told.join('\\n')")


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A dataset of six people who choose from three wines."""
    told = tmp_path_factory.mktemp("data") / "wines"
    told.mkdir()
    shutil.copy(PACK / "catalog.jsonl", told)
    wishes = ("Something from the Mosel", "A white and stony one")
    rows = [f"p{n},{wishes[n % 2]}" for n in range(6)]
    (told / "queries.csv").write_text("\n".join(["query_id,preferences", *rows]))
    (told / "qrels.txt").write_text("".join(f"p{n} 0 {n % 2 + 1} 1\n" for n in range(6)))
    return told


@pytest.mark.model
def test_the_real_model_finds_no_difference_between_copies_and_passes_a_plain_test(open_page, people, put):
    tab = open_page()
    tab.click("#tab-tests")
    said = watch(tab, "tests")
    tab.get_by_role("button", name="Run the tests").click()
    tab.wait_for_selector("#result-tests .outcomes", timeout=LOADING)
    first, second = tab.locator("#result-tests .outcomes li").all_inner_texts()
    assert "✓ passed" in first and "1. Mosel" in first
    assert "✗ failed" in second and "Chablis must be among the first 1, and is at 2." in second
    assert "Tests done: " in said()

    tab.click("#tab-ab")
    tab.fill("#dataset", str(people))
    tab.fill("#people", "6")
    tab.get_by_role("button", name="Compare", exact=True).click()
    tab.locator("#work-ab .problem", has_text="change the text, then compare").wait_for()
    put(tab, "about: ", " Nothing that a model reads.")
    said = watch(tab, "ab")
    tab.get_by_role("button", name="Compare", exact=True).click()
    assert tab.wait_for_selector("#result-ab .verdict").inner_text() == "No difference is shown."
    assert "ndcg@10, saved minus edited: +0.000" in tab.locator("#result-ab").inner_text()
    saved, edited = ([*row.locator("td").all_inner_texts()] for row in tab.locator("#result-ab tbody tr").all())
    assert saved == edited and float(saved[0]) > 0.5 and int(saved[1]) > 0 and saved[2] == "0"
    assert " / 12" in said()
    assert tab.said == []
