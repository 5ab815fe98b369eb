"""The page as Chromium shows it: narrow and wide, light and dark, without scripts and without a network."""

import shutil

import pytest

from promptrec.evaluate.metrics.ranking import DEFAULT_METRICS
from promptrec.evaluate.report.page import as_page

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium on PATH; on Debian: apt-get install --no-install-recommends chromium"
)
# Colours do not depend on the width, so that two looks see both of each.
LOOKS = {"telephone-light": (390, 844, "light"), "desk-dark": (1280, 900, "dark")}
# WCAG 2's level AA for text of normal size, and for graphics.
LEAST_CONTRAST, LEAST_OF_GRAPHICS = 4.5, 3.0


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # A container's root may not have the kernel's sandbox; the page is ours and can run nothing.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=LOOKS)
def shown(request, chromium, page):
    """The page, shown; `said` on it is what the browser complained of or asked for."""
    width, height, scheme = LOOKS[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=False, offline=True
    )
    tab = context.new_page()
    tab.said = []
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("pageerror", lambda error: tab.said.append(str(error)))
    tab.on("request", lambda asked: tab.said.append(asked.url))
    tab.goto(page.as_uri())
    yield tab
    context.close()


@pytest.mark.slow
def test_it_asks_for_nothing_but_itself_and_complains_of_nothing(shown, page):
    assert shown.said == [page.as_uri()]


def test_it_never_scrolls_sideways(shown):
    assert shown.locator("html").evaluate("e => [e.scrollWidth, innerWidth]") == [shown.viewport_size["width"]] * 2


@pytest.fixture(scope="module")
def widest(evaluation, tmp_path_factory):
    """The page with every default metric, beside a memorisation gap."""
    films = evaluation.datasets[0]
    every = dict.fromkeys(DEFAULT_METRICS, films.runs[0].metrics["ndcg@10"])
    runs = tuple(run.model_copy(update={"metrics": every}) for run in films.runs)
    config = evaluation.config.model_copy(update={"metrics": DEFAULT_METRICS})
    films = films.model_copy(update={"runs": runs})
    path = tmp_path_factory.mktemp("widest") / "report.html"
    shown = evaluation.model_copy(update={"datasets": (films,), "config": config})
    path.write_text(as_page(shown, {}, {}), encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("width", [1400, 1920])
def test_every_column_is_seen_on_a_desk(chromium, widest, width):
    tab = chromium.new_page(viewport={"width": width, "height": 900}, offline=True)
    tab.goto(widest.as_uri())
    heads = tab.locator(".scroll table").first.locator("thead th").all_inner_texts()
    assert {*DEFAULT_METRICS, "memorisation gap", "not ok"} <= {" ".join(head.split()) for head in heads}
    tables = tab.locator(".scroll").evaluate_all("all => all.map(e => [e.scrollWidth, e.clientWidth])")
    tab.close()
    assert len(tables) > 4 and all(whole <= seen for whole, seen in tables)


def test_the_first_headline_is_in_the_first_screenful(shown):
    box = shown.locator(".headline").first.bounding_box()
    assert box["y"] > 0 and box["y"] + box["height"] < shown.viewport_size["height"]


def test_every_section_and_picture_is_there_to_be_seen(shown):
    boxes = [part.bounding_box() for part in shown.locator("section, h2, table, figure, svg, article").all()]
    assert len(boxes) > 40
    assert all(box["width"] > 100 and box["height"] > 10 for box in boxes)
    width = shown.viewport_size["width"]
    figures = [part.bounding_box() for part in shown.locator("figure").all()]
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in figures)


def test_letters_of_pictures_can_be_read(shown):
    """Letters of 5 pixels or more, also on a telephone, and none outside of its picture's width."""
    measure = """all => all.map(e => {
        const a = e.getBoundingClientRect(), b = e.closest("svg").getBoundingClientRect();
        return [a.height, a.left - b.left, b.right - a.right] })"""
    letters = shown.locator("svg text").evaluate_all(measure)
    assert len(letters) > 100
    assert min(height for height, _, _ in letters) >= 5
    assert min(min(left, right) for _, left, right in letters) >= -8


def test_text_stands_out_from_the_paper(shown):
    for where in ("body", ".about", "nav a", "tbody th", "td small", ".headline p + p", ".alarm", "footer"):
        assert _contrast(*_colours(shown.locator(where).first)) >= LEAST_CONTRAST, where
    dots = shown.locator("figure").first.locator("use").last
    ink = dots.evaluate("e => getComputedStyle(e).fill")
    assert _contrast(_rgb(ink), _colours(shown.locator("figure").first)[1]) >= LEAST_OF_GRAPHICS


def test_the_page_is_dark_where_the_screen_is(shown):
    dark = shown.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    paper = _luminance(_colours(shown.locator("body"))[1])
    assert paper < 0.1 if dark else paper > 0.9


def test_on_paper_there_are_no_links_and_no_table_is_cut_off(shown):
    """Paper of A4 is 794 pixels wide, and cannot be scrolled."""
    size, tables = shown.viewport_size, shown.locator(".scroll")
    shown.set_viewport_size({"width": 794, "height": 1123})
    shown.emulate_media(media="print")
    try:
        assert not shown.locator("nav").is_visible()
        assert set(tables.evaluate_all("all => all.map(e => getComputedStyle(e).overflowX)")) == {"visible"}
        assert shown.locator(".facts thead").first.is_visible(), "tables keep their heads"
    finally:
        shown.emulate_media(media="screen")
        shown.set_viewport_size(size)


def test_the_picture_of_the_page_is_not_blank(shown, tmp_path):
    from PIL import Image

    path = tmp_path / "page.png"
    shown.screenshot(path=path, full_page=True)
    with Image.open(path) as picture:
        assert picture.width == shown.viewport_size["width"] and picture.height > 5000
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 100


def _colours(part):
    """The colour of a part's letters and of what is behind them."""
    behind = """e => { while (e && /, 0\\)$|transparent/.test(getComputedStyle(e).backgroundColor)) e = e.parentElement;
        return getComputedStyle(e).backgroundColor }"""
    return _rgb(part.evaluate("e => getComputedStyle(e).color")), _rgb(part.evaluate(behind))


def _rgb(colour):
    return [int(n) for n in colour.removeprefix("rgb(").rstrip(")").split(",")]


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb):
    shares = [n / 255 for n in rgb]
    linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
