"""Bars of probabilities: as long as the numbers say, readable on a phone, and no chart library is loaded for them."""

import pytest
from playwright.sync_api import Page, expect

BARS = ".probability-bars[data-drawn]"
LENGTHS = """(bars) => [...bars.querySelectorAll("tbody tr")].map((row) => {
  const wide = (part) => row.querySelector(part).getBoundingClientRect().width
  return [wide(".bar") / wide("div"), wide(".before") / wide("div"), parseFloat(row.querySelector("b").textContent)]
})"""


def test_a_bar_is_as_long_as_its_number_and_the_outline_as_what_it_was(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/classify?classify_place=0.5_0.4")
    expect(page.locator(BARS).nth(1).locator("small").first).to_contain_text("was")
    rows = page.locator(BARS).nth(1).evaluate(LENGTHS)
    assert len(rows) == 5
    for now, _, number in rows:
        assert now == pytest.approx(number / 100, abs=0.01)
    was = [float(text.strip("(was%) ")) for text in page.locator(BARS).nth(1).locator("small").all_text_contents()]
    for (_, before, _), number in zip(rows, was, strict=True):
        assert before == pytest.approx(number / 100, abs=0.015)  # an outline of no width has its two borders
    line = page.locator(BARS).first.locator(".line").evaluate("(i) => i.style.left")
    assert line == "50%"


@pytest.mark.context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
def test_on_a_phone_every_number_is_on_the_screen_and_the_longest_bar_has_room(page: Page, server_url: str) -> None:
    page.goto(f"{server_url}/classify?classify_place=0.5_0.4")
    expect(page.locator(BARS).nth(1).locator("small").first).to_contain_text("was")
    for bars in page.locator(BARS).all():
        for number in bars.locator("td span").all():
            box = number.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert bars.locator("tbody div").first.bounding_box()["width"] >= 120
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_first_page_and_classify_load_no_chart_library(page: Page, server_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address, count in (("?free=1", 5), ("classify?free=1", 2)):
        page.goto(f"{server_url}/{address}")
        expect(page.locator(BARS)).to_have_count(count)
    assert any("views" in each for each in asked)
    assert not [each for each in asked if "plotly" in each]
