"""How the words were read, in a real browser with the real model: a constraint is switched off, and the list moves."""

import json

import pytest

pytestmark = [pytest.mark.server, pytest.mark.model]
LOADING = 300_000
WINES = (("1", "Mosel", "a wine from the Mosel", 50), ("2", "Chablis", "Burgundy", 10), ("3", "Rioja", "Spain", 12))


def order(tab):
    return tab.locator("#result-run tr[data-ranked]").evaluate_all("rows => rows.map(r => r.dataset.ranked)")


def test_a_chip_is_switched_off_and_a_value_changed_with_the_keyboard_and_the_list_moves(open_page, folder):
    fields = ("item_id", "title", "region", "price")
    rows = [json.dumps(dict(zip(fields, wine, strict=True))) for wine in WINES]
    (folder / "wine" / "en" / "catalog.jsonl").write_text("\n".join(rows))
    tab = open_page()
    tab.fill("#preferences", "a wine from the Mosel, under 20 euros")
    tab.keyboard.press("Control+Enter")
    tab.wait_for_selector("#result-run tr[data-ranked]", timeout=LOADING)
    tab.locator("#count-constraints-0", has_text="2 of 3 fit").wait_for()
    assert order(tab)[-1] == "1" and "not price <= 20 EUR" in tab.locator("tr[data-ranked='1']").inner_text()

    tab.focus("#switch-constraints-0")
    tab.keyboard.press("Space")
    tab.wait_for_selector("#result-run .move.up")
    assert order(tab)[0] == "1"
    assert tab.evaluate("[document.activeElement.id, document.activeElement.ariaPressed]") == [
        "switch-constraints-0",
        "false",
    ]

    tab.keyboard.press("Space")
    tab.wait_for_selector("tr[data-ranked='1']:last-child")
    tab.fill("#constraints-0", "60")
    tab.keyboard.press("Enter")
    tab.locator("#count-constraints-0", has_text="3 of 3 fit").wait_for()
    assert order(tab)[0] == "1"
    tab.fill("#constraints-0", "cheap")
    tab.keyboard.press("Enter")
    tab.locator("#work-run .problem", has_text="is not a number").wait_for()

    unnamed = (
        "[...document.querySelectorAll('#intent-run input:not([type=hidden])')].filter(e => !e.labels.length).length"
    )
    assert tab.evaluate(unnamed) == 0 and tab.said == []
