"""What must be seen is seen, wherever the page is scrolled to, and whatever a title is; what no longer holds is not."""

import json
import shutil

import pytest

pytestmark = pytest.mark.server
FITS = "document.documentElement.scrollWidth <= innerWidth"

STATUS_IN_SIGHT = """() => {
  const box = document.querySelector("#status").getBoundingClientRect();
  return scrollY > 300 && box.top >= 0 && box.height > 0 && box.bottom <= innerHeight;
}"""


@pytest.mark.model
def test_that_the_studio_is_gone_is_seen_at_the_bottom_and_its_work_no_longer_moves(open_page, put):
    tab = open_page(viewport={"width": 420, "height": 700})
    put(tab, "A guest who", " here")
    tab.click("#tab-ab")
    tab.fill("#people", "500")
    tab.get_by_role("button", name="Compare", exact=True).click()
    tab.wait_for_selector("#work-ab progress")
    tab.evaluate("scrollTo(0, document.body.scrollHeight)")
    tab.route("**/*", lambda route: route.abort())
    tab.locator("#status.problem", has_text="copy it before you close it").wait_for()
    tab.wait_for_function(STATUS_IN_SIGHT)
    tab.locator("#work-ab", has_text="nobody knows").wait_for()
    assert tab.locator("progress").count() == 0
    tab.unroute("**/*")
    tab.wait_for_selector("#work-ab progress")
    assert tab.locator("#status.problem").count() == 0
    tab.click("#work-ab button")
    tab.locator("#work-ab", has_text="Stopped.").wait_for()


@pytest.fixture
def long(folder):
    """A pack with an item of a very long title."""
    pack = folder / "long" / "en"
    shutil.copytree(folder / "wine" / "en", pack)
    titles = ("Mosel", "Chablis", "An account, as full as may be, of the wines " * 13)
    rows = [json.dumps({"item_id": str(place), "title": title.strip()}) for place, title in enumerate(titles)]
    (pack / "catalog.jsonl").write_text("\n".join(rows))
    yield "long/en/query-likelihood"
    shutil.rmtree(pack.parent)


@pytest.mark.parametrize("width", [1280, 420])
def test_a_long_title_does_not_widen_the_page(open_page, long, width):
    tab = open_page(long, viewport={"width": width, "height": 900})
    assert len(tab.locator("#place option").last.inner_text()) > 560
    assert tab.evaluate(FITS), "where it may be chosen"
    tab.select_option("#place", "2")
    tab.locator("#prompt .part.varies", has_text="as full as may be").wait_for()
    tab.locator("summary", has_text="Candidates").click()
    tab.fill("#words", "account")
    tab.wait_for_selector("#found button")
    assert tab.evaluate(FITS), "and where it is shown"


def test_a_verdict_does_not_stay_under_a_comparison_that_is_refused(open_page, put):
    tab = open_page()
    tab.click("#tab-ab")
    verdict = "document.getElementById('result-ab').innerHTML = '<p class=verdict>The saved text is better.</p>'"
    compare = tab.get_by_role("button", name="Compare", exact=True)
    tab.evaluate(verdict)
    compare.click()
    tab.locator("#work-ab [role=alert]", has_text="change the text, then compare").wait_for()
    assert tab.locator("#result-ab").inner_text() == ""
    tab.evaluate(verdict)
    put(tab, "A guest who", " here")
    tab.fill("#dataset", "no-such-set")
    compare.click()
    tab.locator("#work-ab [role=alert]", has_text="no-such-set").wait_for()
    assert tab.locator("#result-ab").inner_text() == ""
